"""A mailing that is repeated until people answer, at most so often."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Delivery, Mailing
from campaigns.selectors import exclusions_now
from campaigns.services import mailings, repeating
from campaigns.services.planning import finish_mailings, start_due_mailings, start_mailing
from campaigns.services.repeating import plan_repetitions
from tests.campaigns.people import invite, make_delegate, register
from tests.concurrency import together
from tests.factories.base import make_user
from tests.factories.campaigns import make_mailing, mark_sent
from tests.factories.contacts import NOW
from tests.factories.content import make_session

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
WEEKLY = {"now": True, "repeat": {"every_days": 7, "times": 3}}

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _far_session():
    starts_at = datetime(2026, 6, 4, 13, 30, tzinfo=AMSTERDAM)
    return make_session(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))


def _reminder(session, **values):
    """A reminder to whoever was invited and has not answered, planned for NOW."""
    none = {"registration": {"session": session.slug, "states": ["none"]}}
    mailing = make_mailing(
        **{
            "session": session,
            "kind": "reminder",
            "audience": {"all": [{"invited": {"session": session.slug}}, none]},
        }
        | values
    )
    mailings.plan_mailing(mailing_id=mailing.pk, plan=WEEKLY, by=make_user(), now=NOW)
    return mailing


def _run(mailing, now):
    """Start it, send all of it, and be done."""
    assert start_mailing(mailing_id=mailing.pk, now=now)
    rows = Delivery.objects.filter(mailing=mailing, state="queued")
    found = set(rows.values_list("contact_id", flat=True))
    mark_sent(mailing, now)
    assert finish_mailings(now=now) == [mailing.pk]
    return found


def _only(made):
    assert len(made) == 1
    return Mailing.objects.get(pk=made[0])


def test_done_mailing_is_repeated_with_its_text_for_whoever_has_not_answered():
    session = _far_session()
    slow, quick = make_delegate(), make_delegate()
    invite(session, slow)
    invite(session, quick)
    first = _reminder(session, subject_nl="Ben je erbij?")
    assert plan_repetitions(now=NOW) == []
    assert _run(first, NOW) == {slow.pk, quick.pk}

    second = _only(plan_repetitions(now=NOW))
    assert plan_repetitions(now=NOW + DAY) == []
    assert (second.state, second.repeats, second.repetition) == ("planned", first, 1)
    assert second.due_at == datetime(2026, 3, 9, 10, 0, tzinfo=AMSTERDAM)
    assert (second.subject_nl, second.audience) == ("Ben je erbij?", first.audience)
    assert second.body_nl.get_prep_value() == first.body_nl.get_prep_value()

    register(session, quick)
    assert _run(second, second.due_at) == {slow.pk}
    first.refresh_from_db()
    assert Delivery.objects.filter(mailing=first).count() == 2


def test_repetitions_end_at_the_maximum_and_keep_their_local_time():
    session = _far_session()
    invite(session, make_delegate())
    mailing = _reminder(session)
    moments = []
    for _number in range(3):
        _run(mailing, mailing.due_at or NOW)
        mailing = _only(plan_repetitions(now=NOW))
        moments.append(mailing.due_at.astimezone(AMSTERDAM))
    _run(mailing, mailing.due_at)
    assert plan_repetitions(now=NOW) == []
    # Summer time begins on 29 March: ten o'clock stays ten o'clock.
    assert [f"{moment:%d-%m %H:%M}" for moment in moments] == [
        "09-03 10:00",
        "16-03 10:00",
        "23-03 10:00",
    ]
    assert [row.repetition for row in Mailing.objects.order_by("pk")] == [0, 1, 2, 3]


def test_repetition_keeps_to_the_hours_of_the_site():
    session = _far_session()
    invite(session, make_delegate())
    mailing = _reminder(session)
    sunday = datetime(2026, 3, 1, 9, 0, tzinfo=AMSTERDAM)
    Mailing.objects.filter(pk=mailing.pk).update(due_at=sunday)
    _run(mailing, NOW)
    assert _only(plan_repetitions(now=NOW)).due_at == datetime(2026, 3, 9, 7, 0, tzinfo=AMSTERDAM)


def test_repetition_sends_the_text_that_was_frozen():
    session = _far_session()
    invite(session, make_delegate())
    mailing = _reminder(session)
    Mailing.objects.filter(pk=mailing.pk).update(subject_nl="Later veranderd")
    _run(mailing, NOW)
    second = _only(plan_repetitions(now=NOW))
    assert second.subject_nl == "Denk je mee?"
    assert start_mailing(mailing_id=second.pk, now=second.due_at)
    second.refresh_from_db()
    assert second.frozen["messages"]["nl"]["subject"] == ["Denk je mee?"]


def test_nobody_left_ends_the_repetitions():
    session = _far_session()
    invite(session, only := make_delegate())
    first = _reminder(session)
    _run(first, NOW)
    second = _only(plan_repetitions(now=NOW))
    register(session, only)
    assert _run(second, second.due_at) == set()
    assert plan_repetitions(now=second.due_at) == []


@pytest.mark.parametrize("act", ["cancel", "edit", "withdraw"])
def test_repetition_that_is_stopped_has_no_next(act):
    session = _far_session()
    invite(session, make_delegate())
    _run(_reminder(session), NOW)
    second = _only(plan_repetitions(now=NOW))
    match act:
        case "cancel":
            mailings.cancel_mailing(mailing_id=second.pk, now=NOW)
        case "edit":
            mailings.save_mailing(mailing=second, by=None, now=NOW)
        case "withdraw":
            mailings.withdraw_mailing(mailing_id=second.pk, now=NOW)
    assert start_due_mailings(now=NOW + 8 * DAY) == []
    assert plan_repetitions(now=NOW + 8 * DAY) == []


def test_repetition_after_the_session_is_not_made():
    session = make_session()  # on 12 March
    invite(session, make_delegate())
    first = _reminder(session)
    _run(first, NOW)
    second = _only(plan_repetitions(now=NOW))
    _run(second, second.due_at)
    assert plan_repetitions(now=second.due_at) == []


def test_repetition_after_a_kill_is_made_once(monkeypatch):
    session = _far_session()
    invite(session, make_delegate())
    _run(_reminder(session), NOW)

    def killed(**values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(repeating, "log", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            plan_repetitions(now=NOW)
    assert Mailing.objects.count() == 1
    assert len(plan_repetitions(now=NOW)) == 1
    assert plan_repetitions(now=NOW) == []


def test_database_takes_no_second_repetition():
    first = make_mailing()
    make_mailing(repeats=first, repetition=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_mailing(repeats=first, repetition=1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_repetition_is_made_once_by_two_ticks():
    session = _far_session()
    invite(session, make_delegate())
    _run(_reminder(session), NOW)

    def tick():
        return plan_repetitions(now=NOW)

    made = together(tick, tick, expected=IntegrityError)
    assert sorted(len(each) for each in made) == [0, 1]


def test_repetition_runs_like_any_mailing():
    session = _far_session()
    invite(session, slow := make_delegate())
    _run(_reminder(session), NOW)
    second = _only(plan_repetitions(now=NOW))
    assert start_due_mailings(now=second.due_at) == [second.pk]
    row = Delivery.objects.get(mailing=second)
    register(session, slow)
    assert exclusions_now(delivery_ids=[row.pk], now=second.due_at) == {
        row.pk: "already_registered"
    }
