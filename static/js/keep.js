// Nothing typed is lost: a form is kept in this browser while it is typed, and offered again when it is opened anew, be it
// after the session ended. The page that follows a save forgets it (data-forget). A week is as long as it is kept.
(() => {
  const PREFIX = "arap-kept-";
  const WEEK_MS = 7 * 24 * 3600 * 1000;
  const SECRET = new Set(["csrfmiddlewaretoken", "key", "version"]);

  document.querySelectorAll("[data-forget]").forEach((told) => {
    told.dataset.forget.split(" ").forEach((name) => localStorage.removeItem(PREFIX + name));
  });
  Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).forEach((name) => {
    if (!(JSON.parse(localStorage.getItem(name)).at > Date.now() - WEEK_MS)) localStorage.removeItem(name);
  });

  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const name = PREFIX + form.dataset.keep;
  const note = document.querySelector("[data-keep-note]");
  const read = () => [...new FormData(form)].filter(([field]) => !SECRET.has(field));
  const first = JSON.stringify(read());
  const kept = JSON.parse(localStorage.getItem(name) || "null");

  if (kept && JSON.stringify(kept.fields) !== first && !form.querySelector("[role=alert]")) note.hidden = false;

  function restore() {
    const counts = {};
    kept.fields.forEach(([field]) => { counts[field] = (counts[field] || 0) + 1; });
    window.arapLines?.atLeast(counts["line-description"] || 0);
    const seen = {};
    kept.fields.forEach(([field, value]) => {
      const at = seen[field] = (seen[field] ?? -1) + 1;
      const input = form.querySelectorAll(`[name="${CSS.escape(field)}"]`)[at];
      if (input && input.tagName !== "BUTTON") input.value = value;
    });
    note.hidden = true;
    window.arapLines?.changed();
  }

  function keep() {
    const fields = read();
    if (JSON.stringify(fields) === first) return;
    localStorage.setItem(name, JSON.stringify({ at: Date.now(), fields }));
    note.hidden = true;
  }

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("lines", keep);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keep-restore]")) restore();
    if (event.target.closest("[data-keep-forget]")) { localStorage.removeItem(name); note.hidden = true; }
  });
})();
