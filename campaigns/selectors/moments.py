"""When a planned mailing goes out, and what it waits for when nobody can tell yet.

What a plan counts from may be no fact of the session: the closing of its attendance list, the start
of its invitation, the publication of its report. Until that has happened, such a plan waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.enums import BEFORE_SESSION, Anchor, MailingKind, MailingState
from campaigns.errors import AudienceInvalid, PlanInvalid
from campaigns.models import Mailing
from campaigns.plan import Plan, anchor_moment, due_time, parse_plan, repeated_at
from campaigns.windows import Window
from content.models import Session
from content.selectors import reports_public_since, site_settings
from participation.enums import Attendance
from participation.models import AttendanceList

#: Anchors that may move without the schedule of the session, or that are gone again.
LIVE_ANCHORS = (
    Anchor.REGISTRATION_DEADLINE,
    Anchor.ATTENDANCE_CLOSED,
    Anchor.REPORT_PUBLISHED,
    Anchor.INVITATION_SENT,
)

_SENT = (MailingState.SENDING, MailingState.PAUSED, MailingState.DONE)

#: The JSON of an audience that asks for attendance holds this.
_ATTENDANCE = '"attendance"'


def by_attendance(mailings: QuerySet[Mailing]) -> QuerySet[Mailing]:
    """Keep mailings whose audience asks who was there."""
    words = Cast("audience", TextField())
    return mailings.annotate(audience_words=words).filter(audience_words__contains=_ATTENDANCE)


def to_recompute(mailings: QuerySet[Mailing]) -> QuerySet[Mailing]:
    """Keep the mailings whose moment may be another by now.

    A pull: what was computed for another version of the schedule, and what counts from something
    that is not part of the schedule.
    """
    stale = ~Q(due_for_version=F("session__schedule_version")) | Q(due_for_version=None)
    live = Q(plan__relative__anchor__in=[str(anchor) for anchor in LIVE_ANCHORS])
    relative = Q(plan__has_key="relative", session__isnull=False) & (stale | live)
    attended = Q(pk__in=by_attendance(mailings).values("pk"))
    return mailings.filter(relative | attended)


def site_window() -> Window:
    """Return the hours and days on which this site sends mailings."""
    site = site_settings()
    return Window(site.sends_from, site.sends_until, site.sends_on_sunday)


def zone_of(session: Session | None) -> ZoneInfo:
    """Return the zone in which the plan of a mailing is read: of its session, else of the site."""
    return ZoneInfo(session.time_zone if session else settings.TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Happened:
    """What plans count from besides the session: when lists were closed, by the slug of the
    session; when the first invitation went out and since when a report is public, by its id."""

    closed: dict[str, datetime] = field(default_factory=dict)
    invited: dict[int, datetime] = field(default_factory=dict)
    reported: dict[int, datetime] = field(default_factory=dict)


def happened(mailings: Iterable[Mailing]) -> Happened:
    """Return what has happened of all that these mailings count from or wait for. Three queries."""
    mailings = list(mailings)
    slugs = {slug for mailing in mailings for slug in lists_of(mailing)}
    closed = AttendanceList.objects.filter(session__slug__in=slugs)
    sent = Mailing.objects.filter(
        session__in=_sessions(mailings, Anchor.INVITATION_SENT),
        kind=MailingKind.INVITATION,
        state__in=_SENT,
    )
    invited = sent.order_by().values_list("session").annotate(first=Min("started_at"))
    return Happened(
        closed=dict(closed.values_list("session__slug", "closed_at")),
        invited=dict(invited),
        reported=reports_public_since(_sessions(mailings, Anchor.REPORT_PUBLISHED)),
    )


def _sessions(mailings: Iterable[Mailing], anchor: Anchor) -> set[int]:
    """Return the ids of the sessions of the mailings that count from this anchor."""
    return {each.session_id for each in mailings if each.session_id and _anchor(each) == anchor}


def due_at(
    mailing: Mailing,
    *,
    now: datetime,
    window: Window | None = None,
    known: Happened | None = None,
) -> datetime | None:
    """Return the moment that the plan of a mailing comes to; None while it waits for something.

    By attendance it never goes before the list is closed. A plan that is `now` comes to `now`, or
    to the moment that it has. Of many mailings, `window` and what is `known` are asked for once.
    Raises PlanInvalid.
    """
    plan = parse_plan(mailing.plan)
    window = window or site_window()
    known = known or happened([mailing])
    if plan.is_now:
        moment: datetime | None = mailing.due_at or now
    else:
        moment = _planned_moment(mailing, plan, known, window=window, now=now)
    slugs = attendance_asked(mailing.audience)
    if not slugs or moment is None:
        return moment
    if not slugs <= known.closed.keys():
        return None
    last = max(known.closed[slug] for slug in slugs)
    if last > moment or (mailing.state == MailingState.PLANNED and mailing.due_at is None):
        return window.nearest(max(last, moment), zone=zone_of(mailing.session))
    return moment


def _planned_moment(
    mailing: Mailing, plan: Plan, known: Happened, *, window: Window, now: datetime
) -> datetime | None:
    session = mailing.session
    # As it was when the moment had come: what waits for its turn does not move any more.
    as_of = min(now, mailing.due_at) if mailing.due_at else now
    return due_time(
        plan,
        session,
        anchor_at=_anchor_at(plan, mailing, known),
        window=window,
        before=_latest(mailing, plan),
        now=as_of,
    )


def planned_without_window(mailing: Mailing, known: Happened | None = None) -> datetime | None:
    """Return the moment that a relative plan says itself. Raises PlanInvalid."""
    plan = parse_plan(mailing.plan)
    anchor_at = _anchor_at(plan, mailing, known or happened([mailing]))
    return due_time(plan, mailing.session, anchor_at=anchor_at)


def repetition_due_at(mailing: Mailing, *, window: Window) -> datetime | None:
    """Return when the mailing after this one goes out; None when the session comes before that.

    Raises PlanInvalid.
    """
    plan, session = parse_plan(mailing.plan), mailing.session
    previous = mailing.due_at or mailing.started_at
    if previous is None:
        return None
    zone = zone_of(session)
    before = session.starts_at if session and mailing.kind in BEFORE_SESSION else None
    moment = repeated_at(previous, plan.every_days, zone)
    if before and moment >= before:
        return None
    return window.nearest(moment, zone=zone, before=before)


def _anchor_at(plan: Plan, mailing: Mailing, known: Happened) -> datetime | None:
    session = mailing.session
    if session is None:
        return None
    match plan.anchor:
        case Anchor.ATTENDANCE_CLOSED:
            return known.closed.get(session.slug)
        case Anchor.INVITATION_SENT:
            return known.invited.get(session.pk)
        case Anchor.REPORT_PUBLISHED:
            return known.reported.get(session.pk)
    return None


def _latest(mailing: Mailing, plan: Plan) -> datetime | None:
    """Return what mail about something to come must not be moved past: its start, its deadline."""
    session = mailing.session
    if session is None or mailing.kind not in BEFORE_SESSION:
        return None
    if plan.anchor == Anchor.REGISTRATION_DEADLINE and plan.days <= 0:
        return anchor_moment(plan.anchor, session)
    return session.starts_at


def attendance_asked(data: object) -> set[str]:
    """Return the slugs of the sessions whose marks an audience asks for: their lists come first.

    Who is not marked does not wait for anybody to do so.
    """
    try:
        condition = audience.parse(data)
    except AudienceInvalid:
        return set()
    return {
        leaf.session
        for leaf, _positive in c.leaves(condition)
        if isinstance(leaf, c.Attended) and set(leaf.values) != {Attendance.UNMARKED}
    }


def lists_of(mailing: Mailing) -> set[str]:
    """Return the slugs of the sessions whose attendance list must be closed before it goes."""
    slugs = attendance_asked(mailing.audience)
    if mailing.session and _anchor(mailing) == Anchor.ATTENDANCE_CLOSED:
        slugs.add(mailing.session.slug)
    return slugs


def open_lists(mailing: Mailing, known: Happened | None = None) -> set[str]:
    """Return the slugs of the sessions whose attendance list the mailing waits for."""
    slugs = lists_of(mailing)
    return slugs - (known or happened([mailing])).closed.keys() if slugs else slugs


def lacks_report(mailing: Mailing, known: Happened | None = None) -> bool:
    """Whether the mailing counts from a report that is not public, or not any more."""
    if _anchor(mailing) != Anchor.REPORT_PUBLISHED:
        return False
    return mailing.session_id not in (known or happened([mailing])).reported


def _anchor(mailing: Mailing) -> Anchor | None:
    try:
        return parse_plan(mailing.plan).anchor
    except PlanInvalid:
        return None


def waits_for(mailing: Mailing) -> str:
    """Return what a planned mailing without a moment waits for, in a sentence; else nothing."""
    if mailing.state != MailingState.PLANNED or mailing.due_at is not None:
        return ""
    anchor, session = _anchor(mailing), mailing.session
    if anchor and session and session.starts_at is None:
        return _("Waits for an exact date of the session.")
    known = happened([mailing])
    if lacks_report(mailing, known):
        return _("Waits for the report.")
    if anchor == Anchor.INVITATION_SENT and session and session.pk not in known.invited:
        return _("Waits until the invitation is sent.")
    if slugs := open_lists(mailing, known):
        sessions = Session.objects.filter(slug__in=slugs).order_by("starts_at", "pk")
        names = ", ".join(f"“{each}”" for each in sessions)
        return _("Waits until the attendance list of %s is closed.") % names
    return _("Waits for its moment to be computed.")
