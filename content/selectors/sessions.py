"""Sessions in the order in which people expect them, and what can be said of one from its facts."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from content.dates import KNOWN_DAY, season_start
from content.enums import Eligibility, Precision, SessionStatus, SignUpPhase
from content.models.session import Session, SessionFacts
from content.models.session_page import SessionPage

FACTS = [field.name for field in SessionFacts._meta.local_fields]
#: No season is longer than this, so a first day older than it lies in the past.
LONGEST_PERIOD = timedelta(days=93)


def facts(page: SessionPage) -> dict[str, Any]:
    """Return the values of a session's fields as `page` drafts them.

    `first_day` becomes the first day of the month or season, and is empty for an unknown date.
    """
    starts_at, ends_at = page.draft_moments() or (None, None)
    day = page.first_day
    if page.precision == Precision.UNKNOWN:
        day = None
    elif day and page.precision == Precision.MONTH:
        day = day.replace(day=1)
    elif day and page.precision == Precision.SEASON:
        day = season_start(day)
    found = {name: getattr(page, name) for name in FACTS}
    return found | {"first_day": day, "starts_at": starts_at, "ends_at": ends_at}


def draft_session(page: SessionPage) -> Session:
    """Return an unsaved session as publishing `page` would make it: for previews."""
    return Session(
        slug=page.slug,
        titles={page.locale.language_code: page.title},
        source_language=page.locale.language_code,
        **facts(page),
    )


def told_hash(session: Session) -> str:
    """Return a hash of start, end, place and status: equal means nothing new to tell."""
    return schedule_hash(session.schedule())


def schedule_hash(schedule: Sequence[str]) -> str:
    """Return what `told_hash` gives for a session with this `schedule()`."""
    return sha256("\x1f".join(schedule).encode()).hexdigest()[:32]


def last_possible_day(session: Session) -> date | None:
    """Return the last day on which the session may still be, None when nothing is known."""
    if session.local_end:
        return session.local_end.date()
    first = session.first_day
    if first is None or session.precision == Precision.UNKNOWN:
        return None
    if session.precision in KNOWN_DAY:
        return first
    months = 0 if session.precision == Precision.MONTH else 2
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def has_begun(session: Session, now: datetime) -> bool:
    """Whether it began, or whether its last possible day has passed when no time is known."""
    if session.starts_at:
        return session.starts_at <= now
    last = last_possible_day(session)
    return last is not None and last < _today(session, now)


def is_over(session: Session, now: datetime) -> bool:
    """Whether it was held, ended, or lies before today as far as is known."""
    if session.status == SessionStatus.HELD:
        return True
    if session.ends_at:
        return session.ends_at <= now
    return has_begun(session, now)


def sign_up_phase(session: Session, now: datetime) -> SignUpPhase:
    """Return what a visitor can do about it, judged by the session's own facts."""
    if session.status == SessionStatus.CANCELLED:
        return SignUpPhase.CANCELLED
    if is_over(session, now):
        return SignUpPhase.OVER
    if session.is_partner_hosted:
        return SignUpPhase.PARTNER
    if session.precision not in KNOWN_DAY or session.status == SessionStatus.POSTPONED:
        return SignUpPhase.INTEREST
    if session.registration_opens_at and now < session.registration_opens_at:
        return SignUpPhase.NOT_YET
    closes_at = session.registration_closes_at or session.starts_at
    if closes_at and closes_at <= now:
        return SignUpPhase.CLOSED
    return SignUpPhase.INVITED if session.eligibility == Eligibility.INVITED else SignUpPhase.OPEN


def is_published(session: Session) -> bool:
    """Whether it has a page that visitors can open; True of one that never had a page."""
    if session.page_key is None:
        return True
    return SessionPage.objects.live().filter(session=session).exists()


def upcoming_sessions(now: datetime, among: QuerySet[Session] | None = None) -> list[Session]:
    """Return the sessions, or those `among` some, with a live page and not over, the nearest first.

    One that is known to the month or season stands after the dated ones in that period; those of
    which nothing is known stand last.
    """
    recent = now.date() - LONGEST_PERIOD
    candidates = _with_live_page(among).filter(
        Q(ends_at__gt=now) | Q(ends_at=None) & (Q(first_day=None) | Q(first_day__gte=recent))
    )
    return sorted((one for one in candidates if not is_over(one, now)), key=_order)


def past_sessions(now: datetime) -> list[Session]:
    """Return the sessions with a live page that are over, the latest first."""
    candidates = _with_live_page().filter(
        Q(ends_at__lte=now)
        | Q(first_day__lte=now.date() + timedelta(1))
        | Q(status=SessionStatus.HELD)
    )
    return sorted((one for one in candidates if is_over(one, now)), key=_order, reverse=True)


def series_sessions(series_key: Any) -> list[Session]:
    """Return the sessions with a live page of the series with this translation key, in order."""
    return sorted(_with_live_page().filter(series__translation_key=series_key), key=_order)


def _with_live_page(among: QuerySet[Session] | None = None) -> QuerySet[Session]:
    sessions = Session.objects.all() if among is None else among
    return sessions.filter(pk__in=SessionPage.objects.live().values("session_id"))


def _order(session: Session) -> tuple[date, bool, time, int]:
    last = last_possible_day(session) or date.max
    start = session.local_start.time() if session.local_start else time.max
    return (last, session.precision not in KNOWN_DAY, start, session.pk)


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(ZoneInfo(session.time_zone or settings.TIME_ZONE)).date()
