"""A newcomer's first mailing in an empty admin, from logging in to the inbox of who is invited."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import PASSWORD, text_of, wait_until
from tests.journeys.test_invitation import WCAG
from tests.journeys.test_own_data import admin_violations, look_wide_and_narrow

pytestmark = [pytest.mark.services, pytest.mark.browser]

NEWCOMER = "nieuw@samenspel.example.org"
#: A newcomer is done within five minutes; at rest, the browser takes some twenty seconds.
SECONDS_MAX = 300
CLICKS_MAX = 6


@pytest.fixture
def empty_admin(running_alone):
    """People, organisations and a published session; no mailing, and an organiser who is new."""
    running_alone.shell(
        "from django.contrib.auth.models import Group, User\n"
        "from campaigns.models import Mailing\n"
        "Mailing.objects.all().delete()\n"
        f"user = User.objects.create_user('nieuw', {NEWCOMER!r}, {PASSWORD!r},"
        " first_name='Sam', last_name='Nieuw')\n"
        "user.groups.add(Group.objects.get(name='Organisator'))\n"
    )
    return running_alone


class Hand:
    """Presses what a person would press, and counts."""

    def __init__(self, page):
        self.page = page
        self.clicks = 0

    def press(self, role, name):
        self.page.locator("#main").get_by_role(role, name=name).first.click()
        self.clicks += 1


def test_newcomer_sends_a_first_invitation(empty_admin, page):
    url, hand = empty_admin.url, Hand(page)
    page.goto(f"{url}/admin/")
    began_at = time.monotonic()
    page.fill("input[name=username]", "nieuw")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{url}/admin/")

    # The first page says how, and leads there.
    assert "Je eerste mailing, in drie stappen" in page.locator("#main").inner_text()
    steps = Axe().run(page, context="main .tour", options={"runOnly": WCAG})
    assert steps.response["violations"] == []
    hand.press("link", re.compile("Nieuwe uitnodiging"))

    # The invitation and the nearest session have been chosen already.
    assert page.locator("input[value=invitation]").is_checked()
    assert "Werksessie 1" in page.locator(".begin-about").inner_text()
    assert admin_violations(page) == []
    hand.press("button", "Begin")

    # Everything is filled in. Nothing is typed here: the editor saves by itself, and on a slow
    # machine that crosses a saving by hand.
    page.wait_for_url(re.compile("/mailing/edit/"))
    assert page.locator("[name=subject_nl]").input_value() == "Denk je mee? {{ session.title }}"
    assert page.locator("[name=subject_en]").input_value().startswith("Will you think along?")
    hand.press("link", "Bekijk en verstuur")

    # Who gets it is counted; a test goes to oneself.
    page.wait_for_url(re.compile("/mailing/overview/"))
    assert admin_violations(page) == []
    button = page.locator("a.button[href*='/start/']")
    number = int("".join(re.findall(r"\d", button.inner_text())))
    assert number > 30
    assert page.locator("[name=address]").input_value() == NEWCOMER
    hand.press("button", "Stuur proefmail")
    test = empty_admin.mail(NEWCOMER, 1)
    assert test["Subject"].startswith("[Proef] Denk je mee?")
    page.goto(f"{url}/inbox/?q={NEWCOMER}")
    page.locator("tbody tr", has_text="Denk je mee?").locator("a").first.click()
    assert "Hartelijke groet" in page.locator("pre.mail-text").first.inner_text()
    page.go_back()
    page.go_back()

    # Sent, once the number has been read and confirmed.
    hand.press("link", re.compile("Verstuur naar"))
    assert f"{number} mensen" in page.locator("#main").inner_text()
    hand.press("button", re.compile("Verstuur naar"))
    page.wait_for_url(re.compile("/mailing/overview/"))
    steered = time.monotonic() - began_at

    def invited() -> list[bytes]:
        mails = [path.read_bytes() for path in empty_admin.inbox.glob("[0-9]*.eml")]
        return [mail for mail in mails if b"\r\nFeedback-ID: " in mail and b":invitation:" in mail]

    wait_until(lambda: len(invited()) == number, seconds=150)
    address = next(
        mail.split(b"X-Envelope-To: ", 1)[1].split(b"\r\n", 1)[0].decode()
        for mail in invited()
        if b"\r\nSubject: Denk je mee?" in mail
    )
    text = text_of(empty_admin.mail(address, 1))
    assert f"de pagina van de bijeenkomst <{url}/nl/" in text
    own_link = re.search(rf"Ik doe mee: ({url}/i/\S+)", text)
    assert own_link, text
    page.goto(own_link.group(1))
    assert page.locator("button[value=join]").count() >= 1
    took = time.monotonic() - began_at
    print(  # noqa: T201 -- the measure that this journey is for
        f"\nFirst mailing to {number} people: {hand.clicks} clicks, {steered:.0f} s to steer,"
        f" {took:.0f} s until the last mail had arrived."
    )
    assert hand.clicks <= CLICKS_MAX
    assert took < SECONDS_MAX

    # What is there afterwards can be read by everybody, at a desk and on a phone.
    mailings = f"{url}/admin/snippets/campaigns/mailing"
    number = page_of_mailing(page, url)
    page.goto(f"{mailings}/overview/{number}/")
    page.locator("form[action*='/archive/'] button").click()
    for path in ("overview", "result", "people", "preview-as"):
        look_in_admin(page, f"{mailings}/{path}/{number}/")
    page.goto(f"{mailings}/preview-as/{number}/")
    page.locator(".preview-people a").first.click()
    look_in_admin(page, page.url)
    series = page_of_series(page, url)
    for path in ("", series, "person/5/"):
        look_in_admin(page, f"{url}/admin/plans/{path}")
    look_in_admin(page, f"{mailings}/begin/")
    page.goto(f"{url}/nl/archief/")
    look_wide_and_narrow(page)


def look_in_admin(page, address: str) -> None:
    """No fault for a screen reader in our part, and nothing beside the screen."""
    page.goto(address)
    for width, height in ((1280, 900), (375, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert admin_violations(page) == [], address
        wide = page.evaluate("document.querySelector('main').scrollWidth")
        assert wide <= page.evaluate("document.querySelector('main').clientWidth"), address


def page_of_mailing(page, url: str) -> int:
    page.goto(f"{url}/admin/snippets/campaigns/mailing/")
    link = page.locator("td.title a").first.get_attribute("href")
    return int(re.findall(r"\d+", link)[-1])


def page_of_series(page, url: str) -> str:
    page.goto(f"{url}/admin/plans/")
    return page.locator("td.title a").first.get_attribute("href").split("/plans/")[1]
