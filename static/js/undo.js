// The undo bar leaves after ten seconds, unless the pointer or the focus is on it.
(() => {
  const bar = document.querySelector("[data-undo]");
  if (!bar) return;
  const leave = () => { if (bar.matches(":hover, :focus-within")) setTimeout(leave, 2000); else bar.hidden = true; };
  setTimeout(leave, 10000);
})();
