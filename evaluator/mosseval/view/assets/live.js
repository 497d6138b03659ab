"use strict";
/* Asks for the element `live` of a page again, every `data-again` seconds, while the page can be seen. */
(() => {
  const live = document.getElementById("live");
  if (!live) return;
  let tag = "", waiting = 0;
  const url = () => {
    const asked = new URL(location.href);
    asked.searchParams.set("part", "live");
    return asked;
  };
  const busy = () => live.contains(document.activeElement) && document.activeElement !== document.body;
  const open = () => [...live.querySelectorAll("details")].map((fold) => fold.open);
  const again = async (asked) => {
    if (asked || (!document.hidden && !busy())) {
      try {
        const reply = await fetch(url(), { headers: tag ? { "If-None-Match": tag } : {} });
        if (reply.status === 200) {
          const text = await reply.text(), folds = open();
          live.innerHTML = text;
          live.querySelectorAll("details").forEach((fold, number) => { fold.open = folds[number] ?? fold.open; });
          dispatchEvent(new Event("mosseval:changed"));
        }
        tag = reply.headers.get("ETag") || tag;
        live.dataset.again = reply.headers.get("X-Mosseval-Again") || live.dataset.again;
      } catch { /* the app has ended, or is being started again: the next time may work */ }
    }
    wait();
  };
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => again(false), 1000 * (Number(live.dataset.again) || 15));
  };
  addEventListener("mosseval:ask", () => again(true));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(false); });
  wait();
})();
