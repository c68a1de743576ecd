// Moves the bar of an import that is running, without loading the page anew until it is ready.
const box = document.querySelector("[data-import-progress]");
const bar = box.querySelector("progress");
const text = box.querySelector("[data-text]");
const state = document.querySelector("[data-label]");

async function look() {
  let wait = 1000;
  try {
    const answer = await fetch(box.dataset.importProgress, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const { label, done, total, text: words, isBusy } = await answer.json();
    if (!isBusy) {
      location.reload();
      return;
    }
    state.textContent = label;
    text.textContent = words;
    if (total) {
      bar.max = total;
      bar.value = done;
    }
  } catch {
    wait = 5000; // the server is away for a moment, or the session has ended
  }
  setTimeout(look, wait);
}

setTimeout(look, 1000);
