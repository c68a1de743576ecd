"""From when a session moved, as search engines are told it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from content.models import Session
from participation.models import ScheduleChange
from participation.templatetags.schedule import previous_start
from tests.factories.contacts import NOW
from tests.factories.content import make_session, make_session_page

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


def _change(session, version, start=FIRST, day="2026-03-10", state="sent"):
    before = list(session.schedule())
    before[1], before[3] = start.isoformat() if start else "", day
    return ScheduleChange.objects.create(
        session=session, version=version, before=before, after=list(session.schedule()),
        state=state, due_at=NOW, made_at=NOW,
    )  # fmt: skip


def test_previous_start_is_the_last_that_differs():
    session = make_session()
    assert previous_start(session) == ""
    _change(session, 2)
    assert previous_start(session) == FIRST.isoformat()
    _change(session, 3, start=None, day="2026-03-11")
    assert previous_start(session) == "2026-03-11"
    # Another place, the same time: it moved before that.
    _change(session, 4, start=session.starts_at, day=str(session.first_day))
    assert previous_start(session) == "2026-03-11"


@pytest.mark.parametrize("state", ["withdrawn", "correction"])
def test_what_was_taken_back_never_held(state):
    session = make_session()
    _change(session, 2, state=state)
    assert previous_start(session) == ""


def test_first_date_of_an_undated_session_is_no_move():
    session = make_session()
    _change(session, 2, start=None, day="")
    assert previous_start(session) == ""
    assert previous_start(None) == previous_start(Session()) == ""


def test_page_says_that_the_session_was_moved_until_it_is_off(client):
    day = timezone.localdate() + timedelta(days=9)
    page = make_session_page(publish=True, first_day=day)
    session = Session.objects.get()
    _change(session, 2)

    def event():
        text = client.get(page.get_url()).content.decode()
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
        assert found
        return json.loads(found[1])

    data = event()
    assert data["eventStatus"] == "https://schema.org/EventRescheduled"
    assert data["previousStartDate"] == FIRST.isoformat()
    Session.objects.filter(pk=session.pk).update(status="cancelled")
    assert event()["eventStatus"] == "https://schema.org/EventCancelled"
    assert "previousStartDate" not in event()
