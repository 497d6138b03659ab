"use strict";
/* The figures of a run's page, drawn after it is shown, and commands that can be copied. */
(() => {
  const drawn = new Map();
  const put = (place, markup) => {
    const made = document.createElement("template");
    made.innerHTML = markup;
    place.replaceWith(made.content);
  };
  const draw = async () => {
    for (const place of document.querySelectorAll("[data-figure]")) {
      const name = place.dataset.figure;
      if (drawn.has(name)) place.innerHTML = drawn.get(name);
      const url = new URL(location.href);
      url.pathname = `${location.pathname}/figures/${encodeURIComponent(name)}`;
      try {
        const reply = await fetch(url);
        if (!reply.ok) continue;
        const markup = await reply.text();
        drawn.set(name, markup);
        if (place.isConnected) put(place, markup);
      } catch { /* the app has ended; the next change asks again */ }
    }
  };
  const copies = () => {
    for (const button of document.querySelectorAll("button.copy")) {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
    }
  };
  addEventListener("mosseval:changed", draw);
  copies();
  draw();
})();
