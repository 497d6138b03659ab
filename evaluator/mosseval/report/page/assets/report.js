"use strict";
addEventListener("DOMContentLoaded", () => {
  for (const controls of document.querySelectorAll(".controls")) {
    const field = controls.querySelector("input");
    const told = controls.querySelector("output");
    const scope = document.getElementById(controls.dataset.of);
    const cards = [...scope.querySelectorAll(".sample")];
    const folds = [...scope.querySelectorAll("details.more")];
    let before = null;
    const filter = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const card of cards) {
        const text = card.textContent.toLowerCase();
        card.hidden = !words.every((word) => text.includes(word));
        shown += card.hidden ? 0 : 1;
      }
      if (words.length && !before) before = folds.map((fold) => fold.open);
      folds.forEach((fold, number) => { fold.open = words.length ? true : (before ? before[number] : fold.open); });
      if (!words.length) before = null;
      told.textContent = words.length ? `${shown} of ${cards.length} samples` : "";
    };
    controls.hidden = false;
    field.addEventListener("input", filter);
  }
  const folds = [...document.querySelectorAll("details.more")];
  let open = [];
  addEventListener("beforeprint", () => { open = folds.map((fold) => fold.open); folds.forEach((fold) => { fold.open = true; }); });
  addEventListener("afterprint", () => folds.forEach((fold, number) => { fold.open = open[number]; }));
});
