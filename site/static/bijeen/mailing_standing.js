// Renews the figures of a mailing that runs. A section that has not changed is left as it is, so that
// nobody loses the place where they read or the link that they are about to press.
const standing = document.getElementById("standing");

async function look() {
  let wait = 5; // seconds: the server is away for a moment, or the session has ended
  try {
    if (!document.hidden) await renew();
    wait = standing.dataset.every;
  } catch {}
  if (standing.dataset.every !== "0") setTimeout(look, 1000 * wait);
}

async function renew() {
  const answer = await fetch(standing.dataset.url, { redirect: "error" });
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("standing");
  if (now.dataset.state !== standing.dataset.state) {
    location.reload(); // other buttons, other words
    return;
  }
  standing.dataset.every = now.dataset.every; // 0 when nothing changes any more
  if (now.dataset.said !== standing.dataset.said) {
    standing.dataset.said = now.dataset.said;
    document.getElementById("standing-said").textContent = now.dataset.said;
  }
  for (const section of now.querySelectorAll(":scope > section")) {
    const shown = document.getElementById(section.id);
    if (!shown || shown.innerHTML === section.innerHTML) continue;
    const focused = shown.contains(document.activeElement) ? document.activeElement : null;
    shown.innerHTML = section.innerHTML;
    const links = focused ? [...shown.querySelectorAll("a")] : [];
    links.find((link) => link.href === focused.href)?.focus();
  }
}

// The seconds in which a mailing that is about to start can be withdrawn.
const countdown = document.querySelector("[data-countdown]");
if (countdown) {
  const end = Date.now() + 1000 * countdown.textContent;
  const tick = setInterval(() => {
    countdown.textContent = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (Date.now() > end) clearInterval(tick);
  }, 1000);
}

setTimeout(look, 1000 * standing.dataset.every);
