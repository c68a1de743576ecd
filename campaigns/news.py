"""What a change of a session is for the person who hears of it: from what they held to what holds.

The facts that somebody held may be older than those before the last publication, so they are looked
up for each person.
"""

from datetime import datetime

from contacts.models import Contact
from content.dates import KNOWN_DAY, long_day, when, where
from content.enums import SessionStatus
from content.models import Session
from participation.models import Registration, ScheduleChange
from participation.selectors import is_dated
from participation.selectors.told import (
    INTERESTED,
    differs,
    facts_held,
    is_news,
    person_of,
    schedules_by_hash,
)


def last_told(session: Session, contact: Contact, own: Registration | None) -> str:
    """Return the hash of the facts that this person holds; empty when that is not known."""
    person = person_of(session.pk, contact_id=contact.pk, registration_id=own.pk if own else None)
    return facts_held(session.pk, [person])[person.key]


def is_news_to(session: Session, contact: Contact, own: Registration | None, now: datetime) -> bool:
    """Whether the person has to hear what holds now: there and back again is no news."""
    if not is_news(session, now):
        return False
    held = last_told(session, contact, own)
    known = schedules_by_hash(session.pk).get(held)
    return differs(session, held, known, own.state if own else INTERESTED)


def session_before(
    session: Session, contact: Contact, own: Registration | None, change_id: int | None
) -> Session | None:
    """Return the session as this person knows it; None when nobody can tell."""
    schedule = schedules_by_hash(session.pk).get(last_told(session, contact, own))
    if schedule is None:
        changes = ScheduleChange.objects.filter(pk__in=[change_id], session=session)
        schedule = changes.values_list("before", flat=True).first()
    return session.as_of(schedule) if schedule else None


def day_to_withdraw(session: Session, before: Session | None) -> Session | None:
    """Return the session with the day that stands in calendars: its own, or the last it had."""
    if session.precision in KNOWN_DAY:
        return session
    if before is not None and before.precision in KNOWN_DAY:
        return before
    rows = ScheduleChange.objects.filter(session=session).order_by("-version")
    for schedule in rows.values_list("before", flat=True):
        if schedule and schedule[0] in KNOWN_DAY:
            return session.as_of(schedule)
    return None


def news(before: Session | None, after: Session) -> dict[str, bool]:
    """Return what changed, as the template of the notice asks it."""
    if before is None:
        return {}
    was_dated, dated = is_dated(before), is_dated(after)
    is_same_day = before.day() == after.day()
    is_same_time = when(before, "en") == when(after, "en")
    return {
        "takes_place": before.status == SessionStatus.CANCELLED,
        "postponed": was_dated and not dated,
        "date_known": dated and not was_dated,
        "new_day": was_dated and dated and not is_same_day,
        "new_time": was_dated and dated and is_same_day and not is_same_time,
        "new_period": not was_dated and not dated and not is_same_time,
        "new_place": where(before, "en") != where(after, "en"),
        "new_room": bool(before.online_url and after.online_url)
        and before.online_url != after.online_url,
        "confirmed": (before.status, after.status)
        == (SessionStatus.PLANNED, SessionStatus.CONFIRMED),
    }


def fields(before: Session | None, language: str) -> dict[str, str]:
    """Return the merge fields that say how it was."""
    if before is None:
        return {}
    return {
        "change.when_before": when(before, language),
        "change.where_before": where(before, language),
        "change.day_before": long_day(before, language),
    }
