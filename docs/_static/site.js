// What scrolls sideways can be reached and scrolled by keyboard; what fits is no stop on the way.
(() => {
  const look = () => {
    for (const each of document.querySelectorAll(".highlight pre, .table-wrapper")) {
      if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
  };
  addEventListener("DOMContentLoaded", look);
  addEventListener("resize", look);
})();
