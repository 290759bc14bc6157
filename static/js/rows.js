// Lists by keyboard: J and K move the cursor, X ticks, Enter opens, the arrows fold a row's items out and in.
// A click anywhere in a row opens it. The cursor is kept by row id, so it survives a refreshed list.
(() => {
  let cursor = null;

  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const busy = (event) =>
    event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey ||
    event.target.closest("input, select, textarea, dialog[open]") || localStorage.getItem("arap-single-keys") === "off";

  function show(row) {
    document.querySelectorAll("tr.is-cursor").forEach((old) => old.classList.remove("is-cursor"));
    if (!row) return;
    cursor = row.id;
    row.classList.add("is-cursor");
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = rows();
    const at = all.findIndex((row) => row.id === cursor);
    show(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  }

  function unfold(row, open) {
    const toggle = row?.querySelector("[data-toggle]");
    if (toggle && (toggle.getAttribute("aria-expanded") === "true") !== open) toggle.click();
  }

  document.addEventListener("keydown", (event) => {
    if (busy(event)) return;
    const row = rows().find((each) => each.id === cursor);
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") row?.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "Enter" && row && !event.target.closest("a, button, summary")) row.querySelector("[data-open]")?.click();
    else if (event.key === "ArrowRight" && !event.target.closest("svg")) unfold(row, true);
    else if (event.key === "ArrowLeft" && !event.target.closest("svg")) unfold(row, false);
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (!row) return;
    show(row);
    if (!event.target.closest("a, button, input, label, summary") && !getSelection().toString()) row.querySelector("[data-open]")?.click();
  });

  document.addEventListener("htmx:afterSettle", () => show(rows().find((row) => row.id === cursor)));
})();
