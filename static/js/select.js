// Ticked rows: how many, and what can be done to them. A row that is ticked is coloured; Shift with X or a click ticks
// up to here; Escape clears. The bar with the acts is shown while something is ticked.
(() => {
  let last = null;

  const ticks = () => [...document.querySelectorAll("[data-tick]")];

  function refresh() {
    const bar = document.querySelector("[data-selection]");
    if (!bar) return;
    const ticked = ticks().filter((tick) => tick.checked);
    ticks().forEach((tick) => tick.closest("tr").classList.toggle("is-selected", tick.checked));
    bar.hidden = ticked.length === 0;
    bar.querySelector("[data-selected]").textContent = String(new Set(ticked.map((tick) => tick.value)).size);
    const all = document.querySelector("[data-tick-all]");
    all.checked = ticked.length > 0 && ticked.length === ticks().length;
    all.indeterminate = ticked.length > 0 && !all.checked;
  }

  function range(tick) {
    const all = ticks();
    const [from, to] = [all.indexOf(last), all.indexOf(tick)].sort((one, other) => one - other);
    if (from >= 0) all.slice(from, to + 1).forEach((each) => { each.checked = tick.checked; });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-clear-selection]")) ticks().forEach((tick) => { tick.checked = false; });
    const tick = event.target.closest("[data-tick]");
    if (tick && event.shiftKey) range(tick);
    if (tick) last = tick;
    const all = event.target.closest("[data-tick-all]");
    if (all) ticks().forEach((each) => { each.checked = all.checked; });
    refresh();
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]")) return;
    if (event.key === "Escape") { ticks().forEach((tick) => { tick.checked = false; }); refresh(); }
    if (event.key === "X" && event.shiftKey && localStorage.getItem("arap-single-keys") !== "off") {
      const tick = document.querySelector("tr.is-cursor [data-tick]");
      if (!tick) return;
      tick.checked = true;
      range(tick);
      last = tick;
      refresh();
    }
  });

  document.addEventListener("htmx:afterSettle", refresh);
  window.addEventListener("pageshow", refresh);
})();
