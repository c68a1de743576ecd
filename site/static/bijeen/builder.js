// Makes the builder of audiences smoother: a button fetches the changed part instead of the whole page.
// Without it every button posts the form and the page comes anew, with the same result.
const builder = document.getElementById("builder");
const said = document.getElementById("builder-said");
let latest = 0;

async function press(event) {
  const { target: form, submitter } = event;
  // Saving leaves the page: the browser does that by itself.
  if (event.defaultPrevented || !submitter || "leaves" in submitter.dataset) return;
  event.preventDefault();
  const turn = ++latest;
  const body = new FormData(form, submitter);
  builder.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(location.href, { method: "POST", body, headers: { "X-Fragment": "1" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const text = await answer.text();
    if (turn === latest) show(text, submitter.value);
  } catch {
    submitter.dataset.leaves = ""; // the whole page says what is wrong: logged out, for one
    form.requestSubmit(submitter);
  } finally {
    builder.removeAttribute("aria-busy");
  }
}

function show(text, pressed) {
  const open = [...builder.querySelectorAll("details")].map((each) => each.open);
  builder.innerHTML = text;
  builder.querySelectorAll("details").forEach((each, place) => (each.open ||= open[place]));
  const number = builder.querySelector("[data-said]");
  said.textContent = number ? number.textContent : "";
  place(pressed).focus({ preventScroll: false });
}

// Where the hand was, or the nearest that there is.
function place(pressed) {
  const [act] = pressed.split(":");
  if (act === "list") return builder.querySelector("#builder-list-heading") ?? builder.querySelector("#builder-heading");
  const same = [...builder.querySelectorAll("button")].find((each) => each.value === pressed && each.tabIndex >= 0);
  return (
    builder.querySelector("[autofocus]") ??
    (act === "why" ? builder.querySelector("#q") : null) ??
    same ??
    builder.querySelector("#builder-heading")
  );
}

document.addEventListener("submit", (event) => {
  if (builder.contains(event.target)) press(event);
});
