"""From an invitation that waits for its button to a seat, in a real browser, over real SMTP."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import EMAIL, PASSWORD, wait_until

pytestmark = [pytest.mark.services, pytest.mark.browser]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def log_in(page, url: str) -> None:
    page.goto(f"{url}/admin/")
    page.fill("input[name=username]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{url}/admin/")


def violations(page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, a place a line."""
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


def open_newest_mail(page, url: str, address: str) -> None:
    page.goto(f"{url}/inbox/?q={address}")
    page.locator("tbody a").first.click()


def follow(page, pattern: str) -> None:
    """Open the link of the shown mail that matches, as the plain text has it."""
    text = page.locator("pre.mail-text").first.inner_text()
    found = re.search(pattern, text)
    assert found, text
    page.goto(found.group(0))


@pytest.mark.capability("C10")
def test_invitation_is_sent_and_answered(running, page):
    url = running.url
    log_in(page, url)

    # The organiser finds the invitation that is checked but not sent, and presses the button.
    page.goto(f"{url}/admin/snippets/campaigns/mailing/overview/1/")
    button = page.locator("a.button[href*='/act/1/start/']")
    number = int("".join(re.findall(r"\d", button.inner_text())))
    assert number > 30
    button.click()
    assert str(number) in page.locator("main").inner_text()
    page.locator("form[action*='/act/1/start/'] button").click()

    def settled() -> str | None:
        page.goto(f"{url}/admin/snippets/campaigns/mailing/overview/1/")
        # While it changes by itself the page may load itself anew, in the middle of a next step.
        still = page.locator("#standing[data-every='0']")
        progress = page.locator("progress")
        return progress.get_attribute("value") if still.count() and progress.count() else None

    wait_until(lambda: settled() == str(number))
    assert len(list(running.inbox.glob("[0-9]*.eml"))) >= number

    # A contact reads the mail and follows the personal link: the form knows who it is.
    address = running.invited(1)[0]
    open_newest_mail(page, url, address)
    assert violations(page) == []
    follow(page, rf"{url}/i/\S+")
    assert address not in page.content(), "the address is masked"
    assert violations(page) == []
    before = len(running.mails_to(address))
    page.locator("button[value=join]").first.click()
    page.wait_for_url(re.compile("/r/|bedankt|thanks"))
    assert violations(page) == []
    wait_until(lambda: len(running.mails_to(address)) == before + 1)
    assert b"METHOD:REQUEST" in calendar_of(running.mails_to(address)[-1])

    # The same link again shows the state; nothing is asked or sent twice.
    open_newest_mail(page, url, address)
    follow(page, rf"{url}/r/\S+")
    assert page.locator("main").inner_text() != ""
    assert len(running.mails_to(address)) == before + 1


def test_visitor_signs_up_and_confirms(running, page):
    url = running.url
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{url}/nl/agenda/")
    page.locator("main a[href*='werksessie'], main a[href*='wat-vertellen']").first.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 375

    # An empty form comes back with every problem named on top and focused.
    form = page.locator("form[action*='aanmelden']")
    form.locator("button[type=submit]").last.click()
    assert page.locator(".errors a").count() >= 2
    assert page.evaluate("document.activeElement.closest('.errors') !== null")
    assert violations(page) == []

    page.fill("[name=email]", "nieuw@buurtwerk.example.org")
    page.fill("[name=given_name]", "Noura")
    page.fill("[name=family_name]", "Haddad")
    page.fill("[name=organisation]", "Buurtwerk Zuid")
    page.check("[name=works_on_theme]")
    # Younger than two seconds is taken for a robot's.
    page.wait_for_timeout(2500)
    page.locator("form[action*='aanmelden'] button[type=submit]").last.click()
    assert page.locator(".errors").count() == 0
    wait_until(lambda: len(running.mails_to("nieuw@buurtwerk.example.org")) == 1)

    open_newest_mail(page, url, "nieuw@buurtwerk.example.org")
    follow(page, rf"{url}/c/\S+")
    assert violations(page) == []
    page.locator("main form button[type=submit]").first.click()
    wait_until(lambda: len(running.mails_to("nieuw@buurtwerk.example.org")) == 2)


def calendar_of(path) -> bytes:
    """The calendar part of a kept mail, decoded."""
    from email import message_from_bytes, policy

    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return parts[0].get_content().encode() if parts else b""
