"""When each mailing of a plan goes out, what it waits for, and when it is repeated."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.enums import BEFORE_SESSION, Anchor, MailingKind, MailingState
from campaigns.errors import AudienceInvalid, PlanInvalid
from campaigns.models import Mailing
from campaigns.plan import Plan, due_time, parse_plan
from campaigns.timeline.lines import end_of_period, zone_of
from content.models import Session
from participation.enums import Attendance

_S = MailingState

_FOR_LIST = gettext_lazy("Waits until the attendance list is closed.")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a mailing goes out (`at`), or would (`about`) once what it `waits` for is there."""

    at: datetime | None = None
    about: datetime | None = None
    waits: str = ""


def plan_of(mailing: Mailing) -> Plan | None:
    """Return the plan of a mailing without its repetitions; None when it has none that is one."""
    # A list of repetitions that cannot be read says nothing against the moment itself.
    data = {name: value for name, value in mailing.plan.items() if name != "repeat"}
    try:
        return parse_plan(data)
    except PlanInvalid:
        return None


@dataclass(frozen=True, slots=True)
class Known:
    """What has happened: when attendance lists were closed, by the slug of the session, since when
    its report is public and when its invitation went out, by the session (its key)."""

    closed: Mapping[str, datetime] = field(default_factory=dict)
    reported: Mapping[int, datetime] = field(default_factory=dict)
    invited: Mapping[int | None, Moment] = field(default_factory=dict)


def moments_of(mailings: Iterable[Mailing], known: Known) -> dict[int, Moment]:
    """Return the moment of each mailing, by its key.

    The day on which an invitation goes out is that of the first among these mailings.
    """
    listed = list(mailings)
    found = {
        mailing.pk: _moment(mailing, known)
        for mailing in listed
        if _anchor(mailing) != Anchor.INVITATION_SENT
    }
    known = replace(known, invited=_invitations(listed, found))
    for mailing in listed:
        if mailing.pk not in found:
            found[mailing.pk] = _moment(mailing, known)
    return found


def _anchor(mailing: Mailing) -> Anchor | None:
    plan = plan_of(mailing)
    return plan.anchor if plan else None


def _invitations(
    mailings: Iterable[Mailing], moments: Mapping[int, Moment]
) -> dict[int | None, Moment]:
    """Return by session when its first invitation went out; else when it is expected to."""
    found: dict[int | None, Moment] = {}
    for mailing in mailings:
        if mailing.kind != MailingKind.INVITATION or mailing.pk not in moments:
            continue
        place = moments[mailing.pk].at or moments[mailing.pk].about
        moment = Moment(at=place) if mailing.started_at else Moment(about=place)
        known = found.get(mailing.session_id)
        if known is None or _earliness(moment) < _earliness(known):
            found[mailing.session_id] = moment
    return found


def _earliness(moment: Moment) -> tuple[bool, datetime]:
    return moment.at is None, moment.at or moment.about or datetime.max.replace(tzinfo=UTC)


def _moment(mailing: Mailing, known: Known) -> Moment:
    if mailing.started_at or mailing.state == _S.MISSED:
        return Moment(at=mailing.started_at or mailing.due_at)
    moment = _moment_of_plan(mailing, known)
    if mailing.is_unsettled and not moment.waits:
        waits = _("Waits until this is settled: %s.") % mailing.waits_for
        return Moment(about=moment.at, waits=waits)
    return moment


def _moment_of_plan(mailing: Mailing, known: Known) -> Moment:
    if mailing.state == _S.PLANNED and mailing.due_at:
        return Moment(at=mailing.due_at)
    plan = plan_of(mailing)
    if plan is None:
        return Moment(waits=_("No moment was chosen yet."))
    if plan.is_now:
        return Moment(waits=_("Goes out as soon as somebody starts it."))
    moment = _planned(plan, mailing.session, known)
    lists = [slug for slug in attendance_asked(mailing.audience) if slug not in known.closed]
    if lists and not moment.waits:
        return Moment(about=moment.at, waits=str(_FOR_LIST))
    return moment


def _planned(plan: Plan, session: Session | None, known: Known) -> Moment:
    if plan.at:
        return Moment(at=plan.at)
    if session is None:
        return Moment(waits=_("Waits for a session to be chosen."))
    if session.starts_at is None:
        about = _counted(plan, session, end_of_period(session))
        return Moment(about=about, waits=_("Waits for the exact date of the session."))
    match plan.anchor:
        case Anchor.ATTENDANCE_CLOSED if session.slug in known.closed:
            return Moment(at=_counted(plan, session, known.closed[session.slug]))
        case Anchor.ATTENDANCE_CLOSED:
            return Moment(about=_after(plan, session), waits=str(_FOR_LIST))
        case Anchor.REPORT_PUBLISHED if session.pk in known.reported:
            return Moment(at=_counted(plan, session, known.reported[session.pk]))
        case Anchor.REPORT_PUBLISHED:
            return Moment(about=_after(plan, session), waits=_("Waits for the report."))
        case Anchor.INVITATION_SENT:
            sent = known.invited.get(session.pk, Moment())
            if sent.at:
                return Moment(at=_counted(plan, session, sent.at))
            about = _counted(plan, session, sent.about)
            return Moment(about=about, waits=_("Waits until the invitation is sent."))
    return Moment(at=due_time(plan, session))


def _counted(plan: Plan, session: Session, anchor_at: datetime | None) -> datetime | None:
    """Return the day of the anchor plus the days of the plan, at its local time."""
    if anchor_at is None:
        return None
    zone = zone_of(session)
    day = anchor_at.astimezone(zone).date() + timedelta(days=plan.days)
    return datetime.combine(day, plan.clock, tzinfo=zone).astimezone(UTC)


def _after(plan: Plan, session: Session) -> datetime | None:
    """Return about when something goes out that comes of the session, and never before its end."""
    about = _counted(plan, session, session.ends_at)
    return max(about, session.ends_at) if about and session.ends_at else about


def attendance_asked(data: object) -> Iterator[str]:
    """Yield the slugs of the sessions of which an audience asks who was there, or was not."""
    try:
        condition = audience.parse(data)
    except AudienceInvalid:
        return
    for leaf, _positive in c.leaves(condition):
        if isinstance(leaf, c.Attended) and set(leaf.values) != {Attendance.UNMARKED}:
            yield leaf.session


# --- repetitions --------------------------------------------------------------------------------


def repetitions(mailing: Mailing, place: datetime | None) -> list[datetime]:
    """Return when the mailing is repeated as often as it may be, after `place`, its own moment.

    Each at the same local time, so many days after the one before. What is about something to come
    is not repeated once the session has begun.
    """
    every_days, times = _repeat(mailing.plan)
    if place is None or mailing.state in (_S.MISSED, _S.CANCELLED):
        return []
    zone = zone_of(mailing.session)
    local = place.astimezone(zone)
    found = [
        datetime.combine(
            local.date() + timedelta(days=every_days * number), local.time(), tzinfo=zone
        ).astimezone(UTC)
        for number in range(1, max(0, times - mailing.repetition) + 1)
    ]
    session = mailing.session
    if session and session.starts_at and mailing.kind in BEFORE_SESSION:
        return [moment for moment in found if moment < session.starts_at]
    return found


def _repeat(plan: Mapping[str, Any]) -> tuple[int, int]:
    """Return after how many days, and how often; nothing of what is not written as it should be."""
    repeat = plan.get("repeat")
    if not isinstance(repeat, dict):
        return 0, 0
    every_days, times = repeat.get("every_days"), repeat.get("times")
    if not isinstance(every_days, int) or not isinstance(times, int) or every_days < 1:
        return 0, 0
    return every_days, min(times, 50)


def last_of_each(mailings: Iterable[Mailing]) -> set[int]:
    """Return of every recurring mailing the one after which the next is still to be made."""
    latest: dict[int, Mailing] = {}
    for mailing in mailings:
        first = mailing.repeats_id or mailing.pk
        if first not in latest or latest[first].repetition < mailing.repetition:
            latest[first] = mailing
    return {mailing.pk for mailing in latest.values()}
