// Applying a receipt: what is typed per item runs down the remainder, line by line, in whole minor units.
// A credit note adds to what can be applied. A proposal fills the fields, or keeps the amount on account.
(() => {
  const form = document.querySelector("[data-apply]");
  if (!form || !form.querySelector("[data-money]")) return;
  const money = window.arapMoney;
  const places = Number(form.dataset.decimals);
  const received = BigInt(form.dataset.available);
  const inputs = [...form.querySelectorAll("[data-money]")];
  const open = (input) => BigInt(input.dataset.open);
  const payable = (input) => BigInt(input.dataset.payable); // what settles it: less an early-payment discount
  const taken = (input) => (money.units(input) ?? 0n) * BigInt(input.dataset.sign);
  const rest = () => inputs.reduce((left, input) => left - taken(input), received);
  const put = (name, text) => { form.querySelector(`[data-${name}]`).textContent = text; };

  function refresh() {
    let left = received;
    let count = 0;
    for (const input of inputs) {
      const amount = money.units(input);
      const row = input.closest("tr");
      input.setAttribute("aria-invalid", String(amount === null || amount < 0n || amount > open(input)));
      row.classList.toggle("is-selected", Boolean(amount));
      left -= taken(input);
      count += amount ? 1 : 0;
      row.querySelector("[data-order]").textContent = amount ? String(count) : "";
      row.querySelector("[data-rest]").textContent = amount ? money.text(left, places) : "";
    }
    put("count", String(count));
    put("sum", money.text(received - left, places));
    put("remainder", money.text(left, places));
    form.querySelector("[data-remainder]").classList.toggle("good", left === 0n);
    form.querySelector("[data-remainder]").classList.toggle("overdue", left < 0n);
    form.querySelector("[data-over]").hidden = left >= 0n;
    exchange(received - left);
  }

  // The share of an item's base amount, rounded half away from zero as the book does; what empties it takes all.
  function share(base, whole, part) {
    if (whole === 0n || part <= 0n) return 0n;
    return part >= whole ? base : (2n * base * part + whole) / (2n * whole);
  }

  // What is paid less what it is paid with, both in base: the realised difference, a loss when above zero.
  function exchange(spent) {
    const box = document.querySelector("[data-exchange]");
    if (!box) return;
    const paid = inputs.reduce(
      (sum, input) => sum + BigInt(input.dataset.sign) * share(BigInt(input.dataset.base), open(input), money.units(input) ?? 0n), 0n);
    const difference = paid - share(BigInt(form.dataset.base), received, spent);
    const size = difference < 0n ? -difference : difference;
    box.querySelector("[data-loss]").hidden = difference <= 0n;
    box.querySelector("[data-gain]").hidden = difference >= 0n;
    box.querySelector("[data-none]").hidden = difference !== 0n;
    box.querySelector("[data-difference]").textContent = money.text(size, Number(form.dataset.baseDecimals));
  }

  function keep(value) { form.querySelector("[data-keep]").value = value ? "yes" : ""; }

  function choose(proposal) {
    document.querySelectorAll("[data-proposal]").forEach((each) => each.setAttribute("aria-pressed", String(each === proposal)));
    const units = JSON.parse(proposal.dataset.proposal);
    inputs.forEach((input) => money.set(input, BigInt(units[input.dataset.item] ?? "0")));
    put("proposal-title", proposal.querySelector("[data-title]").textContent);
    put("proposal-why", proposal.querySelector("[data-why]").textContent);
    keep("keeps" in proposal.dataset);
    refresh();
  }

  // For apply-keys.js: fill one item, or clear all. What is changed by hand is no proposal any more.
  window.arapApply = {
    fill: (input) => money.set(input, payable(input)),
    remainder: (input) => {
      const other = rest() + taken(input);
      money.set(input, other <= 0n ? 0n : other < payable(input) ? other : payable(input));
    },
    clear: () => inputs.forEach((input) => { input.value = ""; }),
    inputs,
    refresh: () => { keep(false); refresh(); },
  };

  form.addEventListener("input", window.arapApply.refresh);
  form.addEventListener("focusout", refresh);
  document.addEventListener("click", (event) => {
    const proposal = event.target.closest("[data-proposal]");
    if (proposal) choose(proposal);
    if (event.target.closest("[data-change]")) {
      const first = inputs.find((input) => input.value) ?? inputs[0];
      first.focus();
      first.select();
    }
  });
  refresh();
})();
