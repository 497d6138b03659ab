"use strict";
/* Stores what is pasted before it says so, keeps it through a lost connection, and works by keys. */
(() => {
  const work = document.getElementById("work");
  const field = document.getElementById("text");
  const told = document.getElementById("told");
  const meta = document.querySelector('meta[name="mosseval-token"]');
  const say = (words) => { told.textContent = words; told.hidden = !words; };
  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

  const draftOf = (sample) => `mosseval-draft:${told.dataset.name}:${sample}`;
  const draft = work && draftOf(work.dataset.sample);
  const keep = (name, text) => { try { if (text) localStorage.setItem(name, text); else localStorage.removeItem(name); } catch { /* then a reload loses it, as without us */ } };
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  if (field) {
    const found = kept(draft);
    if (found && found !== field.value && told.hidden) {
      field.value = found;
      say("This text was not stored yet. It is kept here until you save it.");
    }
    field.addEventListener("input", () => keep(draft, field.value));
  }

  const sent = async (form, fields) => {
    const body = new URLSearchParams(fields);
    for (;;) {
      let reply;
      try {
        reply = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json", "X-Mosseval-Token": meta.content } });
      } catch {
        say("Not stored: the app does not answer. Your text is kept here; trying again …");
        await pause(1500);
        continue;
      }
      if (reply.status !== 403 || reply.headers.get("X-Mosseval-Token") !== "stale") return reply;
      /* The app was started again: its new token is asked for, which no foreign page can read. */
      meta.content = await (await fetch("/token")).text();
      body.delete("token");
    }
  };

  let busy = false;
  const store = async (form, button) => {
    if (busy) return;
    busy = true;
    try {
      const fields = new FormData(form);
      if (button && button.name) fields.set(button.name, button.value);
      say("Storing …");
      const reply = await sent(form, fields);
      const found = await reply.json().catch(() => ({ note: `Not stored: ${reply.status}.` }));
      if (reply.ok) {
        if (form === work) keep(draft, "");
        if (found.text) keep(draftOf(found.sample), found.text);
        location.assign(found.to);
        return;
      }
      if (found.seen !== undefined) form.elements.seen.value = found.seen;
      say(found.note);
    } finally { busy = false; }
  };
  for (const form of document.querySelectorAll("form[method=post]")) {
    if (form !== work && form.id !== "undo") continue;
    form.addEventListener("submit", (event) => { event.preventDefault(); store(form, event.submitter); });
  }

  const copied = async (button, make) => {
    const words = button.textContent;
    try {
      await navigator.clipboard.write([new ClipboardItem(await make())]);
      button.textContent = "Copied";
    } catch { button.textContent = "The browser did not let it be copied"; }
    setTimeout(() => { button.textContent = words; }, 1200);
  };
  const png = async (address) => {
    const picture = await createImageBitmap(await (await fetch(address)).blob());
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return new Promise((done, failed) => { canvas.toBlob((blob) => (blob ? done(blob) : failed()), "image/png"); });
  };
  if (navigator.clipboard && window.ClipboardItem) {
    const question = document.getElementById("copy");
    if (question) {
      question.hidden = false;
      question.addEventListener("click", () => copied(question, () => ({ "text/plain": new Blob([question.dataset.text], { type: "text/plain" }) })));
    }
    for (const button of document.querySelectorAll(".copy-picture")) {
      button.hidden = false;
      button.addEventListener("click", () => copied(button, () => ({ "image/png": png(button.dataset.from) })));
    }
  }

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain");
    if (!field || !text || typing(event.target)) return;
    event.preventDefault();
    field.value = text;
    field.dispatchEvent(new Event("input"));
    field.focus();
  });
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      document.querySelector('[data-key="Enter"]')?.click();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const step = { ArrowLeft: "before", ArrowRight: "after" }[event.key];
    const found = step ? document.getElementById(step) : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found || found.hidden || event.key === "Enter") return;
    event.preventDefault();
    found.click();
  });
})();
