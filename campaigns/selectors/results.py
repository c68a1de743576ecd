"""What came of a mailing: who got it, signed up and came, in numbers and per organisation.

Only what the ledger and people's own answers tell: nothing is measured in the mail itself, so
nothing is said about who read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from base.spreadsheets import Cell
from campaigns.enums import Exclusion, MailingKind
from campaigns.models import Delivery, Mailing
from contacts.enums import MailState, Purpose
from contacts.selectors.organisations import search_organisations
from contacts.selectors.outcomes import reply
from content.models import Session
from content.selectors import has_begun
from participation.enums import LIVE, Attendance, InvitationAnswer, RegistrationState
from participation.models import Invitation, Registration

#: These have had the mail, as far as anybody can know.
REACHED = (MailState.SENT, MailState.COMPLAINED)

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Result:
    """People a mailing was meant for, who got it, and what they answered and did since.

    None stands for what does not fit this mailing, or is not known yet. `signed_up` is who is
    signed up now and did so after the mailing began to go out; of a mailing to people who were
    signed up, who still is. `attended` is who of these was present.
    """

    meant_for: int
    sent: int
    came_back: int
    signed_up: int | None = None
    cannot_come: int | None = None
    no_answer: int | None = None
    attended: int | None = None


@dataclass(frozen=True, slots=True)
class OrganisationResult:
    """The same for the people of one organisation; both `pk` and `name` are None for those without
    one."""

    pk: int | None
    name: str | None
    mailed: int
    signed_up: int
    cannot_come: int
    no_answer: int
    attended: int


#: What the list of organisations can be narrowed to, and ordered by.
ANSWERS = ("signed_up", "cannot_come", "no_answer", "attended")
ORDERS = ("mailed", *ANSWERS)


def session_of(mailing: Mailing) -> Session | None:
    """Return the session for which people answer this mailing; None when they are asked nothing."""
    session = mailing.session
    if session is None or session.is_partner_hosted or mailing.kind == MailingKind.FOLLOW_UP:
        return None
    return session


def result(mailing: Mailing, now: datetime) -> Result:
    """Count what came of a mailing, in one query."""
    numbers: dict[str, Any] = {
        "meant_for": Count("pk"),
        "sent": Count("pk", filter=Q(state__in=REACHED)),
        "came_back": Count("pk", filter=Q(state=MailState.BOUNCED)),
    }
    session = session_of(mailing)
    if session is not None:
        numbers |= _answers(mailing, session)
    rows = Delivery.objects.filter(mailing=mailing).exclude(state=MailState.EXCLUDED)
    found = rows.aggregate(**numbers)
    if session is not None and not found["attended"] and not has_begun(session, now):
        found["attended"] = None
    return Result(**found)


def _answers(mailing: Mailing, session: Session) -> dict[str, Any]:
    """Counts of the people who got the mailing, by what they answered and did."""
    mine = Registration.objects.filter(session=session, contact=OuterRef("contact"))
    since = mine
    if mailing.purpose != Purpose.PARTICIPATION and mailing.started_at:
        since = mine.filter(created_at__gte=mailing.started_at)
    said = Invitation.objects.filter(session=session, contact=OuterRef("contact"))
    declined = said.filter(answer__in=(InvitationAnswer.DECLINED, InvitationAnswer.COLLEAGUE))
    ended = mine.filter(state__in=(RegistrationState.CANCELLED, RegistrationState.TRANSFERRED))
    got_it = Q(state__in=REACHED)
    is_in = Q(Exists(mine.filter(state__in=LIVE)))
    says_no = Q(Exists(declined)) | Q(Exists(ended))
    conditions = {
        "signed_up": Q(Exists(since.filter(state__in=LIVE))),
        "cannot_come": says_no & ~is_in,
        "no_answer": ~Q(Exists(mine)) & ~Q(Exists(declined)),
        "attended": Q(Exists(since.filter(attendance=Attendance.PRESENT))),
    }
    return {name: Count("pk", filter=got_it & each) for name, each in conditions.items()}


def organisation_results(
    mailing: Mailing, *, answer: str = "", order: str = "", name: str = ""
) -> QuerySet[Delivery, tuple[Any, ...]]:
    """Return the rows of OrganisationResult, members and others in one list, in one query.

    By name; `order` puts the largest of one of ORDERS first. `answer` leaves those with somebody
    in one of ANSWERS; `name` those that are called so.
    """
    session = session_of(mailing)
    nobody = {each: Count("pk", filter=Q(pk=None)) for each in ANSWERS}
    answers = _answers(mailing, session) if session else nobody
    rows = Delivery.objects.filter(mailing=mailing, state__in=REACHED)
    if name:
        rows = rows.filter(organisation__in=search_organisations(name))
    found = (
        rows.order_by()
        .values_list("organisation", "organisation__name")
        .annotate(mailed=Count("pk"), **{each: answers[each] for each in ANSWERS})
    )
    if answer in ANSWERS:
        found = found.filter(**{f"{answer}__gt": 0})
    # Who belongs to no organisation stands last.
    by_name = F("organisation__name_key").asc(nulls_last=True)
    return found.order_by(*([f"-{order}"] if order in ORDERS else []), by_name, "organisation")


def organisation_lines(rows: QuerySet[Delivery, tuple[Any, ...]]) -> Iterator[list[Cell]]:
    """Return the lines of a file: the headings, then one for each organisation."""
    headings: list[Cell] = [
        _("Organisation"),
        _("People mailed"),
        _("Signed up"),
        _("Cannot come"),
        _("No answer"),
        _("Present"),
    ]
    nowhere = _("Without an organisation")
    lines = ([name or nowhere, *numbers] for _pk, name, *numbers in rows.iterator(_CHUNK))
    return chain([headings], lines)


def ledger_lines(mailing: Mailing) -> Iterator[list[Cell]]:
    """Return the lines of a file: the headings, then one for everybody in the ledger.

    In the language that is active now: the rows are read some at a time, when the page is long
    made. There may be a great many.
    """
    headings: list[Cell] = [
        _("Name"),
        _("E-mail address"),
        _("Organisation"),
        _("Language"),
        _("State"),
        _("Reason"),
        _("Sent at"),
    ]
    rows = Delivery.objects.filter(mailing=mailing).select_related("contact", "organisation")
    found = rows.order_by("pk").iterator(_CHUNK)
    language = get_language()
    return chain([headings], (_ledger_line(row, language) for row in found))


def _ledger_line(row: Delivery, language: str | None) -> list[Cell]:
    with override(language):
        return [
            str(row.contact),
            row.address_key or "",
            row.organisation_name,
            row.language,
            capfirst(str(MailState(row.state).label)),
            str(Exclusion(row.reason).label) if row.reason else reply(row),
            f"{timezone.localtime(row.sent_at):%Y-%m-%d %H:%M}" if row.sent_at else "",
        ]
