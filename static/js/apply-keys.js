// Keys inside the fields of an apply screen, where letters mean nothing to an amount: J and K move, Space
// takes the item in full, "=" takes what is left, U clears all. Outside a field J goes to the first one.
(() => {
  const apply = window.arapApply;
  if (!apply) return;

  function move(input, step) {
    const at = input ? apply.inputs.indexOf(input) + step : 0;
    const next = apply.inputs[Math.min(Math.max(at, 0), apply.inputs.length - 1)];
    next.focus();
    next.select();
  }

  // "=" begins a sum as well: it takes the remainder only where the field is empty or wholly selected.
  const isFresh = (input) => !input.value || (input.selectionStart === 0 && input.selectionEnd === input.value.length);

  function act(key, input) {
    if (key === "j" || key === "k") { move(input, key === "j" ? 1 : -1); return true; }
    if (key === "u") { apply.clear(); return true; }
    if (input && key === " ") { apply.fill(input); return true; }
    if (input && key === "=" && isFresh(input)) { apply.remainder(input); input.select(); return true; }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const input = event.target.closest("[data-apply] [data-money]");
    if (!input && event.target.closest("input, select, textarea, button, dialog[open]")) return;
    if (!input && localStorage.getItem("arap-single-keys") === "off") return;
    if (!act(event.key.length === 1 ? event.key.toLowerCase() : event.key, input)) return;
    event.preventDefault();
    apply.refresh();
  });
})();
