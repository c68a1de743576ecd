"""When a mailing goes out: the JSON of a plan, read and turned into a moment.

Local times and the clock change: a time that does not exist (the night summer time begins) moves
forward by the hour that is skipped, 02:30 becomes 03:30; of a time that exists twice (the night it
ends) the first is meant. That is what PEP 495 calls fold=0.
"""

import re
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from campaigns.enums import Anchor
from campaigns.errors import PlanInvalid
from campaigns.windows import Window
from content.models import Session

#: Unless the plan says otherwise, a mailing that could not start within this time is missed.
LATE = timedelta(hours=12)

DAYS_MAX = 730
#: A mailing may be repeated after so many days, and so often.
EVERY_DAYS_MAX, TIMES_MAX = 60, 10
_LATE = re.compile(r"skip:P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?")


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly one of `is_now`, `at` and `anchor` is set.

    With `times` it is repeated: so often after the first, each `every_days` after the one before.
    """

    is_now: bool = False
    at: datetime | None = None
    anchor: Anchor | None = None
    days: int = 0
    clock: time = time(9, 0)
    late: timedelta = LATE
    every_days: int = 0
    times: int = 0


def parse_plan(data: Any) -> Plan:
    """Return the plan that `data` (decoded JSON) spells. Raises PlanInvalid."""
    if not isinstance(data, dict) or len(set(data) & {"now", "at", "relative"}) != 1:
        raise PlanInvalid(_("Give one of: {“now”: true}, {“at”: moment} or {“relative”: {…}}."))
    if unknown := sorted(set(data) - {"now", "at", "relative", "late", "repeat"}):
        raise PlanInvalid(_("Unknown in a plan: %s.") % ", ".join(unknown))
    late = _late(data["late"]) if "late" in data else LATE
    plan = _when(data, late)
    if "repeat" not in data:
        return plan
    every_days, times = _repeat(data["repeat"])
    return replace(plan, every_days=every_days, times=times)


def _when(data: dict[str, Any], late: timedelta) -> Plan:
    if "now" in data:
        if data["now"] is not True:
            raise PlanInvalid(_("“now” must be true."))
        return Plan(is_now=True)
    if "at" in data:
        return Plan(at=_moment(data["at"]), late=late)
    return _relative(data["relative"], late)


def _repeat(value: Any) -> tuple[int, int]:
    if not isinstance(value, dict) or set(value) != {"every_days", "times"}:
        raise PlanInvalid(_("“repeat” has exactly: every_days, times."))
    for name, most in (("every_days", EVERY_DAYS_MAX), ("times", TIMES_MAX)):
        number = value[name]
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            words = {"name": name, "most": most}
            raise PlanInvalid(_("“%(name)s” is a whole number from 1 to %(most)s.") % words)
    return value["every_days"], value["times"]


def _late(value: Any) -> timedelta:
    found = _LATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        raise PlanInvalid(_("“late” is written like skip:PT12H (hours) or skip:P2D (days)."))
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _moment(value: Any) -> datetime:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    # The first and the last year cannot be told in every time zone.
    if moment is None or moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR:
        raise PlanInvalid(_("“at” is a moment with its offset, such as 2026-03-07T09:00:00+01:00."))
    return moment


def _relative(value: Any, late: timedelta) -> Plan:
    if not isinstance(value, dict) or set(value) != {"anchor", "days", "time"}:
        raise PlanInvalid(_("“relative” has exactly: anchor, days, time."))
    if value["anchor"] not in Anchor.values:
        raise PlanInvalid(_("The anchor is one of: %s.") % ", ".join(Anchor.values))
    days = value["days"]
    if isinstance(days, bool) or not isinstance(days, int) or abs(days) > DAYS_MAX:
        raise PlanInvalid(_("“days” is a whole number, negative for before."))
    return Plan(anchor=Anchor(value["anchor"]), days=days, clock=_clock(value["time"]), late=late)


def _clock(value: Any) -> time:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise PlanInvalid(_("“time” is written like 09:00."))


def due_time(
    plan: Plan,
    session: Session | None,
    *,
    anchor_at: datetime | None = None,
    window: Window | None = None,
    before: datetime | None = None,
    now: datetime | None = None,
) -> datetime | None:
    """Return the moment a plan comes to; None while it has none (`now`, or no exact date yet).

    Relative: the anchor's day in the session's zone, plus calendar days, at the local time. With a
    `window` it moves to when that opens, not to `before` or later (Window.nearest). `anchor_at` is
    the moment of an anchor that is no fact of the session (selectors.moments).
    """
    if plan.at is not None:
        return plan.at
    if plan.anchor is None or session is None:
        return None
    anchor = anchor_moment(plan.anchor, session, anchor_at)
    if anchor is None:
        return None
    zone = ZoneInfo(session.time_zone)
    day = anchor.astimezone(zone).date() + timedelta(days=plan.days)
    due_at = datetime.combine(day, plan.clock, tzinfo=zone).astimezone(UTC)
    if window is None:
        return due_at
    return window.nearest(due_at, zone=zone, before=before, now=now)


def repeated_at(previous: datetime, every_days: int, zone: ZoneInfo) -> datetime:
    """Return the moment so many calendar days after another, at the same local time."""
    local = previous.astimezone(zone)
    day = local.date() + timedelta(days=every_days)
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(UTC)


def anchor_moment(
    anchor: Anchor, session: Session, found: datetime | None = None
) -> datetime | None:
    """Return the moment to count from; all of them wait for an exact date.

    `found` is that of an anchor that something else than the session decides.
    """
    if session.starts_at is None:
        return None
    match anchor:
        case Anchor.SESSION_START:
            return session.starts_at
        case Anchor.SESSION_END:
            return session.ends_at
        case Anchor.REGISTRATION_DEADLINE:
            return session.registration_closes_at or session.starts_at
    return found
