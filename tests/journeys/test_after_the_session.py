"""What comes of a session: agreements, a poll and the report, accessible on every page of them."""

import json
from typing import Any

import pytest

from tests.journeys.conftest import day_ahead
from tests.journeys.test_desk import violations_in_main
from tests.journeys.test_invitation import log_in, violations

pytestmark = [pytest.mark.services, pytest.mark.browser]

_FURNISH = """
import json
from datetime import date, timedelta
from django.utils import timezone
from content.models import SeriesPage, Session
from contacts.models import Contact, Organisation
from participation.links import link, poll_token
from tests.factories.content import make_report, make_session_page
from tests.factories.participation import (
    make_agreement, make_date_poll, make_poll, make_poll_answer, make_question, make_registration,
)
series = SeriesPage.objects.filter(locale__language_code="nl").first()
held = date.fromisoformat({held!r})
page = make_session_page(
    parent=series, title="Wat we leerden", slug="wat-we-leerden", first_day=held, status="held",
    publish=True,
)
session = Session.objects.get(page_key=page.translation_key)
person = Contact.objects.exclude(email="").order_by("pk").first()
house = Organisation.objects.order_by("pk").first()
make_registration(session=session, contact=person, organisation=house, attendance="present")
make_question(session=session, text="Hoe vertel je dit in een minuut?", is_public=True)
make_agreement(session=session, organisation=house, due=held)
make_agreement(session=session, organisation=house, state="done", is_public=True)
dates = make_date_poll(held + timedelta(days=60), held + timedelta(days=67), session=session)
closed = make_poll("Zwolle", "Breda", closes_at=timezone.now())
make_poll_answer(closed, "Breda", contact=person, organisation=house)
report = make_report(session=session, publish=True)
links = [
    link("poll", poll_token(poll_id=poll.pk, contact=person)) for poll in (dates, closed)
]
print(json.dumps([session.pk, dates.pk, report.full_url, *links]))
"""


@pytest.fixture(scope="module")
def places(running) -> dict[str, Any]:
    """A session that was held, with agreements, polls and a report: its id, that of the poll that
    is open, the address of the report, and the personal links of an open and of a closed poll."""
    found = json.loads(running.shell(_FURNISH.format(held=day_ahead(-5).isoformat())))
    return dict(zip(("session", "poll", "report", "open", "closed"), found, strict=True))


@pytest.mark.parametrize("width", [1280, 375])
def test_poll_and_report_are_accessible(page, places, width):
    page.set_viewport_size({"width": width, "height": 800})

    def judge(heading: str) -> None:
        assert heading in page.locator("h1").inner_text()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

    page.goto(places["open"])
    judge("We hebben een vraag voor je")
    for box in page.get_by_role("checkbox", checked=True).all():
        box.uncheck()
    page.locator("main form button[type=submit]").click()
    judge("We hebben een vraag voor je")
    assert page.locator("[aria-invalid=true]").count() > 0
    page.get_by_role("checkbox").first.check()
    page.locator("main form button[type=submit]").click()
    judge("Dank voor je antwoord")
    page.goto(places["closed"])
    judge("Doen we dit?")
    page.goto(places["report"])
    judge("Verslag")


def test_agreements_polls_and_reports_are_accessible_in_the_admin(running, page, places):
    log_in(page, running.url)
    snippets = "snippets/participation"
    for path in (
        f"sessions/{places['session']}/agreements/",
        f"{snippets}/agreement/",
        f"{snippets}/poll/",
        f"{snippets}/poll/inspect/{places['poll']}/",
        f"{snippets}/poll/close/{places['poll']}/",
        "session-reports/",
    ):
        page.goto(f"{running.url}/admin/{path}")
        assert (path, violations_in_main(page)) == (path, [])
    # Wagtail's own parts of a form are left out: what is ours are its fields.
    for path in (f"{snippets}/agreement/add/", f"{snippets}/poll/add/"):
        page.goto(f"{running.url}/admin/{path}")
        page.locator("main form").first.wait_for()
        assert (path, violations_in_main(page)) == (path, [])
