// Who types into a line means part of the invoice, so the choice follows.
(() => {
  const form = document.querySelector("[data-credit]");
  if (!form) return;
  form.addEventListener("input", (event) => {
    if (/^(quantity|amount)-/.test(event.target.name)) form.querySelector('[name="scope"][value="part"]').checked = true;
  });
})();
