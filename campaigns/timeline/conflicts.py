"""What is wrong with the moment of a mailing, among the others of its plan.

Whether two mailings are to the same people, and who gets too many in a week, only the database
knows: here stands which of them are worth asking about.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import combinations

from django.utils.translation import gettext as _

from campaigns.enums import BEFORE_SESSION, MailingKind, MailingState
from campaigns.timeline.lines import Conflict, Line, zone_of
from contacts.enums import Purpose

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Hours:
    """When the site sends mailings: local times, and whether on Sundays too."""

    opens: time
    closes: time
    on_sunday: bool


def conflicts_of(
    line: Line, lines: Iterable[Line], *, hours: Hours, now: datetime
) -> list[Conflict]:
    """Return what can be said of a mailing that is still to come from the moments alone."""
    mailing, at = line.mailing, line.estimate
    if mailing is None or at is None or not line.is_to_come:
        return []
    found = _outside(line, hours)
    if line.at and mailing.state in (MailingState.DRAFT, MailingState.CHECKED) and line.at < now:
        found.append(Conflict("passed", _("This moment has passed.")))
    if _is_after_session(line, at):
        found.append(Conflict("after_session", _("The session has begun by then.")))
    if _is_before_invitation(line, lines, at):
        words = _("This reminder goes out before the invitation, or together with it.")
        found.append(Conflict("before_invitation", words))
    return found


def _outside(line: Line, hours: Hours) -> list[Conflict]:
    """Whether its moment lies outside the hours of the site; what waits for one has none."""
    if line.at is None:
        return []
    local = line.at.astimezone(zone_of(line.session))
    if local.weekday() == _SUNDAY and not hours.on_sunday:
        return [Conflict("sunday", _("A Sunday: no mailings go out then."))]
    if not hours.opens <= local.time() < hours.closes:
        words = _("Mailings go out between %(opens)s and %(closes)s.")
        times = {"opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}"}
        return [Conflict("night", words % times)]
    return []


def _is_after_session(line: Line, at: datetime) -> bool:
    session = line.mailing.session if line.mailing else None
    if session is None or line.mailing is None or line.mailing.kind not in BEFORE_SESSION:
        return False
    return session.starts_at is not None and at >= session.starts_at


def _is_before_invitation(line: Line, lines: Iterable[Line], at: datetime) -> bool:
    """Whether a reminder of the invitation precedes it; of mail to those signed up none is."""
    mailing = line.mailing
    if mailing is None or mailing.session_id is None or mailing.kind != MailingKind.REMINDER:
        return False
    if mailing.purpose == Purpose.PARTICIPATION:
        return False
    invitations = [
        other.estimate
        for other in lines
        if other.mailing
        and other.mailing.kind == MailingKind.INVITATION
        and other.mailing.session_id == mailing.session_id
    ]
    known = [moment for moment in invitations if moment is not None]
    return bool(invitations) and (not known or at <= min(known))


def close_pairs(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Yield two mailings that go out within a day of each other, one of them still to come.

    The earlier stands first. A mailing and its own repetition are no two.
    """
    placed = [line for line in lines if line.mailing and line.estimate]
    for first, second in combinations(placed, 2):
        if first.mailing == second.mailing or not (first.is_to_come or second.is_to_come):
            continue
        if _gap(first, second) < DAY:
            yield first, second


def _gap(first: Line, second: Line) -> timedelta:
    if first.estimate is None or second.estimate is None:
        return timedelta.max
    return abs(second.estimate - first.estimate)


def crowded_weeks(lines: Sequence[Line], cap: int) -> Iterator[tuple[Line, list[Line]]]:
    """Yield each mailing to come that ends a week with more than `cap` mailings, with all of them.

    Mail about somebody's own sign-up and changes are not counted, as the site's limit does not.
    """
    counted = [line for line in lines if line.estimate and _counts(line)]
    for line in counted:
        if not line.is_to_come:
            continue
        week = [
            other
            for other in counted
            if other.estimate
            and line.estimate
            and line.estimate - WEEK < other.estimate <= line.estimate
        ]
        if len(week) > cap:
            yield line, week


def _counts(line: Line) -> bool:
    mailing = line.mailing
    if mailing is None:
        return False
    return mailing.purpose != Purpose.PARTICIPATION and mailing.kind != MailingKind.CHANGE
