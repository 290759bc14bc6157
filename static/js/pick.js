// A field that finds while one types: the arrows move in the list, Enter or Tab takes what is marked, Esc leaves the
// list. What is found comes by htmx into the list that the field controls.
(() => {
  const list = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (input) => [...list(input).querySelectorAll("[role=option]")];
  const marked = (input) => options(input).find((option) => option.getAttribute("aria-selected") === "true");
  const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

  function show(input, open) {
    list(input).hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function mark(input, option) {
    options(input).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function step(input, by) {
    const all = options(input);
    if (!all.length) return;
    const at = all.indexOf(marked(input)) + by;
    mark(input, all[(at + all.length) % all.length]);
  }

  function take(input, option) {
    input.value = option.dataset.value;
    show(input, false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Before the keys of the page, so that Ctrl Enter sends what is marked and Esc only closes the list.
  document.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-picks]");
    if (!input || event.isComposing || !isOpen(input)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(input, event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape") { event.stopPropagation(); show(input, false); }
    else if ((event.key === "Enter" || event.key === "Tab") && marked(input)) {
      if (event.key === "Enter" && !event.ctrlKey) event.preventDefault();
      take(input, marked(input));
    }
  }, true);

  document.addEventListener("htmx:afterSwap", (event) => {
    const input = document.querySelector(`[data-picks][aria-controls="${event.target.id}"]`);
    if (!input) return;
    const found = options(input);
    const isThere = found.some((option) => option.dataset.value.toLowerCase() === input.value.trim().toLowerCase());
    mark(input, found[0]);
    show(input, document.activeElement === input && input.value.trim() !== "" && !isThere);
  });

  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[data-picks] ~ [role=listbox] [role=option]");
    if (!option) return;
    event.preventDefault();
    take(document.querySelector(`[data-picks][aria-controls="${option.parentElement.id}"]`), option);
  });

  document.addEventListener("focusout", (event) => {
    const input = event.target.closest("[data-picks]");
    if (input) show(input, false);
  });
})();
