"""A day that is fixed later, moved and given up: an editor publishes, and people are told."""

import re

import pytest

from tests.journeys.conftest import day_ahead, entry_of, text_of
from tests.journeys.test_invitation import log_in, violations
from tests.journeys.test_own_data import admin_violations

pytestmark = [pytest.mark.services, pytest.mark.browser]

TITLE, SLUG = "Wat we samen willen", "wat-we-samen-willen"
UNDATED = {"precision": "unknown", "first_day": None, "start_time": None, "end_time": None}
ADDRESS = "yara.meijer@horizonhulp.example.org"
MONTHS = "januari februari maart april mei juni juli augustus september oktober november december"


def _day(ahead: int) -> str:
    day = day_ahead(ahead)
    return f"{day.day} {MONTHS.split()[day.month - 1]}"


def _ask_to_be_told(running, page) -> None:
    page.goto(f"{running.url}/nl/agenda/")
    page.locator(f"main a[href$='/{SLUG}/']").first.click()
    assert violations(page) == []
    page.fill("[name=email]", ADDRESS)
    page.fill("[name=given_name]", "Yara")
    page.fill("[name=family_name]", "Meijer")
    # Younger than two seconds is taken for a robot's.
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="Laat me weten wanneer het is").click()
    page.goto(running.link(running.mail(ADDRESS, 1), "c"))
    assert violations(page) == []
    page.get_by_role("button", name="Ja, laat me weten wanneer het is").click()
    assert "We mailen je zodra de datum bekend is" in page.locator("main").inner_text()
    assert violations(page) == []
    assert running.mail(ADDRESS, 2)["Subject"] == "We laten je weten wanneer het is"


def _publish(page, running, **facts: str) -> None:
    """Change the page of the session in the editor, press Publish, and come at the question."""
    page.goto(f"{running.url}/admin/sessions/?q=samen+willen")
    page.locator("td.title a", has_text=TITLE).first.click()
    page.wait_for_url(re.compile("/edit/"))
    for name, value in facts.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            # Typed, Wagtail's calendar opens and may stay over the buttons.
            field.evaluate("(one, value) => { one.value = value }", value)
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    page.locator("button[name=action-publish]").first.click()
    page.wait_for_url(re.compile("/session-changes/publish/"))
    assert admin_violations(page) == []


def _send_now(page, running) -> str:
    """Publish after all, and send at once; return what the question said."""
    question = page.locator("main").inner_text()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/session-changes/\d+/$"))
    assert admin_violations(page) == []
    page.get_by_role("link", name="Verstuur nu").click()
    page.wait_for_url(re.compile("/send/$"))
    assert admin_violations(page) == []
    page.get_by_role("button", name=re.compile("Verstuur nu naar")).click()
    page.wait_for_url(re.compile(r"/session-changes/\d+/$"))
    assert admin_violations(page) == []
    return question


def test_date_is_fixed_moved_and_given_up(running, page):
    running.publish_session(title=TITLE, english="What we want together", slug=SLUG, **UNDATED)
    _ask_to_be_told(running, page)

    # The editor fixes the date: the question says whom it concerns, and how many.
    log_in(page, running.url)
    times = {"start_time": "13:30", "end_time": "17:00"}
    _publish(page, running, precision="exact", first_day=str(day_ahead(60)), **times)
    question = _send_now(page, running)
    assert "1 persoon heeft nog de oude gegevens" in question
    mail = running.mail(ADDRESS, 3)
    assert "De datum staat vast" in mail["Subject"]
    assert _day(60) in mail["Subject"]
    assert entry_of(mail)[0] == "PUBLISH"

    # The link in the mail knows who it is: one button, and a seat.
    page.goto(running.link(mail, "i"))
    assert violations(page) == []
    page.locator("button[value=join]").first.click()
    page.wait_for_url(re.compile("/r/"))
    method, first = entry_of(running.mail(ADDRESS, 4))
    assert method == "REQUEST"

    # A week later: the mail says what it was and what it is, and the entry moves along.
    _publish(page, running, first_day=str(day_ahead(67)))
    question = _send_now(page, running)
    assert _day(60) in question
    assert _day(67) in question
    mail = running.mail(ADDRESS, 5)
    assert _day(67) in mail["Subject"]
    assert re.search(rf"verplaatst van .*{_day(60)}.* naar .*{_day(67)}", text_of(mail))
    method, second = entry_of(mail)
    assert method == "REQUEST"
    assert second > first

    # Cancelled at last: the entry goes.
    _publish(page, running, status="cancelled")
    _send_now(page, running)
    mail = running.mail(ADDRESS, 6)
    assert mail["Subject"] == f"Gaat niet door: {TITLE}"
    method, third = entry_of(mail)
    assert method == "CANCEL"
    assert third >= second
    page.goto(running.link(running.mail(ADDRESS, 4), "r"))
    assert "gaat niet door" in page.locator("main").inner_text().lower()
    assert violations(page) == []
