"use strict";
/* Arrow keys lead from sample to sample; a choice shows itself at once. */
(() => {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, .scroll")) return;
    const step = { ArrowLeft: "before", ArrowRight: "after" }[event.key];
    const found = step && document.getElementById(step);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
  const filter = document.getElementById("filter");
  filter?.addEventListener("change", (event) => { if (event.target.matches("select, [type=checkbox]")) filter.submit(); });
})();
