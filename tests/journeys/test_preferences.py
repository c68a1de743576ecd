"""A group is made, a person joins it from a mail on a phone, pauses, starts again and leaves."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.journeys.conftest import wait_until
from tests.journeys.test_invitation import (
    follow,
    log_in,
    open_newest_mail,
    violations,
)

pytestmark = [pytest.mark.services, pytest.mark.browser]

JOINED = "[name=groups][value=zichtbaar]"
SAVE = "main form button[type=submit]:not([name])"


def press(page, button: str) -> None:
    """Press a button that sends a form, and wait for the answer."""
    with page.expect_navigation():
        page.click(button)


@pytest.mark.capability("C16", "C17")
def test_person_chooses_their_mail_on_a_phone(running, page, browser):
    url, mailing = running.url, running.copy_invitation()
    log_in(page, url)

    # A colleague makes a coalition that people join by themselves.
    page.goto(f"{url}/admin/contacts/groups/add/")
    page.select_option("[name=purpose]", "coalition")
    page.fill("[name=name_nl]", "Zichtbaar")
    page.fill("[name=wording_nl]", "Ik doe mee met de coalitie Zichtbaar.")
    page.locator("form button[type=submit]:visible").last.click()
    page.wait_for_url(re.compile("/groups/inspect/"))
    group_page = page.url

    # The invitation goes out, and somebody opens theirs on a phone.
    page.goto(f"{url}/admin/snippets/campaigns/mailing/overview/{mailing}/")
    page.locator(f"a.button[href*='/act/{mailing}/start/']").click()
    page.locator(f"form[action*='/act/{mailing}/start/'] button").click()
    wait_until(lambda: running.invited(mailing))
    address = running.invited(mailing)[0]
    page.set_viewport_size({"width": 375, "height": 800})
    open_newest_mail(page, url, address)
    follow(page, rf"{url}/p/\S+")
    own_page = page.url
    assert address not in page.content(), "the address is masked"
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert violations(page) == []

    # A day that is over comes back named on top and focused; nothing is saved.
    page.check(JOINED)
    page.fill("[name=paused_until]", "2020-01-01")
    press(page, SAVE)
    assert page.evaluate("document.activeElement.closest('.errors') !== null")
    assert violations(page) == []

    # The day put right is saved, and said.
    page.fill("[name=paused_until]", (timezone.localdate() + timedelta(days=60)).isoformat())
    page.check("[name=wants_less_mail]")
    press(page, SAVE)
    assert page.locator("[role=status] li").count() == 3
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 375

    # The pause ends with one button; the group stays.
    press(page, "button[value=resume]")
    assert page.locator("button[value=resume]").count() == 0
    assert page.is_checked(JOINED)
    assert page.input_value("[name=paused_until]") == ""

    # Without scripts the page works as well.
    plain = browser.new_context(java_script_enabled=False, locale="nl-NL")
    without_scripts = plain.new_page()
    without_scripts.goto(own_page)
    without_scripts.uncheck("[name=wants_less_mail]")
    press(without_scripts, SAVE)
    assert without_scripts.locator("[role=status] li").count() == 1
    plain.close()

    # The colleague sees one person in the coalition, and nobody once that person stops all mail.
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(group_page)
    assert page.locator("table.listing tbody tr").count() == 1
    page.goto(own_page)
    press(page, "button[value=everything]")
    assert page.locator("[name=purposes]:checked").count() == 0
    page.goto(group_page)
    assert page.locator("table.listing tbody tr").count() == 0
