// Nothing typed is lost: not when the session ended before a form was sent, nor when the language is switched in the
// middle of it, nor by a step back. What was typed stays in this tab (sessionStorage), for its own person alone; never
// passwords, codes or files. What the server took is forgotten with the next page.
// A form that takes long (data-keep, whose name holds company and person) is kept beyond the tab, for a week (localStorage),
// and offered when it is opened anew. The page that follows a save forgets it (data-forget).
(() => {
  const STORE = "arap-typed";
  const LONG = "arap-kept-";
  const WEEK_MS = 7 * 24 * 3600 * 1000;
  const { person } = document.documentElement.dataset;
  const company = document.documentElement.dataset.company || "";
  const page = location.pathname + location.search;
  const SECRET = "[type=password], [type=file], [type=submit], [type=button], [name=csrfmiddlewaretoken], [name=key]," +
    " [name=_company], [autocomplete=one-time-code], [data-submits], fieldset, output, button";
  let isSending = false;

  const read = () => JSON.parse(sessionStorage.getItem(STORE) || "{}");
  function write(records) {
    try { sessionStorage.setItem(STORE, JSON.stringify(records)); } catch { /* full: then it is as without */ }
  }

  const fields = (form) => [...form.elements].filter((field) => field.name && !field.matches(SECRET));
  const isTick = (field) => field.type === "checkbox" || field.type === "radio";
  const options = (field) => [...field.options].map((option) => option.selected);
  function isChanged(field) {
    if (isTick(field)) return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
    return field.type !== "hidden" && field.value !== field.defaultValue;
  }
  const state = (field) => (isTick(field) ? field.checked : field.tagName === "SELECT" ? options(field) : field.value);
  // A field may be called "method", as that of a receipt is; then form.method is the field.
  const isPost = (form) => (form.getAttribute("method") || "").toLowerCase() === "post";
  const posts = () => [...document.querySelectorAll("main form")].filter(isPost);
  const taken = (form) => fields(form).map((field) => [field.name, state(field)]);
  const alike = (form) => posts().filter((each) => each.getAttribute("action") === form.getAttribute("action"));

  function put(why, sent) {
    const forms = posts().filter((form) => form === sent || fields(form).some(isChanged));
    if (!person || !forms.length) return;
    const kept = forms.map((form) => ({
      action: form.getAttribute("action"),
      at: alike(form).indexOf(form),
      fields: taken(form),
    }));
    write({ ...read(), [page]: { why, person, company, forms: kept } });
  }

  function set(field, value) {
    if (isTick(field)) { if (field.checked === value) return; field.checked = value; }
    else if (field.tagName === "SELECT") {
      if (!Array.isArray(value) || value.length !== field.options.length || JSON.stringify(options(field)) === JSON.stringify(value)) return;
      value.forEach((selected, at) => { field.options[at].selected = selected; });
    } else { if (field.value === value) return; field.value = value; }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "restored" }));
  }

  function give(form, kept) {
    const lines = kept.filter(([name]) => name === "line-description").length;
    if (lines) window.arapLines?.atLeast(lines);
    const seen = {};
    const there = {};
    fields(form).forEach((field) => { (there[field.name] ||= []).push(field); });
    for (const [name, value] of kept) {
      const field = there[name]?.[seen[name] = (seen[name] ?? -1) + 1];
      if (field) set(field, value);
    }
    if (lines) window.arapLines?.changed();
  }

  function restore(record) {
    for (const kept of record.forms) {
      const form = posts().filter((each) => each.getAttribute("action") === kept.action)[kept.at];
      if (form) give(form, kept.fields);
    }
  }

  // The sign-in page, and a page that refused a form unread: what was sent last waits until its page is there again.
  function wait(note) {
    const records = read();
    const kept = Object.values(records);
    if (note.dataset.ended === "yes") kept.forEach((record) => { if (record.why === "sent") record.why = "ended"; });
    const isKept = kept.some((record) => record.why === "ended");
    note.hidden = !isKept;
    if (isKept) write(records); else sessionStorage.removeItem(STORE);
  }

  function readLong(name) {
    try { return JSON.parse(localStorage.getItem(LONG + name)); } catch { return null; }
  }

  function forget() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(LONG)).map((name) => name.slice(LONG.length));
    const saved = [...document.querySelectorAll("[data-forget]")].flatMap((told) => told.dataset.forget.split(" "));
    names.filter((name) => saved.includes(name) || !(readLong(name)?.at > Date.now() - WEEK_MS))
      .forEach((name) => localStorage.removeItem(LONG + name));
  }

  // `isBack`: what was typed stands there again already.
  function offer(form, isBack, first) {
    const name = form.dataset.keep;
    const note = document.querySelector("[data-keep-note]");
    const kept = readLong(name)?.fields;
    // What nobody types, as a version, makes no difference.
    const told = (pairs) => JSON.stringify(pairs.filter(([field]) => form.elements[field]?.type !== "hidden"));
    note.hidden = isBack || !kept || told(kept) === told(first) || Boolean(form.querySelector("[role=alert]"));

    function keep() {
      const now = taken(form);
      if (told(now) === told(first)) return;
      try { localStorage.setItem(LONG + name, JSON.stringify({ at: Date.now(), fields: now })); } catch { /* full */ }
      note.hidden = true;
    }
    ["input", "change", "lines"].forEach((event) => form.addEventListener(event, keep));
    note.querySelector("[data-keep-restore]").addEventListener("click", () => { give(form, kept); note.hidden = true; });
    note.querySelector("[data-keep-forget]").addEventListener("click", () => {
      localStorage.removeItem(LONG + name);
      note.hidden = true;
    });
  }

  function arrive() {
    const records = read();
    const mine = records[page];
    const by = performance.getEntriesByType("navigation")[0]?.type;
    for (const [path, record] of Object.entries(records)) {
      if (path === page || record.why === "sent" || record.person !== person) delete records[path];
    }
    write(records);
    if (!mine || mine.person !== person || mine.company !== company) return false;
    const isBack = mine.why === "left" && (by === "back_forward" || by === "reload");
    if (!isBack && mine.why !== "ended" && mine.why !== "choice") return false;
    restore(mine);
    const note = document.querySelector("template[data-typed-note]");
    if (mine.why === "ended") note?.before(note.content.cloneNode(true));
    return true;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isPost(form)) return;
    if (form.matches(".choice")) { put("choice"); isSending = true; return; }
    if (!form.closest("main")) return;
    // Another tab may have changed the company meanwhile: the server compares.
    if (company && !form.elements._company) {
      const told = document.createElement("input");
      Object.assign(told, { type: "hidden", name: "_company", value: company });
      form.append(told);
    }
    put("sent", form);
    isSending = true;
  });
  // A part of the page was asked for after the session ended: htmx goes to the sign-in page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    put("sent", event.detail.elt.closest("form"));
    isSending = true;
  });
  window.addEventListener("pagehide", () => { if (!isSending) put("left"); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) isSending = false; });

  document.addEventListener("DOMContentLoaded", () => {
    const note = document.querySelector("[data-ended]");
    forget();
    if (note) { wait(note); return; }
    if (!person) return;
    const long = posts().find((form) => form.matches("[data-keep]"));
    const first = long && taken(long);
    const isBack = arrive();
    if (long) offer(long, isBack, first);
  });
})();
