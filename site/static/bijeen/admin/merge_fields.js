// Inserts a merge field where one last wrote in the editor of a mailing: in a line, or in rich text.
const form = document.getElementById("w-editor-form");
let place = null;

const isLine = (element) => element.matches?.('input[type="text"], input:not([type]), textarea');

function labelOf(element) {
  const block = element.closest("[data-contentpath], .w-field__wrapper, .w-panel");
  const label = element.labels?.[0] ?? block?.querySelector("label, .w-panel__heading");
  return (label?.textContent ?? "").replace("*", "").trim();
}

form?.addEventListener("focusin", ({ target }) => {
  const editor = target.closest(".Draftail-Editor");
  if (editor) place = { editor };
  else if (isLine(target) && /^(subject|preheader|body)_/.test(target.name)) {
    place = { line: target, label: labelOf(target) };
  }
});

function intoLine(line, text) {
  line.focus();
  const at = line.selectionStart ?? line.value.length;
  line.setRangeText(text, at, line.selectionEnd ?? at, "end");
  line.dispatchEvent(new Event("input", { bubbles: true }));
  line.dispatchEvent(new Event("change", { bubbles: true }));
}

function intoRichText(editor, text) {
  const wrapper = editor.closest("[data-draftail-editor-wrapper]");
  const input = wrapper?.parentElement.querySelector('input[type="hidden"]');
  const draftail = input?.draftailEditor;
  const { EditorState, Modifier } = window.DraftJS ?? {};
  if (!draftail || !Modifier) return false;
  const state = draftail.getEditorState();
  const content = Modifier.replaceText(state.getCurrentContent(), state.getSelection(), text);
  draftail.onChange(EditorState.push(state, content, "insert-characters"));
  setTimeout(() => draftail.focus(), 50);
  return true;
}

function insert(text) {
  if (!place || !form.contains(place.line ?? place.editor)) return false;
  if (!place.line) return intoRichText(place.editor, text);
  intoLine(place.line, text);
  return true;
}

for (const list of document.querySelectorAll("[data-merge-fields]")) {
  for (const each of list.querySelectorAll("[data-without-script]")) each.hidden = true;
  for (const each of list.querySelectorAll("[data-with-script], [data-field]")) each.hidden = false;
  const said = list.querySelector("[data-inserted]");
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-field]");
    if (!button) return;
    const { words, text, nowhere } = said.dataset;
    said.textContent = insert(button.dataset.field) ? `${words} ${place.label || text}` : nowhere;
  });
}
