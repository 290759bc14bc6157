// Ticked rows: how many and, where they have amounts, what they sum to, in a bar that is there while something is ticked.
// Shift ticks from the last one to here (by pointer and with Shift X); Escape clears. Sums are whole minor units in
// BigInt, and currencies never add up. A thing that stands in several rows counts once.
(() => {
  let last = null;
  const ticks = () => [...document.querySelectorAll("[data-tick]")];

  function sums(ticked) {
    const found = new Map();
    for (const tick of ticked) {
      const { tickAmount, tickCurrency, tickDecimals } = tick.dataset;
      const [whole, fraction = ""] = tickAmount.split(".");
      const places = Number(tickDecimals);
      const units = BigInt(whole + fraction.padEnd(places, "0").slice(0, places));
      const sum = found.get(tickCurrency) || { units: 0n, places };
      found.set(tickCurrency, { units: sum.units + units, places });
    }
    return [...found].map(([currency, { units, places }]) => {
      const digits = units.toString().padStart(places + 1, "0");
      const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
      return `${currency} ${whole}${places ? "." + digits.slice(-places) : ""}`;
    }).join(" · ");
  }

  function refresh() {
    const bar = document.querySelector("[data-ticks-bar]");
    if (!bar) return;
    const all = ticks();
    const ticked = all.filter((tick) => tick.checked);
    bar.hidden = ticked.length === 0;
    all.forEach((tick) => tick.closest("tr").classList.toggle("is-selected", tick.checked));
    bar.querySelector("[data-ticks-count]").textContent = bar.dataset.words.replace("{count}", new Set(ticked.map((tick) => tick.value)).size);
    const sum = bar.querySelector("[data-ticks-sum]");
    if (sum) sum.textContent = sums(ticked);
    const whole = document.querySelector("[data-tick-all]");
    if (!whole) return;
    whole.checked = ticked.length > 0 && ticked.length === all.length;
    whole.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }

  // All from the last one to `tick` become as it is.
  function tickTo(tick) {
    const all = ticks();
    const from = all.indexOf(last);
    const to = all.indexOf(tick);
    if (from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => { each.checked = tick.checked; });
  }

  document.addEventListener("click", (event) => {
    const tick = event.target.closest("[data-tick]");
    if (tick && event.shiftKey) tickTo(tick);
    if (tick) last = tick;
    if (event.target.closest("[data-tick-all]")) ticks().forEach((each) => { each.checked = event.target.checked; });
    if (event.target.closest("[data-ticks-clear]")) ticks().forEach((each) => { each.checked = false; });
    refresh();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("arap-single-keys") === "off") return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]")) return;
    const tick = document.querySelector("tr.is-cursor [data-tick]");
    if (event.key === "X" && tick) { tick.checked = true; tickTo(tick); last = tick; refresh(); }
    if (event.key === "Escape") { ticks().forEach((each) => { each.checked = false; }); refresh(); }
  });

  document.addEventListener("htmx:afterSettle", refresh);
  // Coming back with the browser's own button finds the ticks as they were.
  window.addEventListener("pageshow", refresh);
  refresh();
})();
