// The search box: what is found comes by htmx into the list below it. The arrows move, Enter opens what is marked, Esc
// closes; Ctrl K comes here from anywhere. What was found for an older text is never opened: then the whole page finds.
(() => {
  const input = document.getElementById("find");
  const list = document.getElementById("found");
  if (!input || !list) return;

  const hits = () => [...list.querySelectorAll("a[role=option]")];
  const marked = () => hits().find((hit) => hit.getAttribute("aria-selected") === "true");
  const isFresh = () => list.firstElementChild?.dataset.foundFor === input.value.trim().slice(0, 100);

  function mark(hit) {
    hits().forEach((each) => each.setAttribute("aria-selected", String(each === hit)));
    if (hit) { input.setAttribute("aria-activedescendant", hit.id); hit.scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  }

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(null);
  }

  function step(by) {
    const all = hits();
    if (!all.length) return;
    mark(all[(all.indexOf(marked()) + by + all.length) % all.length]);
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (document.querySelector("dialog[open]")) return;
      input.focus();
      input.select();
      return;
    }
    if (event.target !== input || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (list.hidden) show(true); step(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); event.preventDefault(); show(false); }
    else if (event.key === "Enter" && !event.ctrlKey && !list.hidden && marked() && isFresh()) { event.preventDefault(); marked().click(); }
  }, true);

  list.addEventListener("htmx:afterSwap", () => {
    if (document.activeElement !== input) return;
    show(true);
    // With something typed Enter opens the first; with nothing it waits for an arrow.
    mark(input.value.trim() ? hits()[0] : null);
  });
  input.addEventListener("focus", () => { if (list.firstElementChild) show(true); });
  // A press on a hit must not take the focus away before it is a click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  input.addEventListener("blur", () => show(false));
})();
