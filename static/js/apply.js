// Applying a receipt: what is typed per item runs down the remainder, line by line, in minor units.
// Space fills an item, "=" puts the remainder on it, U clears all, 1 2 3 take a proposal.
(() => {
  const form = document.querySelector("[data-apply]");
  if (!form) return;
  const money = window.arapMoney;
  const places = Number(form.dataset.decimals);
  const received = BigInt(form.dataset.available);
  const inputs = [...form.querySelectorAll("[data-money]")];
  const open = (input) => BigInt(input.dataset.open);

  const rest = () => inputs.reduce((left, input) => left - (money.units(input) ?? 0n), received);

  function put(name, text) { form.querySelectorAll(`[data-${name}]`).forEach((place) => { place.textContent = text; }); }

  function refresh() {
    let left = received;
    let count = 0;
    for (const input of inputs) {
      const amount = money.units(input);
      const row = input.closest("tr");
      const wrong = amount === null || amount < 0n || amount > open(input);
      input.setAttribute("aria-invalid", String(wrong));
      row.classList.toggle("is-selected", Boolean(amount));
      left -= amount ?? 0n;
      count += amount ? 1 : 0;
      row.querySelector("[data-rest]").textContent = amount ? money.text(left, places) : "";
    }
    put("applied", money.text(received - left, places));
    put("count", String(count));
    put("remainder", money.text(left, places));
    form.querySelectorAll("[data-remainder]").forEach((place) => { place.classList.toggle("good", left === 0n); place.classList.toggle("overdue", left < 0n); });
    form.querySelector("[data-over]").hidden = left >= 0n;
  }

  function take(amounts) {
    for (const input of inputs) money.set(input, BigInt(amounts[input.dataset.item] ?? "0"));
    refresh();
  }

  form.addEventListener("input", refresh);
  form.addEventListener("focusout", refresh);
  form.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-money]");
    if (!input || event.ctrlKey || event.isComposing) return;
    const other = rest() + (money.units(input) ?? 0n);
    const most = other < open(input) ? other : open(input);
    if (event.key === " ") money.set(input, open(input));
    else if (event.key === "=" && input.selectionStart === 0 && (!input.value || input.selectionEnd === input.value.length)) money.set(input, most > 0n ? most : 0n);
    else return;
    event.preventDefault();
    refresh();
  });
  document.addEventListener("click", (event) => {
    const proposal = event.target.closest("[data-proposal]");
    if (!proposal) return;
    document.querySelectorAll("[data-proposal]").forEach((each) => each.setAttribute("aria-pressed", String(each === proposal)));
    take(JSON.parse(proposal.dataset.proposal));
  });
  refresh();
})();
