// Applying a receipt: what is typed per item runs down the remainder, line by line, in whole minor units.
// A credit note adds to what can be applied. A proposal fills the fields.
(() => {
  const form = document.querySelector("[data-apply]");
  if (!form || !form.querySelector("[data-money]")) return;
  const money = window.arapMoney;
  const places = Number(form.dataset.decimals);
  const received = BigInt(form.dataset.available);
  const inputs = [...form.querySelectorAll("[data-money]")];
  const open = (input) => BigInt(input.dataset.open);
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
      row.querySelector("[data-rest]").textContent = amount ? money.text(left, places) : "";
    }
    put("count", String(count));
    put("remainder", money.text(left, places));
    form.querySelector("[data-remainder]").classList.toggle("good", left === 0n);
    form.querySelector("[data-remainder]").classList.toggle("overdue", left < 0n);
    form.querySelector("[data-over]").hidden = left >= 0n;
  }

  // For apply-keys.js: fill one item, or clear all.
  window.arapApply = {
    fill: (input) => money.set(input, open(input)),
    remainder: (input) => {
      const other = rest() + taken(input);
      money.set(input, other <= 0n ? 0n : other < open(input) ? other : open(input));
    },
    clear: () => inputs.forEach((input) => { input.value = ""; }),
    inputs,
    refresh,
  };

  form.addEventListener("input", refresh);
  form.addEventListener("focusout", refresh);
  document.addEventListener("click", (event) => {
    const proposal = event.target.closest("[data-proposal]");
    if (!proposal) return;
    document.querySelectorAll("[data-proposal]").forEach((each) => each.setAttribute("aria-pressed", String(each === proposal)));
    const units = JSON.parse(proposal.dataset.proposal);
    inputs.forEach((input) => money.set(input, BigInt(units[input.dataset.item] ?? "0")));
    refresh();
  });
  refresh();
})();
