// The aging chart by pointer and keyboard: the segment looked at fills the readout line; the arrows
// walk months (left, right) and buckets (up, down). Enter follows the segment, which is a link.
(() => {
  function tell(segment) {
    const readout = segment.closest("[data-chart]").querySelector("[data-readout]");
    for (const part of ["day", "bucket", "amount", "share"]) {
      readout.querySelector(`[data-${part}]`).textContent = segment.dataset[part];
    }
    readout.querySelector("[data-open-items]").setAttribute("href", segment.getAttribute("href"));
  }

  function beside(segment, months, buckets) {
    const all = [...segment.closest("svg").querySelectorAll("[data-month]")];
    const month = Number(segment.dataset.month) + months;
    const bucket = Number(segment.dataset.bucketIndex);
    const wanted = (each) => Number(each.dataset.month) === month;
    if (!buckets) {
      return all.filter(wanted).sort((one, other) =>
        Math.abs(one.dataset.bucketIndex - bucket) - Math.abs(other.dataset.bucketIndex - bucket))[0];
    }
    const stack = all.filter(wanted).sort((one, other) => one.dataset.bucketIndex - other.dataset.bucketIndex);
    return stack[stack.indexOf(segment) + buckets];
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  document.addEventListener("keydown", (event) => {
    const segment = event.target.closest?.("[data-month]");
    const step = STEPS[event.key];
    if (!segment || !step) return;
    event.preventDefault();
    beside(segment, ...step)?.focus();
  });

  for (const look of ["focusin", "mouseover"]) {
    document.addEventListener(look, (event) => {
      const segment = event.target.closest?.("[data-month]");
      if (segment) tell(segment);
    });
  }
})();
