"""Who asked for no mail for a while, or for less of it, and what reaches them all the same."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from campaigns.models import Delivery
from campaigns.selectors import exclusions_now, explain
from campaigns.services.planning import start_mailing
from tests.campaigns.people import make_delegate, reasons, register
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, TODAY, make_contact
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
