// Lines of an invoice by keyboard: Enter goes to the next line, making one where there is none; the arrows go between
// lines; Ctrl Delete removes one. Rows copied from a spreadsheet (tabs between cells) are spread over cells and lines.
(() => {
  const body = document.querySelector("[data-lines]");
  if (!body) return;
  const form = body.closest("form");
  const lines = () => [...body.querySelectorAll("[data-line]")];
  const cells = (line) => [...line.querySelectorAll("input, select")];
  const changed = () => form.dispatchEvent(new CustomEvent("lines"));

  function clear(line) {
    line.querySelectorAll("input").forEach((input) => { input.value = ""; });
    line.querySelectorAll(".field__error").forEach((note) => note.remove());
    line.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    line.querySelector("[data-line-amount]").textContent = "–";
  }

  // What is only chosen (tax, with or without) goes on as in the line above.
  function follow(line, above) {
    const selects = [...above.querySelectorAll("select")];
    line.querySelectorAll("select").forEach((select, at) => { select.value = selects[at].value; });
  }

  function add() {
    const last = lines().at(-1);
    const line = last.cloneNode(true);
    clear(line);
    follow(line, last);
    body.append(line);
    return line;
  }

  function remove(line) {
    const all = lines();
    const at = all.indexOf(line);
    if (all.length === 1) clear(line); else line.remove();
    const next = lines()[Math.min(at, lines().length - 1)];
    cells(next)[0].focus();
    changed();
  }

  const isBlank = (line) => [...line.querySelectorAll("input")].every((input) => !input.value.trim());

  function go(input, step) {
    const line = input.closest("[data-line]");
    const all = lines();
    const at = all.indexOf(line) + step;
    if (at < 0) return;
    const target = all[at] || add();
    if (isBlank(target) && at > 0) follow(target, lines()[at - 1]);
    // Enter begins the next line at its beginning, as one writes; the arrows stay in the column.
    const column = cells(line).indexOf(input);
    const cell = cells(target)[step > 0 && isBlank(target) && !isBlank(line) ? 0 : column];
    cell.focus();
    cell.select?.();
  }

  function put(cell, text) {
    if (cell.tagName !== "SELECT") { cell.value = text; return; }
    const wanted = text.toLowerCase();
    const option = [...cell.options].find((each) => each.text.trim().toLowerCase() === wanted || each.value.toLowerCase() === wanted);
    if (option) cell.value = option.value;
  }

  function paste(event) {
    const input = event.target.closest("[data-line] input");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const rows = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((row) => row.split("\t"));
    // The second description stands below the first, so a pasted row passes it by unless it begins there.
    const from = input.name;
    let line = input.closest("[data-line]");
    rows.forEach((row, at) => {
      if (at > 0) { const before = line; line = line.nextElementSibling || add(); follow(line, before); }
      const columns = cells(line).filter((cell) => cell.name !== "line-description_local" || from === "line-description_local");
      const first = columns.findIndex((cell) => cell.name === from);
      row.forEach((value, step) => { const cell = columns[first + step]; if (cell) put(cell, value.trim()); });
    });
    if (!line.nextElementSibling) add();
    changed();
  }

  body.addEventListener("paste", paste);

  body.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-line] input, [data-line] select");
    if (!input || event.isComposing || event.altKey || event.metaKey) return;
    const isList = input.tagName === "SELECT" || (input.list && input.value && event.key !== "Enter");
    if (event.key === "Delete" && event.ctrlKey) { event.preventDefault(); remove(input.closest("[data-line]")); return; }
    if (event.ctrlKey) return;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || (isList && event.key !== "Enter")) return;
    if (event.key === "ArrowDown" && input.closest("[data-line]") === lines().at(-1)) return;
    event.preventDefault();
    go(input, step);
  });

  // In the head Enter goes on to the next field: what is half typed is not sent.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.isComposing || event.defaultPrevented) return;
    if (!event.target.matches("[data-entry-head] input, [data-entry-head] select")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((field) => field.getClientRects().length);
    fields[fields.indexOf(event.target) + 1]?.focus();
  });

  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-line-add]")) { event.preventDefault(); cells(add())[0].focus(); }
    const gone = event.target.closest("[data-line-remove]");
    if (gone) remove(gone.closest("[data-line]"));
  });

  // A customer is billed in its own currency, unless somebody chose one.
  const currency = form.querySelector('[name="currency"]');
  let isChosen = Boolean(form.querySelector('[name="version"]').value);
  currency.addEventListener("change", (event) => { isChosen ||= event.isTrusted || event.detail === "restored"; });

  function bill(code) {
    if (isChosen || !code || currency.value === code) return;
    currency.value = code;
    changed();
  }

  // The server says what each line comes to.
  document.addEventListener("htmx:afterSettle", () => {
    const told = form.querySelector("[data-line-amounts]");
    bill(told?.dataset.customerCurrency);
    const amounts = told ? told.dataset.lineAmounts.split("|") : [];
    lines().forEach((line, at) => { line.querySelector("[data-line-amount]").textContent = amounts[at] ?? "–"; });
  });

  new MutationObserver(() => {
    body.querySelectorAll("[data-line-remove][hidden]").forEach((button) => { button.hidden = false; });
  }).observe(body, { childList: true });
  body.querySelectorAll("[data-line-remove]").forEach((button) => { button.hidden = false; });
  // For typed.js: as many lines as were kept.
  window.arapLines = { atLeast: (count) => { while (lines().length < count) add(); }, changed };
})();
