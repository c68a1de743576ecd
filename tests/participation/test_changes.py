"""A session that moved: what is recorded, who decides, and who is told what."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageLogEntry

from content.models import Session
from content.selectors import told_hash
from participation.errors import ChangeSettled
from participation.models import Interest, ScheduleChange
from participation.selectors.told import people_to_tell
from participation.services import (
    announce_known_dates,
    changes,
    record_missed_changes,
    send_due_changes,
)
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import make_contact
from tests.participation.changing import (
    A,
    B,
    C,
    change_of,
    deliver,
    follows,
    note_sent,
    organiser,
    publish,
    published,
    session_of,
    signed_up,
    waiting,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _later(minutes=16):
    return timezone.now() + timedelta(minutes=minutes)


def _send(change):
    send_due_changes(now=_later())
    change.refresh_from_db()
    return deliver()


def test_first_publication_and_one_that_nobody_heard_of_wait_for_nobody():
    page = published()
    first = change_of(page)
    second = publish(page, organiser(), first_day=B)
    assert [(row.state, row.decided_at) for row in (first, second)] == [("sent", None)] * 2
    assert (first.before, second.before) == (first.after, first.after)
    assert second.after == list(session_of(page).schedule())


def test_change_waits_a_quarter_of_an_hour_and_is_told_once_to_whoever_holds_other_facts():
    page = published()
    session = session_of(page)
    row, interest = signed_up(session), follows(session)
    change = publish(page, organiser(), first_day=B)
    assert change.state == "waiting"
    assert timedelta(minutes=14) < change.due_at - timezone.now() <= timedelta(minutes=15)
    assert send_due_changes(now=timezone.now()) == 0

    # Who was not yet mailed the date hears it as such.
    expected = [("changed", row.contact.email), ("date_known", interest.contact.email)]
    assert _send(change) == expected
    assert (change.state, change.told_count) == ("sent", 2)
    assert (send_due_changes(now=_later()), waiting()) == (0, [])


def test_publisher_without_the_right_or_unknown_leaves_it_to_an_organiser():
    page = published()
    signed_up(session_of(page))
    held = publish(page, make_user(), first_day=B)
    assert held.state == "held"
    assert _send(held) == []
    boss = organiser()
    changes.release_change(change_id=held.pk, at_once=True, by=boss, now=timezone.now())
    assert [kind for kind, _address in _send(held)] == ["changed"]
    assert (held.state, held.decided_by) == ("sent", boss)
    assert publish(page, None, first_day=C).state == "held"


def test_there_and_back_within_the_quarter_is_silent():
    page = published()
    signed_up(session_of(page))
    follows(session_of(page))
    there = publish(page, organiser(), first_day=B)
    back = publish(page, organiser(), first_day=A)
    there.refresh_from_db()
    assert (there.state, back.state, back.decided_at) == ("superseded", "sent", None)
    assert _send(back) == []


def test_there_and_back_later_is_told_to_those_alone_who_heard_of_there():
    page = published()
    session = session_of(page)
    heard, by_mailing = signed_up(session), signed_up(session)
    deaf, untold = signed_up(session), signed_up(session, told="")
    there = publish(page, organiser(), first_day=B)
    moved = told_hash(session_of(page))
    changes.mark_correction(change_id=there.pk, by=organiser(), now=timezone.now())
    note_sent(heard.contact, moved, registration=heard.pk, kind="changed")
    mailing = make_mailing(state="done", session=session, kind="reminder")
    at = timezone.now()
    make_delivery(mailing=mailing, contact=by_mailing.contact, state="sent", told=moved, sent_at=at)
    back = publish(page, organiser(), first_day=A)

    told = _send(back)
    assert told == sorted(("changed", row.contact.email) for row in (heard, by_mailing))
    assert deaf.contact.email not in str(told)
    assert untold.contact.email not in str(told)


def test_untold_people_hold_what_held_when_they_signed_up():
    page = published()
    old = signed_up(session_of(page), told="")
    publish(page, organiser(), first_day=B)
    new = signed_up(session_of(page), told="")
    people = people_to_tell(session_of(page), timezone.now())
    assert [person.registration_id for person in people] == [old.pk]
    assert new.pk != old.pk


def test_three_people_with_different_facts_are_told_from_their_own():
    page = published()
    first = signed_up(session_of(page))
    publish(page, organiser(), first_day=B)
    second = signed_up(session_of(page))
    change = publish(page, organiser(), first_day=C)
    third = signed_up(session_of(page))
    told = _send(change)
    assert told == sorted(("changed", row.contact.email) for row in (first, second))
    assert third.contact.email not in str(told)


def test_withdrawn_change_tells_nobody_until_it_is_released():
    page = published()
    signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    changes.withdraw_change(change_id=change.pk, by=organiser(), now=timezone.now())
    assert (_send(change), change.state) == ([], "withdrawn")
    changes.release_change(change_id=change.pk, at_once=False, by=None, now=timezone.now())
    assert send_due_changes(now=timezone.now()) == 0
    assert len(_send(change)) == 1


def test_correction_is_final_and_later_changes_reach_everybody():
    page = published()
    signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    changes.mark_correction(change_id=change.pk, by=organiser(), now=timezone.now())
    assert _send(change) == []
    with pytest.raises(ChangeSettled):
        changes.release_change(change_id=change.pk, at_once=True, by=None, now=timezone.now())
    assert len(_send(publish(page, organiser(), first_day=C))) == 1


@pytest.mark.parametrize("act", ["withdraw_change", "mark_correction"])
def test_nothing_is_taken_back_once_its_moment_has_come(act):
    page = published()
    signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    with pytest.raises(ChangeSettled):
        getattr(changes, act)(change_id=change.pk, by=None, now=_later())
    change.refresh_from_db()
    assert change.state == "waiting"


def test_overtaken_change_cannot_be_decided_any_more():
    page = published()
    signed_up(session_of(page))
    first = publish(page, organiser(), first_day=B)
    changes.withdraw_change(change_id=first.pk, by=None, now=timezone.now())
    second = publish(page, organiser(), first_day=C)
    with pytest.raises(ChangeSettled):
        changes.release_change(change_id=first.pk, at_once=True, by=None, now=timezone.now())
    assert len(_send(second)) == 1


def test_every_group_is_told_and_those_out_of_it_are_not():
    page = published(status="planned")
    session = session_of(page)
    states = ("registered", "pending", "waiting", "offered", "unconfirmed")
    rows = [
        signed_up(session, state=state, told="" if state == "unconfirmed" else None)
        for state in states
    ]
    for state in ("cancelled", "lapsed", "rejected", "transferred"):
        signed_up(session, state=state)
    signed_up(session, contact=make_contact(email=""))
    interest = follows(session)
    told = _send(publish(page, organiser(), status="cancelled"))
    addresses = {row.address_key or row.contact.email for row in rows} | {interest.contact.email}
    assert ({address for _kind, address in told}, len(told)) == (addresses, 6)
    assert {kind for kind, _address in told} == {"session_cancelled"}


def test_cancelled_and_taking_place_after_all():
    page = published()
    signed_up(session_of(page))
    first = _send(publish(page, organiser(), status="cancelled"))
    again = _send(publish(page, organiser(), status="planned"))
    assert [kind for kind, _address in (*first, *again)] == ["session_cancelled", "changed"]


def test_postponed_session_is_told_and_its_new_date_once():
    page = published()
    session = session_of(page)
    row, interest = signed_up(session), follows(session)
    Interest.objects.update(told_at=timezone.now())
    told = _send(publish(page, organiser(), precision="unknown", status="postponed"))
    assert [kind for kind, _address in told] == ["changed", "changed"]
    row.refresh_from_db()
    assert row.state == "registered"
    change = publish(page, organiser(), precision="exact", status="planned", first_day=C)
    assert announce_known_dates(now=timezone.now()) == 0
    expected = [("changed", row.contact.email), ("date_known", interest.contact.email)]
    assert _send(change) == expected
    assert (announce_known_dates(now=_later()), waiting()) == (0, [])


@pytest.mark.capability("C7")
@pytest.mark.parametrize("precision", ["exact", "day"])
def test_interested_people_hear_the_date_after_the_quarter_and_once(precision):
    page = published(precision="month")
    interest = follows(session_of(page))
    change = publish(page, organiser(), precision=precision)
    assert (announce_known_dates(now=_later(1)), waiting()) == (0, [])
    assert _send(change) == [("date_known", interest.contact.email)]
    assert (announce_known_dates(now=_later()), waiting()) == (0, [])


def test_date_that_was_taken_back_is_told_to_no_interested_person():
    page = published(precision="month")
    follows(session_of(page))
    change = publish(page, organiser(), precision="exact")
    changes.withdraw_change(change_id=change.pk, by=None, now=timezone.now())
    assert (announce_known_dates(now=_later()), _send(change)) == (0, [])
    publish(page, organiser(), precision="month")
    assert _send(publish(page, organiser(), precision="exact")) != []


def test_interested_person_who_signed_up_is_told_as_such():
    page = published(precision="month")
    session = session_of(page)
    interest = follows(session)
    signed_up(session, contact=interest.contact)
    told = _send(publish(page, organiser(), precision="exact"))
    assert told == [("changed", interest.contact.email)]
    assert announce_known_dates(now=_later()) == 0


def test_new_online_link_is_news_to_the_registered_alone():
    page = published(online_url="https://meet.example.org/1")
    row = signed_up(session_of(page))
    signed_up(session_of(page), state="waiting")
    follows(session_of(page))
    told = _send(publish(page, organiser(), online_url="https://meet.example.org/2"))
    assert told == [("changed", row.contact.email)]


def test_session_that_is_held_or_has_begun_is_news_to_nobody():
    page = published()
    signed_up(session_of(page))
    assert publish(page, organiser(), status="held").decided_at is None
    gone = timezone.localdate() - timedelta(days=3)
    assert publish(page, organiser(), first_day=gone, status="planned").state == "sent"


def test_publication_without_its_record_is_made_up_for_by_the_tick():
    page = published()
    signed_up(session_of(page))
    boss = organiser()
    publish(page, boss, first_day=B).delete()
    assert record_missed_changes(now=timezone.now()) == 1
    change = change_of(page)
    assert (change.state, change.made_by) == ("waiting", boss)
    assert change.before != change.after
    assert record_missed_changes(now=timezone.now()) == 0


def test_kill_between_portions_tells_the_rest_and_nobody_twice(monkeypatch):
    page = published()
    for _number in range(3):
        signed_up(session_of(page))
    change = publish(page, organiser(), first_day=B)
    people = people_to_tell(session_of(page), timezone.now())
    assert changes._tell(change.pk, people[:2], timezone.now()) == 2
    ScheduleChange.objects.filter(pk=change.pk).update(due_at=timezone.now())
    monkeypatch.setattr(changes, "PORTION", 1)
    assert send_due_changes(now=timezone.now()) == 1
    change.refresh_from_db()
    assert (change.state, change.told_count, len(waiting())) == ("sent", 3, 3)


def test_planned_publication_counts_as_that_of_who_planned_it():
    page = published()
    signed_up(session_of(page))
    boss = organiser()
    page.first_day, page.go_live_at = B, timezone.now() + timedelta(hours=1)
    revision = page.save_revision(user=boss)
    revision.publish(user=boss, skip_permission_checks=True)
    assert change_of(page).decided_at is None  # still the first
    assert PageLogEntry.objects.filter(action="wagtail.publish.schedule", user=boss).exists()
    past = timezone.now() - timedelta(minutes=1)
    content = revision.content | {"go_live_at": past.isoformat()}
    type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)
    call_command("publish_scheduled", verbosity=0)
    change = change_of(page)
    assert (change.state, change.made_by, change.version) == ("waiting", boss, 2)


def test_session_without_history_gets_one_and_nobody_is_mailed():
    page = published()
    session = session_of(page)
    signed_up(session, told="")
    ScheduleChange.objects.all().delete()
    Session.objects.filter(pk=session.pk).update(schedule_version=3)
    assert record_missed_changes(now=timezone.now()) == 1
    change = change_of(page)
    assert (change.state, change.decided_at, change.before) == ("sent", None, change.after)


def test_session_whose_past_is_unknown_waits_for_an_organiser():
    page = published()
    session = session_of(page)
    signed_up(session, told="something else")
    ScheduleChange.objects.all().delete()
    record_missed_changes(now=timezone.now())
    assert (change_of(page).state, change_of(page).before) == ("held", [])


def test_queries_do_not_grow_with_people():
    def queries(number):
        page = published()
        for _number in range(number):
            signed_up(session_of(page))
            signed_up(session_of(page), state="unconfirmed", told="")
            follows(session_of(page))
        publish(page, organiser(), first_day=B)
        with CaptureQueriesContext(
            connection,
        ) as found:
            send_due_changes(now=_later())
        return len(found)

    assert queries(1) == queries(3)
