// The help beside the page: "Help" and F1 open and close it, Esc closes it; it stays open from page to page of one tab.
(() => {
  const OPEN = "arap-help";
  const panel = document.getElementById("help");
  const link = document.querySelector("[data-help]");
  if (!panel || !link) return;

  function show() {
    panel.hidden = false;
    link.setAttribute("aria-expanded", "true");
    const close = panel.querySelector("[data-help-close]");
    if (close) close.hidden = false;
    sessionStorage.setItem(OPEN, "yes");
  }

  function hide() {
    panel.hidden = true;
    link.setAttribute("aria-expanded", "false");
    sessionStorage.removeItem(OPEN);
    if (panel.contains(document.activeElement)) link.focus();
  }

  // A request that htmx makes for the open panel would only fetch again what stands there.
  link.addEventListener("htmx:confirm", (event) => {
    if (!panel.hidden) { event.preventDefault(); hide(); }
  });
  panel.addEventListener("htmx:afterSwap", show);
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help-close]")) hide(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "F1") { event.preventDefault(); link.click(); }
    if (event.key === "Escape" && !panel.hidden && !document.querySelector("dialog[open]")) hide();
  });
  if (sessionStorage.getItem(OPEN)) htmx.ajax("GET", link.getAttribute("hx-get"), { target: panel, swap: "innerHTML" });
})();
