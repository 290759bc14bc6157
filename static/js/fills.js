// A proposal puts its value into a field; the field stays free to be typed over.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fills]");
    if (!button) return;
    document.getElementById(button.dataset.fills).value = button.dataset.value;
    document.querySelectorAll("[data-fills]").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
  });
})();
