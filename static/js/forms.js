// Forms: nothing is sent twice; a password can be shown; a choice that reloads the page does so.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    // Not form.method: that is the field of this name, where a form has one.
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    form.dataset.sent = "yes";
    (event.submitter || form.querySelector("button"))?.setAttribute("aria-busy", "true");
  });

  // The first field with an error is where typing goes on.
  document.querySelector("[aria-invalid=true]")?.focus();

  // Coming back with the browser's own button finds the form as it was: let it be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    document.querySelectorAll("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
  });

  document.addEventListener("click", (event) => {
    const show = event.target.closest("[data-shows]");
    if (show) {
      const input = document.getElementById(show.dataset.shows);
      input.type = input.type === "password" ? "text" : "password";
      show.textContent = input.type === "password" ? show.dataset.show : show.dataset.hide;
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
  });

  // A file that is too large is refused beside its field before anything is sent.
  document.addEventListener("change", (event) => {
    const input = event.target.closest("input[type=file][data-bytes-max]");
    if (!input) return;
    const note = input.parentElement.querySelector(".field__error") || document.createElement("p");
    note.className = "field__error";
    note.setAttribute("role", "alert");
    const isLarge = [...input.files].some((file) => file.size > Number(input.dataset.bytesMax));
    note.textContent = isLarge ? input.dataset.tooLarge : "";
    if (isLarge) input.value = "";
    input.after(note);
  });

  // A part of the page that could not be fetched says so, and offers the ordinary page instead.
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, () => { document.querySelectorAll("[data-load-error]").forEach((note) => { note.hidden = false; }); });
  }
})();
