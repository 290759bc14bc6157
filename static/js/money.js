// Money inputs: 1,234.5 and 1234.50 and 1.2万 and =a+b are understood; on leaving, the amount is shown
// formatted. Whole minor units in BigInt: no binary fraction ever touches an amount.
(() => {
  const decimals = (input) => Number(input.dataset.money);

  function units(text, places) {
    const plain = text.replace(/[,\s\u2007\u00a0，]/g, "").replace(/[\u2212－]/g, "-");
    const match = plain.match(/^([+-]?)(\d*)(?:\.(\d*))?([万亿]?)$/);
    if (!match || (!match[2] && !match[3])) return null;
    const [, sign, whole, fraction = "", word] = match;
    const zeros = places + { "": 0, 万: 4, 亿: 8 }[word];
    if (fraction.replace(/0+$/, "").length > zeros) return null;
    const value = BigInt(whole + fraction.replace(/0+$/, "").padEnd(zeros, "0"));
    return sign === "-" ? -value : value;
  }

  function read(text, places) {
    if (!text.trim().startsWith("=")) return units(text, places);
    const terms = text.replace(/[\s,]/g, "").slice(1).match(/[+-]?[\d.]+[万亿]?/g) || [];
    const values = terms.map((term) => units(term, places));
    const whole = terms.join("").length === text.replace(/[\s,]/g, "").length - 1;
    return !whole || values.length === 0 || values.includes(null) ? null : values.reduce((sum, value) => sum + value, 0n);
  }

  function write(value, places) {
    const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
    return (value < 0n ? "\u2212" : "") + whole + (places ? "." + digits.slice(-places) : "");
  }

  window.arapMoney = {
    units: (input) => (input.value.trim() ? read(input.value, decimals(input)) : 0n),
    text: write,
    set: (input, value) => { input.value = value === 0n ? "" : write(value, decimals(input)); },
  };

  document.addEventListener("focusout", (event) => {
    const input = event.target.closest("[data-money]");
    const value = input && input.value.trim() ? read(input.value, decimals(input)) : null;
    if (value !== null) input.value = write(value, decimals(input));
  });

  document.addEventListener("change", (event) => {
    // The currency chosen in the form decides the decimals of its money inputs.
    const chosen = event.target.closest("[data-currency-of]");
    const input = chosen && document.getElementById(chosen.dataset.currencyOf);
    if (!input) return;
    input.dataset.money = chosen.selectedOptions[0].dataset.decimals;
    const mark = input.parentElement.querySelector("[data-currency-mark]");
    if (mark) mark.textContent = chosen.value;
  });
})();
