"""A seat goes from one person to a colleague, in a real browser, over real SMTP."""

import re

import pytest

from tests.journeys.conftest import wait_until
from tests.journeys.test_invitation import (
    calendar_of,
    follow,
    open_newest_mail,
    violations,
)

pytestmark = [pytest.mark.services, pytest.mark.browser]

#: In the mail domain of a member: in at once.
FIRST, SECOND = "noor.smit@horizonhulp.example.org", "elif.kaya@horizonhulp.example.org"


def _fill(page, address: str, given: str, family: str) -> None:
    page.fill("[name=email]", address)
    page.fill("[name=given_name]", given)
    page.fill("[name=family_name]", family)
    # Younger than two seconds is taken for a robot's.
    page.wait_for_timeout(2500)


def _confirm(running, page, address: str) -> None:
    wait_until(lambda: len(running.mails_to(address)) == 1)
    open_newest_mail(page, running.url, address)
    follow(page, rf"{running.url}/c/\S+")
    assert violations(page) == []
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/r/"))


@pytest.mark.capability("C28")
def test_seat_goes_to_the_colleague_who_confirms(running, page):
    url = running.url
    page.goto(f"{url}/nl/agenda/")
    page.locator("main a[href*='wat-vertellen']").first.click()
    page.locator("a[href='#sign-up-title'], a[href*='aanmelden'], a[href='#sign-up']").first.click()
    _fill(page, FIRST, "Noor", "Smit")
    page.locator("form[action*='aanmelden'] button[type=submit]").last.click()
    _confirm(running, page, FIRST)
    wait_until(lambda: len(running.mails_to(FIRST)) == 2)
    assert b"METHOD:REQUEST" in calendar_of(running.mails_to(FIRST)[-1])

    # The button mails the link to the person alone, and shows it.
    assert violations(page) == []
    page.locator("form:has(input[value=transfer]) button").click()
    link = page.locator("#colleague-link").input_value()
    assert violations(page) == []
    wait_until(lambda: len(running.mails_to(FIRST)) == 3)

    # On a phone, the colleague finds an empty form, that tells no more than a given name.
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(link)
    assert "Noor geeft je deze plek" in page.locator("main").inner_text()
    assert "Smit" not in page.content()
    assert FIRST not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert violations(page) == []
    _fill(page, SECOND, "Elif", "Kaya")
    page.locator("main form button[type=submit]").last.click()
    _confirm(running, page, SECOND)
    wait_until(lambda: len(running.mails_to(SECOND)) == 2)
    assert b"METHOD:REQUEST" in calendar_of(running.mails_to(SECOND)[-1])

    # The first is told, and the seat leaves their calendar; the link is used up.
    wait_until(lambda: len(running.mails_to(FIRST)) == 4)
    assert b"METHOD:CANCEL" in calendar_of(running.mails_to(FIRST)[-1])
    answer = page.request.get(link)
    assert answer.status == 410
