"use strict";
/* Samples by keys, and filters that act as they are typed. Whatever is shown is in the URL. */
(() => {
  const typing = (place) => place.closest("input, textarea, select, [contenteditable]") !== null;
  const press = (id) => { const link = document.getElementById(id); if (link) link.click(); return link !== null; };
  const cards = () => [...document.querySelectorAll("#live [id^=s][href]")];
  const move = (step) => {
    const all = cards();
    const now = all.indexOf(document.activeElement);
    const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step];
    if (next) next.focus();
    return Boolean(next);
  };
  const STEPS = { j: 1, ArrowRight: 1, k: -1, ArrowLeft: -1 };
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const one = document.getElementById("back") !== null;
    const step = STEPS[event.key];
    let done = false;
    if (step) done = one ? press(step > 0 ? "after" : "before") : move(step);
    else if (event.key === "Escape" && one) done = press("back");
    else if (event.key === "/" && !one) { document.querySelector("#filters input").focus(); done = true; }
    if (done) event.preventDefault();
  });

  const facets = () => {
    const fold = document.querySelector("details.facets");
    if (fold) fold.open = matchMedia("(min-width: 60.01rem)").matches;
  };
  facets();
  const form = document.getElementById("filters");
  if (!form) return;
  let waiting = 0;
  const ask = () => {
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
    history.replaceState(null, "", url);
    dispatchEvent(new Event("mosseval:ask"));
  };
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, event.target.matches("select") ? 0 : 150);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); ask(); });
})();
