"""A mailing that reaches each person at the same time of day where they live."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.models import Batch, Delivery, Mailing
from campaigns.selectors import sending_mailing_ids
from campaigns.services import planning
from campaigns.services.planning import expire_rows, finish_mailings, start_mailing
from campaigns.services.zones import wait_for_their_time
from tests.campaigns.people import make_delegate
from tests.factories.campaigns import make_mailing
from tests.factories.content import make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AMSTERDAM, PARAMARIBO = ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/Paramaribo")
#: A Tuesday in March, nine in the morning.
NINE = datetime(2026, 3, 3, 9, 0, tzinfo=AMSTERDAM)


def _planned(**values):
    plan = {"at": NINE.isoformat()}
    return make_mailing(
        **{"state": "planned", "plan": plan, "due_at": NINE, "in_their_zone": True} | values
    )


def _rows(mailing):
    rows = Delivery.objects.filter(mailing=mailing).order_by("contact_id")
    return [(row.contact.time_zone, row.state, row.next_attempt_at) for row in rows]


def test_everybody_gets_it_at_the_same_time_of_day_where_they_live():
    for zone in ("", "America/Paramaribo", "Asia/Kolkata", "Europe/London", "Mars/Phobos"):
        make_delegate(time_zone=zone)
    mailing = _planned()
    assert start_mailing(mailing_id=mailing.pk, now=NINE + timedelta(seconds=3))
    assert _rows(mailing) == [
        ("", "queued", None),
        ("America/Paramaribo", "deferred", datetime(2026, 3, 3, 9, 0, tzinfo=PARAMARIBO)),
        # Where nine o'clock has passed it goes at once, and so it does on another planet.
        ("Asia/Kolkata", "queued", None),
        ("Europe/London", "deferred", NINE + timedelta(hours=1)),
        ("Mars/Phobos", "queued", None),
    ]
    assert Batch.objects.count() == 1
    Delivery.objects.filter(state="queued").update(state="sent")
    Batch.objects.all().delete()
    assert finish_mailings(now=NINE + timedelta(hours=3)) == []


def test_mailing_for_one_moment_waits_for_nobody():
    make_delegate(time_zone="America/Paramaribo")
    mailing = _planned(in_their_zone=False)
    assert start_mailing(mailing_id=mailing.pk, now=NINE)
    assert _rows(mailing) == [("America/Paramaribo", "queued", None)]


def test_time_that_comes_after_the_session_begins_is_not_waited_for():
    session = make_session(starts_at=NINE + timedelta(hours=2), ends_at=NINE + timedelta(hours=4))
    make_delegate(time_zone="America/Paramaribo")
    make_delegate(time_zone="Europe/London")
    mailing = _planned(session=session, kind="reminder")
    assert start_mailing(mailing_id=mailing.pk, now=NINE)
    assert [(zone, state) for zone, state, _at in _rows(mailing)] == [
        ("America/Paramaribo", "queued"),
        ("Europe/London", "deferred"),
    ]
    # The session moved forward meanwhile: who still waits is not told "see you soon" any more.
    Delivery.objects.filter(state="queued").update(state="sent")
    assert expire_rows(now=NINE + timedelta(hours=2)) == 1


def test_rows_are_claimed_when_their_time_has_come():
    make_delegate(time_zone="America/Paramaribo")
    mailing = _planned()
    assert start_mailing(mailing_id=mailing.pk, now=NINE)
    past = datetime(2020, 1, 1, 9, 0, tzinfo=AMSTERDAM)
    Delivery.objects.update(next_attempt_at=datetime(2100, 1, 1, 9, 0, tzinfo=AMSTERDAM))
    assert sending_mailing_ids() == []
    Delivery.objects.update(next_attempt_at=past)
    assert sending_mailing_ids() == [mailing.pk]


def test_kill_while_the_rows_are_put_off_leaves_the_mailing_planned(monkeypatch):
    make_delegate(time_zone="America/Paramaribo")
    mailing = _planned()

    def killed(mailing, now):
        wait_for_their_time(mailing, now)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(planning, wait_for_their_time.__name__, killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            start_mailing(mailing_id=mailing.pk, now=NINE)
    assert (Mailing.objects.get().state, Delivery.objects.count()) == ("planned", 0)
    assert start_mailing(mailing_id=mailing.pk, now=NINE)
    assert [state for _zone, state, _at in _rows(mailing)] == ["deferred"]


def test_start_takes_a_statement_for_each_zone_and_not_for_each_person():
    numbers = []
    for people in (1, 3):
        for _each in range(people):
            make_delegate(time_zone="America/Paramaribo")
        mailing = _planned()
        with CaptureQueriesContext(connection) as found:
            start_mailing(mailing_id=mailing.pk, now=NINE)
        numbers.append(len(found))
    assert numbers[0] == numbers[1]
