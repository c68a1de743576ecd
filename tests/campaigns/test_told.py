"""Who was told what: nobody is told the same twice, and everybody hears of a change."""

from datetime import timedelta

import pytest

from campaigns.enums import MailingState
from campaigns.models import Delivery, Mailing
from campaigns.selectors import dry_run
from campaigns.services.planning import (
    start_mailing,
)
from contacts.models import Notice
from content.models import Session
from content.selectors import told_hash
from participation.models import Interest, Registration
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    make_contact,
)
from tests.factories.content import STARTS_AT, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


RELATIVE = {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}


def _ledger(mailing):
    rows = Delivery.objects.filter(mailing=mailing).order_by("contact_id")
    return [(row.contact_id, row.state, row.reason) for row in rows]


def _registered(session, contact, **values):
    return Registration.objects.create(
        **{
            "session": session,
            "contact": contact,
            "state": "registered",
            "source": "organiser",
            "created_at": NOW,
            "changed_at": NOW,
        }
        | values
    )


def test_moving_there_and_back_reminds_nobody_twice():
    session = make_session()
    contact = make_contact()
    _registered(session, contact)
    values = {"kind": "reminder", "purpose": "participation", "session": session, "plan": RELATIVE}
    sent = make_mailing(state="done", **values)
    make_delivery(mailing=sent, contact=contact, state="sent", told=told_hash(session), sent_at=NOW)
    fresh = make_mailing(**values)

    assert dry_run(fresh, NOW).excluded == {"already_told": 1}

    # It really moved: the fresh reminder goes out.
    there = STARTS_AT + timedelta(days=7)
    Session.objects.filter(pk=session.pk).update(
        starts_at=there, ends_at=there + timedelta(hours=2)
    )
    fresh = Mailing.objects.get(pk=fresh.pk)
    assert dry_run(fresh, NOW).recipients == 1

    # And back again: nothing new to tell.
    Session.objects.filter(pk=session.pk).update(
        starts_at=session.starts_at, ends_at=session.ends_at
    )
    fresh = Mailing.objects.get(pk=fresh.pk)
    assert dry_run(fresh, NOW).excluded == {"already_told": 1}


def test_reminder_at_another_distance_is_another_reminder():
    session = make_session()
    contact = make_contact()
    _registered(session, contact)
    values = {"kind": "reminder", "purpose": "participation", "session": session}
    week = make_mailing(state="done", plan=RELATIVE, **values)
    make_delivery(mailing=week, contact=contact, state="sent", told=told_hash(session), sent_at=NOW)
    day = {"relative": {"anchor": "session_start", "days": -1, "time": "09:00"}}

    assert dry_run(make_mailing(plan=day, **values), NOW).recipients == 1


def test_change_mailing_goes_where_the_last_mail_told_something_else():
    session = make_session()
    behind, ahead, never = make_contact(), make_contact(), make_contact()
    for contact in (behind, ahead, never):
        _registered(session, contact)
    values = {"purpose": "participation", "session": session}
    first = make_mailing(state="done", kind="reminder", **values)
    then = NOW - timedelta(days=1)
    old, new = "old", told_hash(session)
    make_delivery(mailing=first, contact=behind, state="sent", told=old, sent_at=NOW)
    make_delivery(mailing=first, contact=ahead, state="sent", told=old, sent_at=then)
    second = make_mailing(state="done", kind="follow_up", **values)
    make_delivery(mailing=second, contact=behind, state="sent", told=new, sent_at=then)
    make_delivery(mailing=second, contact=ahead, state="sent", told=new, sent_at=NOW)

    mailing = make_mailing(kind="change", **values, state=MailingState.PLANNED, due_at=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)

    assert _ledger(mailing) == [
        (behind.pk, "queued", ""),
        (ahead.pk, "excluded", "already_told"),
        (never.pk, "queued", ""),
    ]


def test_change_mailing_spares_the_interested_who_got_the_notice():
    session = make_session()
    told, untold = make_contact(), make_contact()
    for contact in (told, untold):
        Interest.objects.create(session=session, contact=contact, since=NOW)
    Notice.objects.create(
        kind="changed",
        address=told.email,
        contact=told,
        context={"session": session.pk},
        key="changed",
        created_at=NOW,
        not_before=NOW,
        state="sent",
        sent_at=NOW,
        told=told_hash(session),
    )
    values = {"kind": "change", "purpose": "participation", "session": session}
    assert dry_run(make_mailing(**values), NOW).excluded == {"already_told": 1}
    assert dry_run(make_mailing(**values), NOW).sample == [untold.pk]
