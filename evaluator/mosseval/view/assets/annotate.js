"use strict";
/* Labelling by keys. What a person does is kept in this browser until the app says that it is on the disk: a lost
   connection, a reload or a crash of the app loses nothing, and an act that is sent twice is written once. */
(() => {
  const work = document.getElementById("work");
  if (!work) return;
  const trouble = document.getElementById("trouble"), heard = document.getElementById("heard");
  const ACT = "mosseval-act:", NOTE = "mosseval-note:", LONGEST_WAIT_S = 5;
  const meta = document.querySelector('meta[name="mosseval-token"]');
  const kept = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* the page still holds it */ } },
    drop: (name) => { try { localStorage.removeItem(name); } catch { /* nothing was kept */ } },
    names: (start) => { try { return Object.keys(localStorage).filter((name) => name.startsWith(start)); } catch { return []; } },
  };
  let busy = false, wake = () => {};

  const say = (text) => { trouble.textContent = text; trouble.hidden = !text; };
  const pause = (seconds) => new Promise((done) => { wake = done; setTimeout(done, 1000 * seconds); });
  const newName = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (each) => each.toString(16).padStart(2, "0")).join("");
  const draft = () => {
    const form = work.querySelector(".labelling .give");
    return form && `${NOTE}${form.action}:${form.elements.rater.value}:${form.elements.at.value}`;
  };

  const show = (text, address, move) => {
    const shown = new URL(address, location.href);
    shown.searchParams.delete("part");
    shown.searchParams.delete("told");
    work.innerHTML = text;
    if (move) history.pushState(null, "", shown); else history.replaceState(null, "", shown);
    opened();
  };
  const opened = () => {
    const guide = document.getElementById("guide"), note = document.getElementById("note"), name = draft();
    if (guide) {
      const wish = kept.get("mosseval-guide");
      guide.open = wish ? wish === "open" : matchMedia("(min-width: 56.01rem)").matches;
      guide.addEventListener("toggle", () => kept.set("mosseval-guide", guide.open ? "open" : "shut"));
    }
    if (note && name && kept.get(name) !== null) note.value = kept.get(name);
    document.getElementById("which").focus({ preventScroll: true });
    if (work.querySelector("[data-keys]")) scrollTo(0, 0);
  };

  /* Why the app refused, in its own words: plain, or the first paragraph of its page. */
  const reason = async (reply) => {
    const text = await reply.text();
    if ((reply.headers.get("Content-Type") || "").startsWith("text/plain")) return text;
    const said = new DOMParser().parseFromString(text, "text/html").querySelector("main p");
    return said ? said.textContent : `the app answered ${reply.status}`;
  };

  /* Sends one act until the app has answered: true where it is written, false where it was refused. */
  const send = async (act) => {
    kept.set(ACT + act.fields.entry, JSON.stringify(act));
    let stale = false;
    for (let wait = 1; ; wait = Math.min(2 * wait, LONGEST_WAIT_S)) {
      let why = "the app does not answer; is it still running?";
      try {
        const reply = await fetch(act.url, {
          method: "POST", headers: { "X-Mosseval-Token": meta.content }, body: new URLSearchParams({ ...act.fields, part: "live" }),
        });
        if (reply.ok) {
          const text = await reply.text();
          kept.drop(ACT + act.fields.entry);
          say("");
          return { text, address: reply.url };
        }
        if (!stale && reply.status === 403 && reply.headers.get("X-Mosseval-Token") === "stale") {
          stale = true;
          meta.content = await (await fetch("/token")).text();
          continue;
        }
        why = await reason(reply);
        if (reply.status < 500) {
          kept.drop(ACT + act.fields.entry);
          say(`Not saved: ${why}`);
          return null;
        }
      } catch { /* no connection: `why` says so */ }
      say(`Not saved yet: ${why} Trying again by itself; you can leave this page, it is kept here.`);
      await pause(wait);
    }
  };
  const perform = async (form, button) => {
    if (busy) return;
    const fields = Object.fromEntries(new FormData(form, button)), name = draft();
    delete fields.token;
    const words = button && button.querySelector("span") ? button.querySelector("span").textContent : "";
    busy = true;
    work.classList.add("busy");
    work.setAttribute("aria-busy", "true");
    const done = await send({ url: form.action, fields });
    busy = false;
    work.classList.remove("busy");
    work.removeAttribute("aria-busy");
    if (!done) {
      form.elements.entry.value = newName();
      return;
    }
    const next = new URL(done.address).searchParams, written = next.get("told") !== "overtaken";
    if (name && written && form.classList.contains("give")) kept.drop(name);
    show(done.text, done.address, next.get("at") !== fields.at && !fields.final);
    heard.textContent = written ? `Saved${words ? `: ${words}` : ""}.` : "Not saved.";
  };
  const load = async (address, move) => {
    if (busy) return;
    const asked = new URL(address, location.href);
    asked.searchParams.set("part", "live");
    try {
      const reply = await fetch(asked);
      if (!reply.ok) { location.assign(address); return; }
      show(await reply.text(), asked, move);
      say("");
    } catch { say("The app does not answer; is it still running? Nothing that was saved is lost."); }
  };

  work.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(event.target, event.submitter);
  });
  work.addEventListener("click", (event) => {
    const link = event.target.closest("a.move");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(link.href, true);
  });
  work.addEventListener("input", (event) => {
    if (event.target.id === "note" && draft()) kept.set(draft(), event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (!work.querySelector("[data-keys]") || event.altKey || event.metaKey) return;
    const note = document.getElementById("note");
    if (event.target === note) {
      if (event.key === "Escape") note.blur();
      if (event.key === "Enter" && event.ctrlKey) work.querySelector('.note button').click();
      return;
    }
    if (event.ctrlKey || event.repeat || event.target.matches("input, select, textarea")) return;
    if (event.key === "n") {
      event.preventDefault();
      note.focus();
    } else if (event.key === "?") {
      const guide = document.getElementById("guide");
      guide.open = !guide.open;
    } else {
      const found = [...work.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
      if (found) { event.preventDefault(); found.click(); }
    }
  });
  addEventListener("popstate", () => load(location.href, false));
  addEventListener("online", () => wake());
  document.addEventListener("visibilitychange", () => {
    const typing = document.activeElement && document.activeElement.matches("textarea, input");
    if (!document.hidden && !typing) { wake(); load(location.href, false); }
  });

  /* What an earlier page could not save. */
  const left = async () => {
    const names = kept.names(ACT);
    for (const name of names) {
      try { await send(JSON.parse(kept.get(name))); } catch { kept.drop(name); }
    }
    if (names.length) load(location.href, false);
  };
  opened();
  left();
})();
