"""Who asked for no mail for a while, or for less of it, and what reaches them all the same."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from campaigns.models import Delivery
from campaigns.selectors import exclusions_now, explain
from campaigns.services.planning import start_mailing
from tests.campaigns.people import cap, make_delegate, reasons, register
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, TODAY, make_contact, make_member
from tests.factories.content import make_session
from tests.factories.groups import make_group, put_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY = timedelta(days=1)


def sent_to(contact, *, at, **values):
    """A mailing that the contact got, or was to get."""
    row = {name: values.pop(name) for name in ("state",) if name in values}
    mailing = make_mailing(state="sending", started_at=at, **values)
    return make_delivery(mailing=mailing, contact=contact, **{"state": "sent", "sent_at": at} | row)


# --- no mail for a while ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "reason"), [(TODAY - DAY, ""), (TODAY, "paused"), (TODAY + DAY, "paused"), (None, "")]
)
def test_pause_holds_up_to_and_with_its_day(until, reason):
    contact, other = make_delegate(paused_until=until), make_delegate()
    assert reasons() == {contact.pk: reason, other.pk: ""}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "paused"),
        ({"purpose": "announcements", "kind": "announcement"}, "paused"),
        ({"purpose": "participation", "kind": "reminder"}, ""),
        ({"kind": "change"}, ""),
    ],
)
def test_pause_spares_nobody_mail_about_their_session_or_a_change(values, reason):
    session = make_session()
    contact = make_delegate(paused_until=TODAY)
    register(session, contact)
    assert reasons(session=session, **values) == {contact.pk: reason}


def test_pause_that_begins_after_the_start_is_seen_just_before_the_wire():
    contact, other = make_delegate(), make_delegate()
    mailing = make_mailing(state="planned", due_at=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    contact.paused_until = TODAY + DAY
    contact.save()
    rows = dict(Delivery.objects.values_list("contact", "pk"))
    assert exclusions_now(delivery_ids=rows.values(), now=NOW) == {rows[contact.pk]: "paused"}
    later = NOW + 2 * DAY  # paused by the organiser, and sent on when the pause is over
    assert exclusions_now(delivery_ids=rows.values(), now=later) == {}
    assert other.pk in rows


# --- less mail ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "less_mail"),
        ({"at": NOW - 29 * DAY}, "less_mail"),
        ({"at": NOW - 31 * DAY}, ""),
        ({"purpose": "announcements", "kind": "announcement"}, "less_mail"),
        ({"purpose": "participation", "kind": "follow_up"}, ""),
        ({"kind": "change"}, ""),
        ({"state": "excluded"}, ""),
        ({"state": "refused"}, ""),
        ({"state": "bounced"}, ""),
        ({"state": "complained"}, "less_mail"),
        ({"state": "queued"}, "less_mail"),
        ({"state": "unknown"}, "less_mail"),
    ],
)
def test_less_mail_is_one_mailing_a_month(values, reason):
    contact, other = make_delegate(wants_less_mail=True), make_delegate()
    sent_to(contact, **{"at": NOW - 3 * DAY} | values)
    sent_to(other, at=NOW - 3 * DAY)
    assert reasons() == {contact.pk: reason, other.pk: ""}


@pytest.mark.parametrize(
    "values", [{"purpose": "participation", "kind": "reminder"}, {"kind": "change"}]
)
def test_less_mail_spares_nobody_mail_about_their_session_or_a_change(values):
    session = make_session()
    contact = make_delegate(wants_less_mail=True)
    register(session, contact)
    sent_to(contact, at=NOW - DAY)
    assert reasons(session=session, **values) == {contact.pk: ""}


def test_less_mail_counts_mail_of_groups():
    contact, group = make_delegate(wants_less_mail=True), make_group()
    put_in(group, contact)
    sent_to(contact, at=NOW - DAY)
    values = {"purpose": "subgroup", "topic": group.slug, "kind": "announcement"}
    assert reasons(**values) == {contact.pk: "less_mail"}
    Delivery.objects.all().delete()
    assert reasons(**values) == {contact.pk: ""}
    sent_to(contact, at=NOW - DAY, **values)
    assert reasons() == {contact.pk: "less_mail"}


@pytest.mark.parametrize("second_started", [NOW, NOW + timedelta(minutes=1)])
def test_of_two_mailings_that_run_at_once_the_first_goes_on(second_started):
    contact = make_delegate(wants_less_mail=True)
    first, second = (make_mailing(state="planned", due_at=NOW) for _number in range(2))
    rows = []
    for mailing, at in ((first, NOW), (second, second_started)):
        start_mailing(mailing_id=mailing.pk, now=at)
        rows.append(Delivery.objects.get(mailing=mailing))
    assert [(row.state, row.reason) for row in rows] == [
        ("queued", ""),
        ("excluded", "less_mail"),
    ]
    both = [row.pk for row in rows]
    assert exclusions_now(delivery_ids=both, now=second_started) == {rows[1].pk: "less_mail"}
    assert contact.pk == rows[0].contact_id


def test_mailing_that_waited_sees_what_was_sent_meanwhile():
    contact = make_delegate(wants_less_mail=True)
    mailing = make_mailing(state="planned", due_at=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    row = Delivery.objects.get()
    sent_to(contact, at=NOW + DAY)
    assert exclusions_now(delivery_ids=[row.pk], now=NOW + 2 * DAY) == {row.pk: "less_mail"}


# --- the cap of the site ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "fatigue"),
        ({"at": NOW - 6 * DAY}, "fatigue"),
        ({"at": NOW - 8 * DAY}, ""),
        ({"purpose": "participation", "kind": "follow_up"}, ""),
        ({"kind": "change"}, ""),
        ({"state": "excluded"}, ""),
        ({"state": "queued"}, "fatigue"),
    ],
)
def test_cap_counts_the_mailings_of_a_week(values, reason):
    cap(2)
    tired, fresh = make_delegate(), make_delegate()
    sent_to(tired, at=NOW - DAY)
    sent_to(fresh, at=NOW - DAY)
    sent_to(tired, **{"at": NOW - 2 * DAY} | values)
    assert reasons() == {tired.pk: reason, fresh.pk: ""}


@pytest.mark.parametrize(
    "values", [{"purpose": "participation", "kind": "reminder"}, {"kind": "change"}]
)
def test_cap_spares_nobody_mail_about_their_session_or_a_change(values):
    cap(1)
    session = make_session()
    register(session, contact := make_delegate())
    sent_to(contact, at=NOW - DAY)
    assert reasons(session=session, **values) == {contact.pk: ""}


def test_site_without_a_cap_holds_nobody_back():
    contact = make_delegate()
    for days in range(1, 6):
        sent_to(contact, at=NOW - days * DAY)
    assert reasons() == {contact.pk: ""}


def test_of_two_mailings_under_a_cap_that_run_at_once_the_first_goes_on():
    cap(1)
    make_delegate()
    first, second = (make_mailing(state="planned", due_at=NOW) for _number in range(2))
    for mailing in (first, second):
        start_mailing(mailing_id=mailing.pk, now=NOW)
    rows = list(Delivery.objects.order_by("mailing"))
    assert [row.reason for row in rows] == ["", "fatigue"]
    found = exclusions_now(delivery_ids=[row.pk for row in rows], now=NOW)
    assert found == {rows[1].pk: "fatigue"}


def test_cap_is_that_of_the_start_and_is_held_again_just_before_the_wire():
    cap(1)
    contact = make_delegate()
    mailing = make_mailing(state="planned", due_at=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    cap(None)
    row = Delivery.objects.get()
    assert exclusions_now(delivery_ids=[row.pk], now=NOW) == {}
    sent_to(contact, at=NOW + DAY)
    assert exclusions_now(delivery_ids=[row.pk], now=NOW + 2 * DAY) == {row.pk: "fatigue"}


def test_look_before_the_wire_asks_the_site_nothing():
    cap(1)
    make_delegate()
    mailing = make_mailing(state="planned", due_at=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    row = Delivery.objects.get()
    with CaptureQueriesContext(connection) as found:
        exclusions_now(delivery_ids=[row.pk], now=NOW)
    assert not [query for query in found if "sitesettings" in query["sql"].lower()]


def test_cap_is_told_with_its_number():
    cap(2)
    contact = make_delegate()
    sent_to(contact, at=NOW - DAY)
    sent_to(contact, at=NOW - 2 * DAY)
    with override("en"):
        assert explain(make_mailing(), contact, NOW).words == (
            "had 2 mailings this week already: as many as the site allows"
        )


# --- a colleague has signed up ------------------------------------------------------------


def test_mailing_stops_once_a_colleague_has_a_seat():
    session = make_session()
    ours, theirs = make_member(), make_member()
    colleague, other = make_delegate(ours), make_delegate(theirs)
    goes = make_delegate(ours)
    register(session, goes, organisation=ours)
    register(session, other, state="waiting", organisation=theirs)
    assert reasons(session=session, stops_for_colleague=True) == {
        colleague.pk: "colleague_registered",
        other.pk: "",
        goes.pk: "already_registered",
    }
    assert reasons(session=session) == {colleague.pk: "", other.pk: "", goes.pk: ""}


def test_colleague_who_signs_up_meanwhile_is_seen_just_before_the_wire():
    session, organisation = make_session(), make_member()
    waits, goes = make_delegate(organisation), make_delegate(organisation)
    mailing = make_mailing(state="planned", due_at=NOW, session=session, stops_for_colleague=True)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    rows = dict(Delivery.objects.values_list("contact", "pk"))
    assert exclusions_now(delivery_ids=rows.values(), now=NOW) == {}
    register(session, goes, organisation=organisation)
    assert exclusions_now(delivery_ids=rows.values(), now=NOW) == {
        rows[waits.pk]: "colleague_registered",
        rows[goes.pk]: "already_registered",
    }


# --- in words -----------------------------------------------------------------------------


def test_reason_is_told_with_its_date():
    paused = make_delegate(paused_until=date(2026, 4, 3))
    less = make_delegate(wants_less_mail=True)
    sent_to(less, at=NOW - 5 * DAY)
    sent_to(less, at=NOW - 9 * DAY)
    mailing = make_mailing()
    with override("en"):
        assert [explain(mailing, each, NOW).words for each in (paused, less)] == [
            "asked for no mail until 3 April 2026",
            "asked for less mail and had one on 25 February 2026",
        ]


def test_reason_in_the_ledger_is_told_without_a_date_once_it_is_gone():
    contact = make_contact()
    mailing = make_mailing(state="sending")
    make_delivery(mailing=mailing, contact=contact, state="excluded", reason="paused")
    with override("en"):
        assert explain(mailing, contact, NOW).words == "asked for no mail for a while"
