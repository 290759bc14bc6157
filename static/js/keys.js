// Keys that act anywhere: "/" finds, "?" lists the keys, G then a letter goes to a page, and every
// element with data-key is clicked by its key. Single keys rest while somebody types or composes.
(() => {
  const STORE = "arap-single-keys";
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

  function label(button) {
    const off = localStorage.getItem(STORE) === "off";
    button.setAttribute("aria-pressed", String(!off));
    button.textContent = off ? button.dataset.off : button.dataset.on;
  }

  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-keys]")) document.querySelector("[data-keys-dialog]").showModal();
    const toggle = event.target.closest("[data-keys-toggle]");
    if (!toggle) return;
    localStorage.setItem(STORE, localStorage.getItem(STORE) === "off" ? "on" : "off");
    label(toggle);
  });
  document.querySelectorAll("[data-keys-toggle]").forEach(label);
})();
