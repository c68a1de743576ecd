"""What is true of people, as far as the parts of a mail ask: one question for everybody at once.

The dry run counts by the same conditions by which the mail is made.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from base.among import Among
from campaigns.enums import Whom
from campaigns.models import Mailing
from contacts.models import Contact
from contacts.selectors.representation import represents_member
from participation.enums import Attendance, InvitationAnswer, RegistrationState
from participation.models import Invitation, Registration

_PREFIX = "holds_"

_STATES = {
    Whom.SIGNED_UP: (RegistrationState.REGISTERED,),
    Whom.WAITING: (
        RegistrationState.PENDING,
        RegistrationState.WAITING,
        RegistrationState.OFFERED,
    ),
}
_SIGNED_UP = (*_STATES[Whom.SIGNED_UP], *_STATES[Whom.WAITING])

_ATTENDANCE = {
    Whom.PRESENT: Attendance.PRESENT,
    Whom.EXCUSED: Attendance.EXCUSED,
    Whom.NO_SHOW: Attendance.NO_SHOW,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a mailing is about, and its start date: whether somebody is a member is judged on it."""

    session_id: int | None
    series_id: int | None
    day: date


def scope_of(mailing: Mailing, day: date) -> Scope:
    """Return what the parts of a mailing are about."""
    return Scope(session_id=mailing.session_id, series_id=mailing.series_id, day=day)


def traits_of(
    contact_ids: Iterable[int], *, asked: Collection[str], scope: Scope
) -> dict[int, frozenset[str]]:
    """Return for each contact which of `asked` hold, in one query.

    OTHER_LANGUAGE is about a text, and is left to whoever knows that.
    """
    names = database_traits(asked)
    if not names:
        return {}
    rows = with_traits(Contact.objects.filter(Among("pk", contact_ids)), names, scope)
    return {
        pk: frozenset(name for name, holds in zip(names, found, strict=True) if holds)
        for pk, *found in rows.values_list("pk", *columns(names))
    }


def database_traits(asked: Collection[str]) -> list[str]:
    """Return those of `asked` that the database knows, in a fixed order."""
    return [str(whom) for whom in Whom if whom in asked and whom != Whom.OTHER_LANGUAGE]


def columns(names: Iterable[str]) -> list[str]:
    """Return the columns of `with_traits`."""
    return [f"{_PREFIX}{name}" for name in names]


def with_traits(
    contacts: QuerySet[Contact], names: Iterable[str], scope: Scope
) -> QuerySet[Contact]:
    """Annotate 1 for each trait that holds of the contact, else 0."""
    annotations: dict[str, Any] = {
        f"{_PREFIX}{name}": Case(When(_holding(Whom(name), scope), then=Value(1)), default=Value(0))
        for name in names
    }
    return contacts.annotate(**annotations)


def _holding(whom: Whom, scope: Scope) -> Q:
    rows = _about(Registration.objects.filter(contact=OuterRef("pk")), scope)
    match whom:
        case Whom.MEMBER:
            return represents_member(scope.day)
        case Whom.NON_MEMBER:
            return ~represents_member(scope.day)
        case Whom.SIGNED_UP | Whom.WAITING:
            return Q(Exists(rows.filter(state__in=_STATES[whom])))
        case Whom.NOT_SIGNED_UP:
            return ~Q(Exists(rows.filter(state__in=_SIGNED_UP)))
        case Whom.UNANSWERED:
            asked = Invitation.objects.filter(contact=OuterRef("pk"), answer=InvitationAnswer.NONE)
            unanswered = Q(Exists(_about(asked, scope)))
            return unanswered & ~Q(Exists(rows.filter(state__in=_SIGNED_UP)))
        case Whom.PRESENT | Whom.EXCUSED | Whom.NO_SHOW:
            return Q(Exists(rows.filter(attendance=_ATTENDANCE[whom])))
    raise ValueError(whom)


def _about(rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    if scope.session_id is not None:
        return rows.filter(session=scope.session_id)
    return rows.filter(session__series=scope.series_id) if scope.series_id else rows.none()
