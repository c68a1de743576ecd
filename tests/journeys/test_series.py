"""Signing up for several sessions of a series at once, in English, with a keyboard alone."""

import re

import pytest

from tests.journeys.conftest import entry_of, text_of, wait_until
from tests.journeys.test_invitation import violations

pytestmark = [pytest.mark.services, pytest.mark.browser]

#: In the mail domain of a member: in at once.
ADDRESS = "samira.jansen@horizonhulp.example.org"
#: Two with a day, and one of which the day is not known yet.
DATED = ["Working session 1: what do we tell people now, and is it true?", "Writing together"]
UNDATED = "Working session 2: the story in plain words"

#: What has the focus: whether one sees that, whether it is on the screen, and its place.
_FOCUS = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const all = Array.from(document.querySelectorAll('*'));
  return {
    place: all.indexOf(one),
    marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    words: one.outerHTML.slice(0, 120),
  };
}"""


def _tab_to(page, selector: str) -> None:
    """Press Tab until something has the focus; each stop is visible, and further down the page."""
    place = page.evaluate(_FOCUS)["place"]
    for _ in range(80):
        page.keyboard.press("Tab")
        wait_until(lambda: page.evaluate(_FOCUS)["shown"], seconds=5)  # it scrolls smoothly
        focus = page.evaluate(_FOCUS)
        assert focus["marked"], focus
        assert focus["place"] > place, focus
        place = focus["place"]
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab never came at {selector}")


def _type(page, name: str, text: str) -> None:
    _tab_to(page, f"[name={name}]")
    page.keyboard.type(text)


def test_series_is_signed_up_for_by_keyboard(running, page):
    url = running.url
    running.publish_session(title="Samen schrijven", english=DATED[1], slug="samen-schrijven")
    page.set_extra_http_headers({"Accept-Language": "en"})

    page.goto(f"{url}/en/agenda/")
    assert violations(page) == []
    _tab_to(page, "a[href$='/migration-and-development/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/migration-and-development/$"))
    assert violations(page) == []
    for slug in ("wat-vertellen-we-nu", "samen-schrijven", "het-verhaal-in-gewone-woorden"):
        _tab_to(page, f"[name=sessions][value={slug}]")
        page.keyboard.press("Space")
    _type(page, "email", ADDRESS)
    _type(page, "given_name", "Samira")
    _type(page, "family_name", "Jansen")
    assert page.locator("[name=sessions]:checked").count() == 3
    # Younger than two seconds is taken for a robot's.
    page.wait_for_timeout(2000)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/gelukt/"))
    assert "One more step" in page.locator("h1").inner_text()
    assert violations(page) == []

    # One mail, one button, whatever was ticked.
    mail = running.mail(ADDRESS, 1)
    assert mail["Subject"] == "One more step: confirm your sign-up"
    for title in (*DATED, UNDATED):
        assert title in text_of(mail)
    page.goto(running.link(mail, "c"))
    assert page.locator("html").get_attribute("lang") == "en"
    assert violations(page) == []
    _tab_to(page, "main form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    # The page lists what became of each, and a mail follows about each.
    outcomes = page.locator(".outcomes > li")
    assert outcomes.count() == 3
    for title in DATED:
        row = outcomes.filter(has_text=title).inner_text()
        assert "Signed up." in row
        assert "See or change" in row
    assert "as soon as the date is known" in outcomes.filter(has_text=UNDATED).inner_text()
    assert violations(page) == []
    mails = [running.mail(ADDRESS, number) for number in (2, 3, 4)]
    assert sorted(entry_of(mail)[0] for mail in mails) == ["", "REQUEST", "REQUEST"]
    assert "We will let you know when it is" in [mail["Subject"] for mail in mails]

    # From one sign-up to all of them in the series.
    _tab_to(page, ".outcomes a[href*='/r/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/r/"))
    assert violations(page) == []
    _tab_to(page, "a[href*='/series/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/series/"))
    assert outcomes.count() == 3
    assert violations(page) == []
