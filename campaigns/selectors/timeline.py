"""The time line of a series or of one session: all that happens, in order, and what collides.

Only the mailings that come next are counted, at most COUNTED_MAX of them; all else is read in a
fixed number of queries.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.enums import EDITABLE, MailingState
from campaigns.errors import AudienceInvalid
from campaigns.models import Mailing
from campaigns.selectors.ledger import counts_of
from campaigns.selectors.overlaps import Recipients
from campaigns.timeline.conflicts import (
    Hours,
    close_pairs,
    conflicts_of,
    crowded_weeks,
)
from campaigns.timeline.lines import Conflict, Line, LineKind, in_order, lines_of_session
from campaigns.timeline.moments import (
    Known,
    attendance_asked,
    last_of_each,
    moments_of,
    repetitions,
)
from campaigns.timeline.profiles import Facts, Profile, facts_of, reach_the_same
from contacts.enums import MailState
from content.models import SeriesPage, Session, SiteSettings
from content.selectors import reports_public_since, site_settings
from participation.models import AttendanceList

#: Of so many mailings to come the recipients are counted.
COUNTED_MAX = 30
#: So often is looked whether two mailings are to the same people, or a week is too full.
COMPARED_MAX = 30

_ARRIVED = (MailState.SENT, MailState.COMPLAINED)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lines in order, with what an invented person is judged by on them."""

    lines: list[Line]
    sessions: list[Session]
    themes: frozenset[str]

    @property
    def mailings(self) -> list[Mailing]:
        """Each mailing once, in the order of the lines."""
        return [
            line.mailing for line in self.lines if line.mailing and line.kind == LineKind.MAILING
        ]

    @property
    def conflicts(self) -> int:
        return sum(1 for line in self.lines if line.conflicts)

    def facts(self, profile: Profile) -> Facts:
        slugs = frozenset(session.slug for session in self.sessions)
        return facts_of(profile, sessions=slugs, themes=self.themes)


def sessions_of_series(series: SeriesPage) -> QuerySet[Session]:
    """Return the sessions of a series, in whichever language its page is looked at."""
    return Session.objects.filter(series__translation_key=series.translation_key)


def mailings_of_series(series: SeriesPage) -> QuerySet[Mailing]:
    """Return the mailings about a series as a whole, and about its sessions."""
    key = series.translation_key
    about = Q(series__translation_key=key) | Q(session__series__translation_key=key)
    return _plans().filter(about)


def mailings_of_session(session: Session) -> QuerySet[Mailing]:
    """Return the mailings about one session."""
    return _plans().filter(session=session)


def _plans() -> QuerySet[Mailing]:
    """Whatever goes out or went out: no templates, and nothing that was cancelled before it did."""
    never = Q(state=MailingState.CANCELLED, started_at=None)
    return Mailing.objects.filter(is_template=False).exclude(never)


def series_timeline(series: SeriesPage, *, now: datetime) -> Timeline:
    """Return the time line of a series."""
    sessions = sessions_of_series(series)
    themes = _themes(sessions) | _themes(SeriesPage.objects.filter(pk=series.pk))
    return _timeline(list(sessions), mailings_of_series(series), themes, now)


def session_timeline(session: Session, *, now: datetime) -> Timeline:
    """Return the time line of one session."""
    themes = _themes(Session.objects.filter(pk=session.pk))
    return _timeline([session], mailings_of_session(session), themes, now)


def _timeline(
    sessions: list[Session], mailings: QuerySet[Mailing], themes: set[str], now: datetime
) -> Timeline:
    site = site_settings()
    lines = [line for session in sessions for line in lines_of_session(session)]
    lines = in_order([*lines, *mailing_lines(mailings)])
    timeline = Timeline(lines, sessions, frozenset(themes))
    known = [timeline.facts(profile) for profile in Profile]
    return replace(timeline, lines=_judged(lines, site, known, now))


def _themes(rows: QuerySet[Any]) -> set[str]:
    """Return the slugs of their themes, with what these are part of."""
    names = ("themes__slug", "themes__parent__slug", "themes__parent__parent__slug")
    return {slug for row in rows.values_list(*names) for slug in row if slug}


def mailing_lines(mailings: QuerySet[Mailing]) -> list[Line]:
    """Return a line for each mailing and for each time that one may be repeated, in no order.

    Five queries, however many mailings.
    """
    rows = mailings.select_related("session", "series").defer("body_nl", "body_en")
    # What was frozen is heavy, and of a mailing to come it is asked for its audience.
    started = list(rows.exclude(state__in=EDITABLE).defer("body_nl", "body_en", "frozen"))
    listed = [*rows.filter(state__in=EDITABLE), *started]
    moments = moments_of(listed, _known(listed))
    numbers = counts_of([mailing.pk for mailing in started])
    last = last_of_each(listed)
    found = []
    for mailing in listed:
        moment = moments[mailing.pk]
        place = moment.at or moment.about
        again = repetitions(mailing, place) if mailing.pk in last else []
        counts = numbers.get(mailing.pk, {})
        found.append(
            Line(
                LineKind.MAILING,
                at=moment.at,
                about=moment.about,
                session=mailing.session,
                mailing=mailing,
                waits=moment.waits,
                number=_sent(mailing, counts),
                times=len(again),
            )
        )
        found += [
            Line(LineKind.AGAIN, about=at, session=mailing.session, mailing=mailing, times=number)
            for number, at in enumerate(again, mailing.repetition + 2)
        ]
    return found


def _sent(mailing: Mailing, counts: dict[str, int]) -> int | None:
    if mailing.is_editable:
        return None
    return sum(counts.get(state, 0) for state in _ARRIVED)


def _known(mailings: Iterable[Mailing]) -> Known:
    """Return which lists were closed and which reports are public, of all that these ask for."""
    slugs = {slug for mailing in mailings for slug in attendance_asked(mailing.audience)}
    slugs |= {mailing.session.slug for mailing in mailings if mailing.session}
    closed = AttendanceList.objects.filter(session__slug__in=slugs)
    return Known(
        closed=dict(closed.values_list("session__slug", "closed_at")),
        reported=reports_public_since({mailing.session_id for mailing in mailings}),
    )


# --- what is counted, and what collides ---------------------------------------------------------


def _judged(
    lines: Sequence[Line], site: SiteSettings, known: Collection[Facts], now: datetime
) -> list[Line]:
    hours = Hours(site.sends_from, site.sends_until, site.sends_on_sunday)
    recipients = Recipients(now)
    found: dict[int, list[Conflict]] = {}
    numbers: dict[int, int] = {}
    for place, line in enumerate(lines):
        found[place] = conflicts_of(line, lines, hours=hours, now=now)
        if line.kind != LineKind.MAILING or not line.is_to_come or line.mailing is None:
            continue
        if len(numbers) < COUNTED_MAX:
            try:
                numbers[line.mailing.pk] = recipients.number(line.mailing)
            except AudienceInvalid as error:
                found[place].append(Conflict("audience", str(error)))
    places = {id(line): place for place, line in enumerate(lines)}
    counted = [line for line in lines if _is_counted(line, numbers)]
    for line, conflict in _together(counted, recipients, known, site.mailings_per_week):
        found[places[id(line)]].append(conflict)
    return [
        replace(line, conflicts=tuple(found[place]), number=_number(line, numbers))
        for place, line in enumerate(lines)
    ]


def _is_counted(line: Line, numbers: dict[int, int]) -> bool:
    return line.mailing is not None and (not line.is_to_come or line.mailing.pk in numbers)


def _number(line: Line, numbers: dict[int, int]) -> int | None:
    if line.kind != LineKind.MAILING or line.mailing is None:
        return None
    return numbers.get(line.mailing.pk, line.number)


def _together(
    lines: Sequence[Line], recipients: Recipients, known: Collection[Facts], cap: int | None
) -> Iterable[tuple[Line, Conflict]]:
    """Yield what asks more than one mailing: the same people within a day, too many in a week."""
    pairs = list(close_pairs(lines))[:COMPARED_MAX]
    for first, second in pairs:
        if first.mailing is None or second.mailing is None:
            continue
        number = recipients.in_common(first.mailing, second.mailing)
        if number or reach_the_same(first.mailing, second.mailing, known):
            late = second if second.is_to_come else first
            early = first.mailing if late is second else second.mailing
            yield late, _same_people(early, number)
    if cap is None:
        return
    for line, week in list(crowded_weeks(lines, cap))[:COMPARED_MAX]:
        mailings = [each.mailing for each in week if each.mailing]
        if number := recipients.with_more_than(cap, mailings):
            yield line, _too_many(number, cap)


def _same_people(other: Mailing, number: int) -> Conflict:
    words = {"title": other.title, "number": number}
    if not number:
        text = _("To the same people as “%(title)s”, within a day.")
        return Conflict("same_people", text % words)
    text = ngettext(
        "To the same people as “%(title)s”, within a day: %(number)s person as it is now.",
        "To the same people as “%(title)s”, within a day: %(number)s people as it is now.",
        number,
    )
    return Conflict("same_people", text % words)


def _too_many(number: int, cap: int) -> Conflict:
    text = ngettext(
        "With this one %(number)s person would get more than %(cap)s in a week.",
        "With this one %(number)s people would get more than %(cap)s in a week.",
        number,
    )
    return Conflict("fatigue", text % {"number": number, "cap": cap})
