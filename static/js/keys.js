// Keys that act anywhere: "/" finds, "?" lists the keys, G then a letter goes to a page, and every
// element with data-key is clicked by its key. Single keys rest while somebody types or composes.
(() => {
  const STORE = "arap-single-keys";
  // Where the keys of core/keys.py act.
  const WHERE = {
    "help": "[data-help]",
    "undo": "[data-undo]",
    "record": "[data-ctrl-enter]",
    "record and begin": "[data-ctrl-shift-enter]",
    "rows": "tr[data-row], [data-apply]",
    "opening rows": "tr[data-row] [data-open]",
    "ticks": "tr[data-row] input[type=checkbox]",
    "counted ticks": "[data-tick]",
    "folded rows": "tr[data-row] [data-toggle]",
  };
  let going = false;

  const typing = (event) =>
    event.isComposing || event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");

  const visible = (element) => element && element.getClientRects().length > 0;

  const find = (attribute, key) =>
    [...document.querySelectorAll(`[${attribute}="${CSS.escape(key)}"]`)].find(visible);

  function press(event) {
    if (event.key === "Enter" && event.ctrlKey) {
      const act = event.shiftKey ? "[data-ctrl-shift-enter]" : "[data-ctrl-enter]";
      const submit = [...document.querySelectorAll(act)].find(visible);
      if (submit) { event.preventDefault(); submit.click(); }
      return;
    }
    if (event.key === "Escape" && typing(event)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    if (document.querySelector("dialog[open]") || localStorage.getItem(STORE) === "off") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const target = going ? find("data-goto", key) : find("data-key", key);
    going = !going && key === "g";
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, select, textarea")) { target.focus(); target.select?.(); } else target.click();
  }

  // What a key of the page does, in the words of what it acts on: without its own keys, counts and reasons.
  function words(element) {
    const named = (element.labels?.[0] || element).cloneNode(true);
    named.querySelectorAll(".key, .tabs__count, .choices__why, .visually-hidden").forEach((part) => part.remove());
    const said = element.getAttribute("aria-label") || named.textContent || element.placeholder || "";
    return (said.trim() || element.placeholder || "").replace(/\s+/g, " ").replace(/…$/, "");
  }

  function entry(keys, text) {
    const row = document.createElement("div");
    row.dataset.keysAdded = keys.join(" ");
    const [term, told] = [document.createElement("dt"), document.createElement("dd")];
    keys.forEach((key) => {
      const sign = document.createElement("kbd");
      sign.className = "key";
      sign.textContent = key;
      term.append(sign, " ");
    });
    told.textContent = text;
    row.append(term, told);
    return row;
  }

  // The keys of this page stand on it: asked when the list is opened, so that it never says what is not there.
  function listKeys(dialog) {
    dialog.querySelectorAll("[data-keys-added]").forEach((row) => row.remove());
    dialog.querySelectorAll("[data-keys-where]").forEach((row) => { row.hidden = ![...document.querySelectorAll(WHERE[row.dataset.keysWhere])].some(visible); });
    const list = dialog.querySelector("[data-keys-list]");
    const listed = new Set([...dialog.querySelectorAll("dt")].filter((term) => !term.parentElement.hidden).map((term) => term.textContent.trim().replace(/\s+/g, " ")));
    const add = (keys, text) => {
      if (!text || listed.has(keys.join(" "))) return;
      listed.add(keys.join(" "));
      list.append(entry(keys, text));
    };
    document.querySelectorAll("main [data-key]").forEach((element) => {
      if (visible(element)) add([element.dataset.key.toUpperCase()], words(element));
    });
    document.querySelectorAll(".legend__entry").forEach((legend) => {
      const keys = [...legend.querySelectorAll(".key")].map((key) => key.textContent);
      if (keys.some((key) => !listed.has(key)) && !listed.has(keys.join(" "))) add(keys, words(legend));
    });
    dialog.querySelector("[data-keys-page]").hidden = ![...list.children].some((row) => !row.hidden);
  }

  function label(button) {
    const off = localStorage.getItem(STORE) === "off";
    button.setAttribute("aria-pressed", String(!off));
    button.textContent = off ? button.dataset.off : button.dataset.on;
  }

  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-keys]")) {
      const dialog = document.querySelector("[data-keys-dialog]");
      listKeys(dialog);
      dialog.showModal();
    }
    const toggle = event.target.closest("[data-keys-toggle]");
    if (!toggle) return;
    localStorage.setItem(STORE, localStorage.getItem(STORE) === "off" ? "on" : "off");
    document.querySelectorAll("[data-keys-toggle]").forEach(label);
  });
  document.querySelectorAll("[data-keys-toggle]").forEach(label);
})();
