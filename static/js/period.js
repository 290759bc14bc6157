// Days that are typed beside a period by name are meant: the choice then says "other days".
(() => {
  const DAYS = { first: "period", last: "period", as_of: "at", against_on: "against" };

  document.addEventListener("input", (event) => {
    const choice = event.target.form?.matches("[data-period]") && event.target.form.elements[DAYS[event.target.name]];
    if (choice) choice.value = "days";
  });

  document.addEventListener("change", (event) => {
    const isChoice = event.target.matches("[data-period] select") && Object.values(DAYS).includes(event.target.name);
    if (isChoice && event.target.value !== "days") event.target.form.requestSubmit();
  });
})();
