// On a phone a row stands as lines, each with the name of its column before it (table.css): written here beside every
// cell, so that the columns are named in one place. Without scripts the table scrolls instead.
(() => {
  const spanned = (cells) => cells.flatMap((cell) => Array(cell.colSpan).fill(cell));
  const shows = (cell) => cell.textContent.trim() !== "" || cell.querySelector("input, button, select, svg");

  function label(table) {
    const names = spanned([...(table.tHead?.rows[0]?.cells ?? [])]).map((head) => {
      const named = head.cloneNode(true);
      named.querySelectorAll(".tbl__arrow, .key").forEach((sign) => sign.remove());
      return head.getAttribute("aria-label") || named.textContent.trim();
    });
    if (names.length === 0) return;
    for (const row of table.rows) {
      if (row.parentElement === table.tHead) continue;
      let at = 0;
      for (const cell of row.cells) {
        if (cell.tagName === "TD" && cell.colSpan === 1 && names[at]) cell.dataset.label = names[at];
        cell.toggleAttribute("data-blank", !shows(cell));
        at += cell.colSpan;
      }
    }
    table.classList.add("is-labelled");
  }

  const all = () => document.querySelectorAll(".tbl").forEach(label);
  all();
  document.addEventListener("htmx:afterSettle", all);
})();
