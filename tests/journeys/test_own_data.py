"""From a question to an organiser to a person who sees, takes and erases what is held of them."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import wait_until
from tests.journeys.test_invitation import WCAG, follow, log_in, open_newest_mail, violations

pytestmark = [pytest.mark.services, pytest.mark.browser]

ADDRESS = "farid.sabry@nieuweverhalen.example.org"


def admin_violations(page) -> list[str]:
    """What axe finds in our part of a page of the admin."""
    found = Axe().run(page, context="main .nice-padding", options={"runOnly": WCAG})
    rules = found.response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in rules for node in rule["nodes"]]


def look_wide_and_narrow(page) -> None:
    """No fault for a screen reader, and nothing beside the screen, on a desk and in a hand."""
    for width, height in ((1280, 900), (375, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_person_sees_takes_and_erases_what_is_held_of_them(running, page):
    url = running.url
    log_in(page, url)

    # The contact manager looks somebody up: who it is, why they are mailed, and what happened.
    page.goto(f"{url}/admin/contacts/people/?q=sabry")
    edit = page.locator("td.title a").first.get_attribute("href")
    number = int("".join(re.findall(r"\d", edit)))
    person = f"{url}/admin/contacts/people/inspect/{number}/"
    page.goto(person)
    assert admin_violations(page) == []
    everything = page.locator("#timeline ~ div tbody tr").count()
    page.locator("nav a[href='?kind=registration#timeline']").click()
    page.wait_for_url(re.compile("kind=registration"))
    assert 0 < page.locator("#timeline ~ div tbody tr").count() < everything
    page.goto(f"{url}/admin/contacts/organisations/")
    page.goto(
        url + page.locator("td.title a").first.get_attribute("href").replace("/edit/", "/inspect/")
    )
    assert admin_violations(page) == []

    # The person asked what we hold: a link goes to their own address.
    page.goto(f"{url}/admin/contacts/access/{number}/")
    assert admin_violations(page) == []
    before = len(running.mails_to(ADDRESS))
    page.locator("button[value=mail]").click()
    wait_until(lambda: len(running.mails_to(ADDRESS)) == before + 1)

    # The person, who has no account, opens it.
    page.context.clear_cookies()
    open_newest_mail(page, url, ADDRESS)
    follow(page, rf"{url}/d/\S+")
    mine = page.url
    look_wide_and_narrow(page)
    assert ADDRESS in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.locator("a[download]").click()
    held = json.loads(download.value.path().read_text())["held"]
    assert [each["email"] for each in held["person"]] == [ADDRESS]
    assert len(held["registrations"]) == 1

    # The link to the preferences, which every mail carries, shows none of it.
    page.locator("a[href*='/p/']").click()
    look_wide_and_narrow(page)
    page.locator("form[action$='/data/'] button").click()
    look_wide_and_narrow(page)
    assert ADDRESS not in page.content()

    # They want to be forgotten: a page that says what happens, and a button.
    page.goto(mine)
    page.locator("a[href$='/erase/']").click()
    look_wide_and_narrow(page)
    page.locator("form[action$='/erase/'] button").click()
    look_wide_and_narrow(page)
    assert page.request.get(mine).status == 410

    log_in(page, url)
    page.goto(person)
    assert ADDRESS not in page.content()
    assert page.locator(".help-warning").count() == 1
