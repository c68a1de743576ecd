"""A mailing that is done goes to the rest: new people in its audience, and late sign-ups."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.enums import MailingState
from campaigns.errors import MailingNotReady, MoveForbidden
from campaigns.models import Batch, Delivery, Mailing
from campaigns.selectors import exclusions_now
from campaigns.services import rest
from campaigns.services.planning import finish_mailings, start_mailing
from campaigns.services.rest import add_the_rest, send_to_late_sign_ups
from participation.models import Invitation
from tests.campaigns.people import make_delegate, register
from tests.concurrency import together
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.content import STARTS_AT, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY = timedelta(days=1)
LATER = NOW + DAY


def _done(**values):
    """A mailing that started at NOW and of which everything was sent."""
    mailing = make_mailing(**{"state": "planned", "plan": {"now": True}, "due_at": NOW} | values)
    assert start_mailing(mailing_id=mailing.pk, now=NOW)
    _send(mailing, NOW)
    return mailing


def _send(mailing, now):
    Delivery.objects.filter(mailing=mailing, state="queued").update(state="sent", sent_at=now)
    Batch.objects.all().delete()
    assert finish_mailings(now=now) == [mailing.pk]


def _reminder(session, **values):
    audience = {"registration": {"session": session.slug, "states": ["registered"]}}
    reminder = {"kind": "reminder", "purpose": "participation", "audience": audience}
    return _done(**{"session": session} | reminder | values)


def _rows(mailing):
    rows = Delivery.objects.filter(mailing=mailing).order_by("contact_id")
    return {row.contact_id: (row.state, row.reason) for row in rows}


# --- by a person --------------------------------------------------------------------------


def test_rest_gets_rows_and_the_mailing_is_sent_again():
    first = make_delegate()
    session = make_session()
    mailing = _done(session=session)
    joined = make_representation(make_contact(), make_member(), valid_from=LATER.date()).contact
    stranger = make_contact()

    assert add_the_rest(mailing_id=mailing.pk, now=LATER) == 1

    assert _rows(mailing) == {
        first.pk: ("sent", ""),
        joined.pk: ("queued", ""),
        stranger.pk: ("excluded", "no_basis"),
    }
    mailing.refresh_from_db()
    assert (mailing.state, mailing.started_at, mailing.finished_at) == ("sending", NOW, None)
    assert Batch.objects.count() == 1
    # Just before the wire they are judged by the same day.
    row = Delivery.objects.get(contact=joined)
    assert exclusions_now(delivery_ids=[row.pk], now=LATER) == {}
    assert set(Invitation.objects.values_list("contact_id", flat=True)) == {first.pk, joined.pk}


def test_rest_of_nobody_leaves_the_mailing_done():
    make_delegate()
    mailing = _done()
    assert add_the_rest(mailing_id=mailing.pk, now=LATER) == 0
    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at) == ("done", NOW)


def test_rest_is_never_the_same_person_or_address_twice():
    first = make_delegate()
    mailing = _done()
    address = first.address_key
    first.address_key = None
    first.save()
    make_delegate(email=address)
    assert add_the_rest(mailing_id=mailing.pk, now=LATER) == 0
    assert Delivery.objects.count() == 1


def test_rest_of_a_mailing_per_organisation_spares_colleagues_of_those_mailed():
    organisation = make_member()
    make_delegate(organisation)
    mailing = _done(per="organisation")
    colleague, other = make_delegate(organisation), make_delegate()
    assert add_the_rest(mailing_id=mailing.pk, now=LATER) == 1
    rows = _rows(mailing)
    assert rows[colleague.pk] == ("excluded", "colleague_chosen")
    assert rows[other.pk] == ("queued", "")


@pytest.mark.parametrize("state", set(MailingState.values) - {"done"})
def test_rest_is_refused_of_a_mailing_that_is_not_done(state):
    make_delegate()
    mailing = make_mailing(state=state)
    with pytest.raises(MoveForbidden):
        add_the_rest(mailing_id=mailing.pk, now=LATER)
    assert Delivery.objects.count() == 0


def test_rest_is_refused_once_the_session_has_begun():
    session = make_session()
    mailing = _done(session=session)
    make_delegate()
    with pytest.raises(MailingNotReady):
        add_the_rest(mailing_id=mailing.pk, now=STARTS_AT)
    assert Delivery.objects.count() == 0


# --- late sign-ups ------------------------------------------------------------------------


def test_late_sign_up_gets_the_reminder_once():
    session = make_session()
    register(session, first := make_delegate())
    mailing = _reminder(session)
    assert send_to_late_sign_ups(now=LATER) == []

    register(session, late := make_contact())
    register(session, make_contact(), state="waiting")
    register(session, quiet := make_contact(), no_reminders=True)
    assert send_to_late_sign_ups(now=LATER) == [mailing.pk]
    rows = {first.pk: ("sent", ""), quiet.pk: ("excluded", "no_reminders")}
    assert _rows(mailing) == rows | {late.pk: ("queued", "")}
    assert send_to_late_sign_ups(now=LATER) == []
    _send(mailing, LATER)
    assert send_to_late_sign_ups(now=LATER) == []
    assert _rows(mailing) == rows | {late.pk: ("sent", "")}


@pytest.mark.parametrize("reason", ["start", "recheck"])
def test_late_sign_up_who_was_left_out_before_gets_the_reminder_after_all(reason):
    session = make_session()
    register(session, make_delegate())
    late = make_delegate()
    mailing = _reminder(session, audience={"member": True})
    if reason == "recheck":
        rows = Delivery.objects.filter(contact=late)
        rows.update(claim="somebody", holder="host", attempt=1, tries=1)
    assert _rows(mailing)[late.pk] == ("excluded", "not_registered")

    register(session, late)
    assert send_to_late_sign_ups(now=LATER) == [mailing.pk]
    row = Delivery.objects.get(contact=late)
    assert (row.state, row.reason, row.claim, row.basis) == ("queued", "", "", "registration")
    assert Batch.objects.count() == 1


def test_late_sign_up_is_reminded_by_the_latest_reminder_that_says_the_same():
    session = make_session()
    register(session, make_delegate())
    early = _reminder(session)
    latest = make_mailing(
        state="done",
        kind="reminder",
        purpose="participation",
        session=session,
        audience={"registration": {"session": session.slug, "states": ["registered"]}},
        started_at=LATER,
    )
    register(session, late := make_contact())
    assert send_to_late_sign_ups(now=LATER + DAY) == [latest.pk]
    assert _rows(latest)[late.pk] == ("queued", "")
    assert _rows(early)[late.pk] == ("excluded", "already_told")


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "announcement"},
        {"kind": "invitation", "purpose": "invitations"},
        {"kind": "follow_up"},
    ],
)
def test_late_sign_up_reopens_no_other_mailing(values):
    session = make_session()
    register(session, make_delegate())
    _reminder(session, **values)
    register(session, make_contact())
    assert send_to_late_sign_ups(now=LATER) == []


def test_late_sign_up_once_the_session_begins_gets_nothing():
    session = make_session()
    register(session, make_delegate())
    _reminder(session)
    register(session, make_contact())
    assert send_to_late_sign_ups(now=STARTS_AT) == []
    session.status = "cancelled"
    session.save()
    assert send_to_late_sign_ups(now=LATER) == []


def test_late_sign_up_after_a_kill_is_reminded_all_the_same(monkeypatch):
    session = make_session()
    register(session, make_delegate())
    mailing = _reminder(session)
    register(session, late := make_contact())

    def killed(mailing_id):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rest, "lay_out", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            send_to_late_sign_ups(now=LATER)
    assert late.pk not in _rows(mailing)
    assert Mailing.objects.get().state == "done"
    assert send_to_late_sign_ups(now=LATER) == [mailing.pk]
    assert _rows(mailing)[late.pk] == ("queued", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_late_sign_up_is_reminded_once_by_two_ticks():
    session = make_session()
    register(session, make_delegate())
    mailing = _reminder(session)
    register(session, late := make_contact())

    def tick():
        return send_to_late_sign_ups(now=LATER)

    assert sorted(together(tick, tick, expected=MoveForbidden)) == [[], [mailing.pk]]
    assert _rows(mailing)[late.pk] == ("queued", "")


def test_late_sign_ups_take_as_many_queries_for_one_as_for_three():
    session = make_session()
    register(session, make_delegate())
    mailing = _reminder(session)
    numbers = []
    for late in (1, 3):
        for _each in range(late):
            register(session, make_contact())
        with CaptureQueriesContext(connection) as found:
            assert send_to_late_sign_ups(now=LATER) == [mailing.pk]
        numbers.append(len(found))
        _send(mailing, LATER)
    assert Delivery.objects.filter(mailing=mailing, state="sent").count() == 5
    assert numbers[0] == numbers[1]
