"use strict";
addEventListener("DOMContentLoaded", () => {
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const key = (row, column, figures) => {
    const cell = row.cells[column];
    if (!figures) return cell.textContent.trim();
    return cell.dataset.key === undefined ? null : Number(cell.dataset.key);
  };
  const sort = (table, column, down) => {
    const head = table.tHead.rows[0].cells[column];
    const figures = head.classList.contains("num");
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [key(row, column, figures), row]);
    keyed.sort(([one], [other]) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return (figures ? one - other : words.compare(one, other)) * (down ? -1 : 1);
    });
    body.append(...keyed.map(([, row]) => row));
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        sort(table, column, now ? now === "ascending" : head.dataset.first === "high");
      });
    });
  }
  for (const controls of document.querySelectorAll(".controls")) {
    const field = controls.querySelector("input[type=search]");
    const published = controls.querySelector("input[type=checkbox]");
    const told = controls.querySelector("output");
    const rows = [...document.getElementById(controls.dataset.of).querySelectorAll("tbody tr")];
    const filter = () => {
      const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word)) ||
          (published && !published.checked && row.classList.contains("published"));
        shown += row.hidden ? 0 : 1;
      }
      told.textContent = shown < rows.length ? `${shown} of ${rows.length} lines` : "";
    };
    controls.hidden = false;
    controls.addEventListener("submit", (event) => event.preventDefault());
    controls.addEventListener("input", filter);
  }
});
