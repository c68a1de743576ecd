"""Due times, the start with its ledger, and the end."""

from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.log_actions import log as wagtail_log

from campaigns.enums import MailingState
from campaigns.errors import MoveForbidden
from campaigns.models import Batch, Delivery, Mailing
from campaigns.plan import due_time, parse_plan
from campaigns.selectors import counts, dry_run
from campaigns.services import decisions, mailings, planning
from campaigns.services.planning import (
    expire_rows,
    finish_mailings,
    recompute_due_times,
    start_due_mailings,
    start_mailing,
)
from contacts.enums import MailState
from content.models import Session
from content.selectors import told_hash
from participation.models import Invitation
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_suppression,
)
from tests.factories.content import STARTS_AT, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _utc(parts):
    return datetime.fromisoformat("{}-{:02}-{:02}T{:02}:{:02}+00:00".format(*parts))


RELATIVE = {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}


def _member(**values):
    return make_representation(make_contact(**values), make_member()).contact


def _planned(**values):
    return make_mailing(
        **{"state": MailingState.PLANNED, "plan": {"now": True}, "due_at": NOW} | values
    )


def _ledger(mailing):
    rows = Delivery.objects.filter(mailing=mailing).order_by("contact_id")
    return [(row.contact_id, row.state, row.reason) for row in rows]


# --- the plan ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_at", "plan", "due"),
    [
        # A week before, at nine in the morning of Amsterdam: in winter and across the clock change.
        ((2026, 3, 12, 12, 30), RELATIVE, (2026, 3, 5, 8, 0)),
        ((2026, 4, 2, 11, 30), RELATIVE, (2026, 3, 26, 8, 0)),
        # 02:30 does not exist on 29 March 2026: an hour later, so half past three.
        (
            (2026, 3, 30, 11, 30),
            {"relative": {"anchor": "session_start", "days": -1, "time": "02:30"}},
            (2026, 3, 29, 1, 30),
        ),
        # 02:30 exists twice on 25 October 2026: the first one, still summer time.
        (
            (2026, 10, 26, 12, 30),
            {"relative": {"anchor": "session_start", "days": -1, "time": "02:30"}},
            (2026, 10, 25, 0, 30),
        ),
        (
            (2026, 3, 12, 12, 30),
            {"relative": {"anchor": "session_end", "days": 1, "time": "10:00"}},
            (2026, 3, 13, 9, 0),
        ),
    ],
)
def test_relative_plan_counts_calendar_days_at_local_time(starts_at, plan, due):
    start = _utc(starts_at)
    session = make_session(starts_at=start, ends_at=start + timedelta(hours=3))

    assert due_time(parse_plan(plan), session) == _utc(due)


def test_relative_plan_has_no_due_time_until_the_date_is_exact():
    session = make_session(precision="month", first_day=date(2026, 3, 1))
    mailing = _planned(session=session, plan=RELATIVE, due_at=None)

    recompute_due_times(now=NOW)
    mailing.refresh_from_db()
    assert (mailing.due_at, mailing.due_for_version) == (None, session.schedule_version)

    start = datetime(2026, 3, 19, 12, 30, tzinfo=UTC)
    Session.objects.filter(pk=session.pk).update(
        precision="exact", starts_at=start, ends_at=start + timedelta(hours=2), schedule_version=2
    )
    assert recompute_due_times(now=NOW) == 1
    mailing.refresh_from_db()
    assert mailing.due_at == datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
    assert recompute_due_times(now=NOW) == 0


def test_relative_plan_moves_along_with_the_session():
    session = make_session()
    mailing = _planned(session=session, plan=RELATIVE, due_at=None)
    recompute_due_times(now=NOW)

    later = STARTS_AT + timedelta(days=7)
    Session.objects.filter(pk=session.pk).update(
        starts_at=later, ends_at=later + timedelta(hours=2), schedule_version=2
    )
    recompute_due_times(now=NOW)

    mailing.refresh_from_db()
    assert mailing.due_at == datetime(2026, 3, 12, 8, 0, tzinfo=UTC)


# --- the start --------------------------------------------------------------------------


def test_start_writes_one_row_for_everybody_considered():
    member = _member()
    stranger = make_contact()
    blocked = _member()
    make_suppression(blocked)
    mailing = _planned()

    expected = dry_run(mailing, NOW)
    assert start_mailing(mailing_id=mailing.pk, now=NOW) is True

    assert _ledger(mailing) == [
        (member.pk, "queued", ""),
        (stranger.pk, "excluded", "no_basis"),
        (blocked.pk, "excluded", "suppressed"),
    ]
    found = counts(mailing.pk)
    assert found["queued"] == expected.recipients == 1
    assert found["excluded"] == sum(expected.excluded.values()) == 2
    assert sum(found.values()) == Delivery.objects.filter(mailing=mailing).count()


def test_start_freezes_representation_basis_language_and_told():
    contact = make_contact(language="en")
    member, other = make_member(), make_organisation()
    make_representation(contact, other, role="primary")
    spoken = make_representation(contact, member, role="alternate")
    session = make_session()
    mailing = _planned(session=session)

    start_mailing(mailing_id=mailing.pk, now=NOW)

    row = Delivery.objects.get()
    assert (row.representation, row.organisation, row.basis) == (spoken, member, "membership")
    assert (row.language, row.address_key) == ("en", contact.address_key)
    assert (row.told, row.attempt, row.claim, row.tries) == (told_hash(session), 0, "", 0)
    mailing.refresh_from_db()
    assert mailing.frozen["audience"] == {"everyone": True}
    assert sorted(mailing.frozen["messages"]) == ["en", "nl"]
    assert (mailing.state, mailing.started_at, mailing.frozen_at) == ("sending", NOW, NOW)


def test_start_twice_is_harmless():
    _member()
    mailing = _planned()

    assert start_mailing(mailing_id=mailing.pk, now=NOW) is True
    assert start_mailing(mailing_id=mailing.pk, now=NOW) is False
    assert Delivery.objects.count() == 1


def test_start_invites_the_recipients_and_nobody_else():
    member = _member()
    make_contact()
    session = make_session()
    mailing = _planned(session=session)

    start_mailing(mailing_id=mailing.pk, now=NOW)

    assert list(Invitation.objects.values_list("contact_id", "source")) == [
        (member.pk, mailing.title)
    ]


def test_start_takes_as_many_queries_for_one_as_for_three():
    _member()
    first = _planned()
    with CaptureQueriesContext(connection) as one:
        start_mailing(mailing_id=first.pk, now=NOW)
    _member()
    _member()
    second = _planned()
    with CaptureQueriesContext(connection) as three:
        start_mailing(mailing_id=second.pk, now=NOW)

    assert Delivery.objects.filter(mailing=second).count() == 3
    assert len(one) == len(three)


def test_start_sends_the_named_revision_and_not_what_came_after():
    _member()
    mailing = make_mailing(session=make_session())
    mailings.start(mailing_id=mailing.pk, now=NOW)
    later = Mailing.objects.get(pk=mailing.pk)
    later.subject_nl = "Iets anders"
    later.save_revision(clean=False)
    Mailing.objects.filter(pk=mailing.pk).update(subject_nl="Iets anders")

    start_mailing(mailing_id=mailing.pk, now=NOW)

    mailing.refresh_from_db()
    assert mailing.frozen["messages"]["nl"]["subject"] == ["Denk je mee?"]


def test_start_whose_audience_no_longer_holds_is_missed_and_says_why():
    mailing = _planned(audience={"nonsense": True})

    assert start_due_mailings(now=NOW) == []

    mailing.refresh_from_db()
    assert mailing.state == "missed"
    assert "nonsense" in mailing.pause_reason
    assert Delivery.objects.count() == 0


def test_due_mailings_start_and_late_ones_are_missed():
    _member()
    due = _planned(plan={"at": "2026-03-02T09:00:00+00:00"})
    late = _planned(plan={"at": "2026-03-01T09:00:00+00:00"}, due_at=NOW - timedelta(days=1))
    patient = _planned(
        plan={"at": "2026-03-01T09:00:00+00:00", "late": "skip:P2D"},
        due_at=NOW - timedelta(days=1),
    )
    future = _planned(due_at=NOW + timedelta(seconds=1))

    assert start_due_mailings(now=NOW) == [patient.pk, due.pk]

    states = {row.pk: row.state for row in Mailing.objects.all()}
    assert (states[late.pk], states[future.pk]) == ("missed", "planned")


def test_reminder_of_a_session_that_has_begun_never_goes_out():
    session = make_session()
    mailing = _planned(session=session, kind="reminder", plan={"now": True}, due_at=STARTS_AT)

    assert start_due_mailings(now=STARTS_AT) == []

    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("missed", "session_over")


# --- the end ----------------------------------------------------------------------------


def test_mailing_is_done_when_nothing_is_open():
    mailing = make_mailing(state="sending")
    row = make_delivery(mailing=mailing)
    make_delivery(mailing=mailing, state="unknown")
    assert finish_mailings(now=NOW) == []
    mailing.batches.update(claim="1234")
    Delivery.objects.filter(pk=row.pk).update(state="claimed", claim="1234")
    assert finish_mailings(now=NOW) == []
    mailing.batches.all().delete()
    Delivery.objects.filter(pk=row.pk).update(state="deferred", next_attempt_at=NOW)
    assert finish_mailings(now=NOW) == []

    Delivery.objects.filter(pk=row.pk).update(state="sent", next_attempt_at=None)
    assert finish_mailings(now=NOW) == [mailing.pk]
    assert finish_mailings(now=NOW) == []
    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at) == ("done", NOW)


def test_rows_in_no_batch_are_found_before_a_mailing_is_done():
    mailing = make_mailing(state="sending")
    queued = [make_delivery(mailing=mailing) for _ in range(3)]
    held = [make_delivery(mailing=mailing, state="claimed", claim="1234") for _ in range(2)]
    Batch.objects.all().delete()

    assert finish_mailings(now=NOW) == []

    found = Batch.objects.order_by("claim").values_list("claim", "first_id", "last_id")
    assert list(found) == [
        ("", queued[0].pk, queued[-1].pk),
        ("1234", held[0].pk, held[-1].pk),
    ]
    mailing.refresh_from_db()
    assert mailing.state == "sending"


def test_rows_expire_when_the_session_begins_and_when_the_mailing_is_cancelled():
    session = make_session()
    reminder = make_mailing(state="sending", kind="reminder", session=session)
    follow_up = make_mailing(state="sending", kind="follow_up", session=session)
    cancelled = make_mailing(state="cancelled")
    queued = make_delivery(mailing=reminder)
    sent = make_delivery(mailing=reminder, state="sent")
    later = make_delivery(mailing=follow_up, told=told_hash(session))
    stopped = make_delivery(mailing=cancelled, state="deferred")

    assert expire_rows(now=STARTS_AT) == 2

    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {
        queued.pk: "expired",
        sent.pk: "sent",
        later.pk: "queued",
        stopped.pk: "expired",
    }


def test_waiting_rows_learn_what_their_mail_will_tell():
    session = make_session()
    mailing = make_mailing(state="sending", session=session)
    row = make_delivery(mailing=mailing, told="old")
    claimed = make_delivery(mailing=mailing, told="old", state="claimed")

    expire_rows(now=NOW)

    row.refresh_from_db()
    claimed.refresh_from_db()
    assert (row.told, claimed.told) == (told_hash(session), "old")


# --- decisions of people ----------------------------------------------------------------


def test_resolving_an_unknown_row_reopens_a_mailing_that_was_done():
    mailing = make_mailing(state="done")
    arrived = make_delivery(mailing=mailing, state="unknown", claim="x")
    again = make_delivery(mailing=mailing, state="unknown", claim="x")

    assert decisions.treat_as_sent(mailing_id=mailing.pk, row_ids=[arrived.pk], now=NOW) == 1
    assert Mailing.objects.get().state == "done"
    assert decisions.send_again(mailing_id=mailing.pk, row_ids=[again.pk], now=NOW) == 1

    assert Mailing.objects.get().state == "sending"
    arrived.refresh_from_db()
    again.refresh_from_db()
    assert (arrived.state, arrived.sent_at, arrived.claim) == ("sent", NOW, "")
    assert (again.state, again.claim) == ("queued", "")
    assert decisions.send_again(mailing_id=mailing.pk, row_ids=[arrived.pk], now=NOW) == 0


@pytest.mark.parametrize("state", MailingState.values)
def test_moves_are_refused_from_any_other_state(state):
    acts = {
        "pause": mailings.pause_mailing,
        "resume": mailings.resume_mailing,
        "cancel": mailings.cancel_mailing,
    }
    for name, act in acts.items():
        mailing = make_mailing(state=state)
        if name in mailings.legal_acts(state):
            act(mailing_id=mailing.pk, now=NOW)
        else:
            with pytest.raises(MoveForbidden) as refused:
                act(mailing_id=mailing.pk, now=NOW)
            assert refused.value.legal == mailings.legal_acts(state)
            mailing.refresh_from_db()
            assert mailing.state == state


def test_consent_on_another_theme_is_no_basis():
    session = make_session()
    contact = make_contact()
    make_consent(contact, topic="iets-anders")

    assert dry_run(make_mailing(session=session), NOW).excluded == {"no_basis": 1}


def test_states_of_the_ledger_are_all_counted():
    mailing = make_mailing(state="sending")
    for state in MailState.values:
        make_delivery(mailing=mailing, state=state)

    assert counts(mailing.pk) == dict.fromkeys(MailState.values, 1)


def test_mailing_that_breaks_while_it_starts_stops_no_other(monkeypatch):
    _member()
    broken = _planned(session=None)
    fine = _planned(session=None)
    real = planning.start_mailing

    def start(*, mailing_id, now):
        if mailing_id == broken.pk:
            raise KeyError(mailing_id)
        return real(mailing_id=mailing_id, now=now)

    monkeypatch.setattr(planning, "start_mailing", start)
    assert start_due_mailings(now=NOW) == [fine.pk]
    broken.refresh_from_db()
    assert (broken.state, broken.pause_reason) == (MailingState.MISSED, "KeyError")


def test_mailing_planned_anew_for_later_is_not_started_by_a_tick_that_saw_it_before():
    _member()
    mailing = _planned(session=None)
    Mailing.objects.filter(pk=mailing.pk).update(due_at=NOW + timedelta(days=1))
    assert start_mailing(mailing_id=mailing.pk, now=NOW) is False
    assert Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_mailing_is_not_done_while_somebody_puts_a_row_back(monkeypatch):
    mailing = make_mailing(state=MailingState.SENDING)
    row = make_delivery(mailing=mailing, state=MailState.UNKNOWN)
    real, decided, go_on = wagtail_log, Event(), Event()

    def slow(**values):
        decided.set()
        go_on.wait(5)
        real(**values)

    def resolve():
        decisions.send_again(mailing_id=mailing.pk, row_ids=[row.pk], now=NOW)
        connection.close()

    def finish():
        finish_mailings(now=NOW)
        connection.close()

    monkeypatch.setattr(decisions, "log", slow)
    threads = [Thread(target=resolve), Thread(target=finish)]
    threads[0].start()
    decided.wait(5)
    threads[1].start()
    threads[1].join(0.5)
    go_on.set()
    for thread in threads:
        thread.join()
    mailing.refresh_from_db()
    assert mailing.state == MailingState.SENDING
