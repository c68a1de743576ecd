"""The mails about a change of a session, as each person gets them, and their calendar entries."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from campaigns.enums import MailingState
from campaigns.errors import NoticeObsolete
from campaigns.models import Mailing
from campaigns.notices import compose_notice
from campaigns.services.planning import recompute_due_times
from contacts.models import Notice
from content.models import Session
from content.selectors import told_hash
from participation.models import Interest, ScheduleChange
from participation.services.changes import record_change, send_due_changes
from participation.services.invitations import register_by_link
from tests.campaigns.test_message import _readable
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import ENDS_AT, STARTS_AT, make_session
from tests.factories.participation import make_registration, typed_values

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
MOVED = {
    "starts_at": STARTS_AT + WEEK,
    "ends_at": ENDS_AT + WEEK,
    "first_day": (STARTS_AT + WEEK).date(),
}
UNDATED = {
    "precision": "unknown",
    "status": "postponed",
    "starts_at": None,
    "ends_at": None,
    "first_day": None,
}
DATED = {
    "precision": "exact",
    "status": "planned",
    "starts_at": STARTS_AT,
    "ends_at": ENDS_AT,
    "first_day": STARTS_AT.date(),
}
#: name: facts before, facts after, state of the person ("" for an interested one).
SCENES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "new_day": ({}, MOVED, "registered"),
    "new_time": ({}, {"ends_at": ENDS_AT + timedelta(hours=1)}, "waiting"),
    "new_place": ({}, {"venue": "<b>Zaal</b> {{ contact.why }}", "address": ""}, "pending"),
    "new_day_unconfirmed": ({}, MOVED, "unconfirmed"),
    "new_day_interested": ({}, MOVED, ""),
    "new_room": (
        {"online_url": "https://meet.example.org/1"},
        {"online_url": "https://meet.example.org/2"},
        "registered",
    ),
    "postponed": ({}, UNDATED, "registered"),
    "postponed_interested": ({}, UNDATED, ""),
    "new_date": (UNDATED, DATED, "registered"),
    "after_all": ({"status": "cancelled"}, {"status": "planned"}, "registered"),
    "confirmed": ({"status": "planned"}, {"status": "confirmed"}, "offered"),
}


def _session(**facts):
    titles = {"nl": "Werksessie 1", "en": "Working session 1"}
    values = {"pk": 9101, "slug": "werksessie-1", "titles": titles, "schedule_version": 1}
    session = make_session(**values)
    Session.objects.filter(pk=session.pk).update(**facts)
    session.refresh_from_db()
    record_change(session_id=session.pk, by=None, now=NOW - timedelta(days=2))
    return session


def _change(session, **facts):
    """Publish other facts, and let the quarter of an hour pass; return the notices made."""
    before = set(Notice.objects.values_list("pk", flat=True))
    Session.objects.filter(pk=session.pk).update(
        **facts, schedule_version=session.schedule_version + 1
    )
    session.refresh_from_db()
    change = record_change(session_id=session.pk, by=None, now=NOW)
    ScheduleChange.objects.filter(pk=change.pk, state="held").update(state="waiting")
    send_due_changes(now=NOW + timedelta(minutes=15))
    return list(Notice.objects.exclude(pk__in=before).order_by("pk"))


def _person(session, state, language="nl"):
    if state == "unconfirmed":
        typed = typed_values(given_name="Amina", family_name="Berg", language=language)
        return make_registration(
            pk=9103,
            session=session,
            state=state,
            typed=typed,
            address_key="amina@example.org",
            created_at=NOW - timedelta(days=1),
        )
    contact = make_contact(
        pk=9102,
        given_name="Amina",
        family_name="Berg",
        email="amina@example.org",
        language=language,
    )
    since = NOW - timedelta(days=1)
    if not state:
        return Interest.objects.create(session=session, contact=contact, since=since, told_at=NOW)
    return make_registration(
        pk=9103, session=session, contact=contact, state=state, created_at=since
    )


def _was_registered(row, at=NOW - timedelta(days=1)):
    """The mail with the first calendar entry."""
    return Notice.objects.create(
        kind="registered",
        address="amina@example.org",
        contact=row.contact,
        context={"registration": row.pk},
        key="registered",
        created_at=at,
        not_before=at,
        state="sent",
        sent_at=at,
        told=told_hash(row.session),
    )


def _sent(notice):
    """Compose and note it as sent; return the message."""
    mail = compose_notice(notice, NOW)
    Notice.objects.filter(pk=notice.pk).update(state="sent", sent_at=NOW, told=notice.told)
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def _entry(message):
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    calendar = Calendar.from_ical(parts[0].get_content())
    event: Any = calendar.walk("VEVENT")[0]
    assert parts[0].get_param("method") == calendar["METHOD"]
    return str(calendar["METHOD"]), int(event["SEQUENCE"]), event["DTSTART"].dt, str(event["UID"])


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scene", SCENES)
def test_change_looks_as_approved(scene, language, golden, monkeypatch):
    monkeypatch.setattr("django.core.signing.time.time", NOW.timestamp)
    before, after, state = SCENES[scene]
    session = _session(**before)
    row = _person(session, state, language)
    if state == "registered":
        _was_registered(row)
    [notice] = _change(session, **after)
    text = _readable(compose_notice(notice, NOW).content)
    text = text.replace(f"n{notice.pk}", "nN")
    head, _begin, rest = text.partition("######## text/html")
    _html, begin, calendar = rest.partition("######## text/calendar")
    method = "".join(line for line in calendar.splitlines(True) if line.startswith("METHOD"))
    calendar = method + "".join(calendar.partition("BEGIN:VEVENT")[1:])
    lines = [line for line in head.splitlines() if not line.startswith("Message-ID")]
    golden(
        f"changed_{scene}.{language}.txt",
        "\n".join(lines) + f"\n{begin}\n{calendar}".rstrip() + "\n",
    )


def test_postponed_session_leaves_the_calendar_and_comes_back_higher():
    session = _session()
    row = _person(session, "registered")
    _was_registered(row)
    [postponed] = _change(session, **UNDATED)
    method, low, day, uid = _entry(_sent(postponed))
    assert (method, day) == ("CANCEL", STARTS_AT)
    [known] = _change(session, **DATED | MOVED)
    method, high, day, same = _entry(_sent(known))
    assert (method, day, same) == ("REQUEST", STARTS_AT + WEEK, uid)
    assert low < high


def test_cancelled_session_leaves_the_calendar_and_comes_back_higher():
    session = _session()
    row = _person(session, "registered")
    _was_registered(row)
    [off] = _change(session, status="cancelled")
    method, low, _day, uid = _entry(_sent(off))
    assert (off.kind, method) == ("session_cancelled", "CANCEL")
    [on] = _change(session, status="planned")
    method, high, _day, same = _entry(_sent(on))
    assert (on.kind, method, same, low < high) == ("changed", "REQUEST", uid, True)


def test_calendar_is_not_withdrawn_from_whoever_had_none():
    session = _session()
    _person(session, "waiting")
    [postponed] = _change(session, **UNDATED)
    assert _entry(_sent(postponed)) is None


@pytest.mark.parametrize("precision", ["exact", "day"])
@pytest.mark.capability("C7")
def test_known_date_comes_with_a_calendar_file(precision):
    session = _session(**UNDATED)
    _person(session, "")
    Interest.objects.update(told_at=None)
    times = {} if precision == "exact" else {"starts_at": None, "ends_at": None}
    [notice] = _change(session, **DATED | {"precision": precision} | times)
    method, _sequence, day, _uid = _entry(_sent(notice))
    expected = STARTS_AT if precision == "exact" else STARTS_AT.date()
    assert (notice.kind, method, day) == ("date_known", "PUBLISH", expected)


@pytest.mark.parametrize("came_before", [False, True])
def test_known_date_and_the_sign_up_that_follows_are_one_entry(came_before):
    session = _session(eligibility="everyone", **UNDATED)
    interest = _person(session, "")
    if came_before:  # and left: the entry in the calendar was withdrawn with a number
        make_registration(
            session=session, contact=interest.contact, state="cancelled", calendar_sequence=4
        )
    Interest.objects.update(told_at=None)
    [notice] = _change(session, **DATED)
    message = _sent(notice)
    method, low, _day, uid = _entry(message)
    row = register_by_link(
        session=session, contact=interest.contact, answers={}, works_on_theme=True, now=NOW
    )
    later = Notice.objects.get(context__registration=row.pk)
    assert (method, low >= 5) == ("PUBLISH", came_before)
    method, high, _day, same = _entry(_sent(later))
    assert (method, same, low <= high) == ("REQUEST", uid, True)
    assert "ATTENDEE" not in str(message)


def test_mail_says_what_this_person_was_told_and_not_the_version_before():
    session = _session()
    row = _person(session, "registered")
    _was_registered(row)
    _change(session, **MOVED)
    Notice.objects.filter(state="queued").delete()  # it never went
    [notice] = _change(session, starts_at=STARTS_AT + 2 * WEEK, ends_at=ENDS_AT + 2 * WEEK)
    text = _sent(notice).get_body(("plain",)).get_content()
    assert "van donderdag 12 maart 2026" in " ".join(text.split())
    assert "19 maart" not in text


def test_notice_that_waited_while_the_session_moved_back_is_obsolete():
    session = _session()
    _was_registered(_person(session, "registered"))
    [notice] = _change(session, **MOVED)
    assert _change(session, **DATED) == []
    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW)


def test_who_cancelled_or_lost_interest_meanwhile_hears_nothing():
    session = _session()
    _person(session, "")
    [notice] = _change(session, **MOVED)
    Interest.objects.all().delete()
    with pytest.raises(NoticeObsolete):
        compose_notice(notice, NOW)


def test_planned_reminders_follow_the_session():
    session = _session()
    plan = {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}
    mailing = make_mailing(
        kind="reminder",
        purpose="participation",
        session=session,
        plan=plan,
        state=MailingState.PLANNED,
    )

    def due():
        recompute_due_times(now=NOW)
        return Mailing.objects.values_list("due_at", "due_for_version").get(pk=mailing.pk)

    assert due() == (datetime(2026, 3, 5, 8, 0, tzinfo=UTC), 1)
    _change(session, **MOVED)
    assert due() == (datetime(2026, 3, 12, 8, 0, tzinfo=UTC), 2)
    _change(session, **UNDATED)
    assert due() == (None, 3)
    _change(session, **DATED)
    assert due() == (datetime(2026, 3, 5, 8, 0, tzinfo=UTC), 4)
