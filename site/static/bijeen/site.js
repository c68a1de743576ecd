// After a form came back with errors, the summary is read first.
document.querySelector("[data-focus]")?.focus();

// A question that follows from another is there only when it does. Hidden ones are not sent: the
// server forgets an answer that does not apply in the same way.
for (const question of document.querySelectorAll("[data-only-if]")) {
  const form = question.closest("form");
  const show = () => {
    const given = new FormData(form).getAll(question.dataset.onlyIf);
    const applies = given.includes(question.dataset.answer);
    question.hidden = !applies;
    for (const field of question.querySelectorAll("input, select, textarea")) field.disabled = !applies;
  };
  form.addEventListener("change", show);
  show();
}
