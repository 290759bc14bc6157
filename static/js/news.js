// Coming back to a tab asks anew how many notifications there are. Nothing is asked while nobody looks: that would keep a
// session alive for ever.
(() => {
  document.addEventListener("visibilitychange", () => {
    const count = document.querySelector("[data-news-count]");
    if (count && document.visibilityState === "visible") window.htmx?.trigger(count, "look");
  });
})();
