// A row that folds out: the first time htmx fetches its items, afterwards they are shown and hidden.
(() => {
  const items = (toggle) => [...document.querySelectorAll(`[data-items-of="${CSS.escape(toggle.dataset.toggle)}"]`)];

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-toggle]");
    if (!toggle) return;
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    items(toggle).forEach((row) => { row.hidden = !open; });
    if (open && items(toggle).length === 0) toggle.dispatchEvent(new CustomEvent("unfold"));
  });
})();
