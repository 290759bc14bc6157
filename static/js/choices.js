// The theme changes in place, so that nothing on the page moves; where that fails, the form is sent as without scripts.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-theme-choice]");
    if (!form || !event.submitter?.value) return;
    event.preventDefault();
    const chosen = event.submitter.value;
    const data = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).then(() => {
      document.documentElement.classList.remove("light", "dark");
      if (chosen !== "system") document.documentElement.classList.add(chosen);
      document.querySelectorAll("form[data-theme-choice] button").forEach((button) => {
        const isChosen = button.value === chosen;
        if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(isChosen));
        else if (isChosen) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      });
      form.closest("details")?.removeAttribute("open");
    }).catch(() => form.submit());
  }, true);
})();
