"""A seat that comes free goes to whoever waits: on a phone, without JavaScript, over real SMTP."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import entry_of, text_of
from tests.journeys.test_invitation import log_in, violations

pytestmark = [pytest.mark.services, pytest.mark.browser]

SLUG = "een-plek"
PHONE: dict[str, Any] = {"locale": "nl-NL", "viewport": {"width": 375, "height": 800}}
FIRST, SECOND = "hanna.de.boer@buurtwerk.example.org", "malik.bos@buurtwerk.example.org"


@pytest.fixture
def phone(browser) -> Iterator[Page]:
    """A page on a Dutch phone whose browser runs no scripts."""
    context = browser.new_context(**PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def looks_right(browser, phone) -> Iterator[Callable[[], bool]]:
    """Judge the page on the phone in one that runs scripts, since axe is one."""
    context = browser.new_context(**PHONE)
    twin = context.new_page()

    def judge() -> bool:
        twin.goto(phone.url)
        assert violations(twin) == []
        return twin.evaluate("document.documentElement.scrollWidth") == 375

    yield judge
    context.close()


def _sign_up(
    running, phone, looks_right, address: str, given: str, family: str, button: str
) -> None:
    """Sign up on the page of the session, and press the button of the mail."""
    phone.goto(f"{running.url}/nl/agenda/")
    phone.locator(f"main a[href$='/{SLUG}/']").first.click()
    assert looks_right()
    phone.fill("[name=email]", address)
    phone.fill("[name=given_name]", given)
    phone.fill("[name=family_name]", family)
    # Younger than two seconds is taken for a robot's.
    phone.wait_for_timeout(2500)
    phone.get_by_role("button", name=button, exact=True).click()
    assert "Nog één stap" in phone.locator("h1").inner_text()
    assert looks_right()
    phone.goto(running.link(running.mail(address, 1), "c"))
    assert looks_right()
    phone.locator("main form button[type=submit]").first.click()
    assert re.search("/r/", phone.url)
    assert looks_right()


def _counts(desk, running, session: int) -> str:
    desk.goto(f"{running.url}/admin/sessions/{session}/sign-ups/")
    return " ".join(desk.locator(".desk-counts").inner_text().split())


def test_free_seat_is_offered_to_who_waits(running, phone, looks_right, page):
    session = running.publish_session(
        title="Eén plek", english="One seat", slug=SLUG, capacity=1, waiting_list=True
    )
    log_in(page, running.url)
    _sign_up(running, phone, looks_right, FIRST, "Hanna", "de Boer", "Ik doe mee")
    assert "Je bent aangemeld" in phone.locator("main").inner_text()
    assert entry_of(running.mail(FIRST, 2))[0] == "REQUEST"

    _sign_up(running, phone, looks_right, SECOND, "Malik", "Bos", "Zet mij op de wachtlijst")
    assert "Je staat op de wachtlijst" in phone.locator("main").inner_text()
    mail = running.mail(SECOND, 2)
    assert "wachtlijst" in mail["Subject"]
    assert entry_of(mail) == ("", -1)
    counts = _counts(page, running, session)
    assert "1 / 1 plekken bezet" in counts
    assert "1 op de wachtlijst" in counts

    # The first cannot come, and says so on their own page.
    phone.goto(running.link(running.mail(FIRST, 2), "r"))
    phone.get_by_role("link", name="Ik kan toch niet komen").click()
    assert looks_right()
    phone.locator("main form button[type=submit]").first.click()
    assert "Je bent afgemeld" in phone.locator("main").inner_text()
    assert looks_right()
    assert entry_of(running.mail(FIRST, 3))[0] == "CANCEL"

    # The seat is kept for the second, who takes it.
    mail = running.mail(SECOND, 3)
    assert "Er is een plek voor je vrij" in mail["Subject"]
    assert "We houden hem voor je vast tot" in text_of(mail)
    counts = _counts(page, running, session)
    assert "0 op de wachtlijst" in counts
    assert "1 plek aangeboden" in counts
    phone.goto(running.link(mail, "r"))
    assert looks_right()
    phone.get_by_role("button", name="Ja, ik kom").click()
    assert "Je bent aangemeld" in phone.locator("main").inner_text()
    assert looks_right()
    assert entry_of(running.mail(SECOND, 4))[0] == "REQUEST"
    counts = _counts(page, running, session)
    assert "1 / 1 plekken bezet" in counts
    assert "0 op de wachtlijst" in counts
    assert "aangeboden" not in counts
    assert "1 afgemeld" in counts
