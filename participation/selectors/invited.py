"""Who was asked for a session, by organisation, and what became of it.

Whoever was asked and said nothing is kept apart: it is in no number of who comes or came.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from contacts.models import Organisation
from content.models import Session
from participation.enums import LIVE, InvitationAnswer, RegistrationState
from participation.models import Interest, Invitation, OrganisationInvitation, Registration

_A = InvitationAnswer


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """One person who was asked; `answer` is what holds now. `contact_id` leads to the person."""

    contact_id: int
    name: str
    answer: InvitationAnswer
    source: str
    invited_at: datetime


@dataclass(frozen=True, slots=True)
class InvitedOrganisation:
    """An organisation that was asked, or of which people were. None as `organisation`: people who
    spoke for none. `source` and `invited_at` are of the organisation's own invitation."""

    organisation: Organisation | None
    state: InvitationAnswer
    asked: int = 0
    declined: int = 0
    unanswered: int = 0
    source: str = ""
    invited_at: datetime | None = None
    people: Sequence[AskedPerson] = field(default=())


@dataclass(frozen=True, slots=True)
class InvitedCounts:
    """How many people were asked and how many of them said nothing; the same of organisations."""

    people: int
    unanswered: int
    organisations: int
    organisations_unanswered: int


def answered_now(*session_ids: int) -> QuerySet[Invitation]:
    """Invitations with `said`: what holds now, also by a sign-up that came in another way.

    Somebody who signed up and cancelled cannot come.
    """
    own = Registration.objects.filter(session=OuterRef("session"), contact=OuterRef("contact"))
    ended = own.exclude(state__in=(*LIVE, RegistrationState.LAPSED))
    return Invitation.objects.filter(session__in=session_ids).annotate(
        said=Case(
            When(Exists(own.filter(state__in=LIVE)), then=Value(_A.REGISTERED)),
            When(Exists(own.filter(state=RegistrationState.TRANSFERRED)), then=Value(_A.COLLEAGUE)),
            When(answer=_A.COLLEAGUE, then=Value(_A.COLLEAGUE)),
            When(Q(answer=_A.DECLINED) | Exists(ended), then=Value(_A.DECLINED)),
            default=Value(_A.NONE),
        )
    )


def unanswered() -> QuerySet[Invitation]:
    """Invitations to which nothing was said: not by the link, nor by a sign-up or an interest.

    A sign-up that was never confirmed is none.
    """
    theirs = {"contact": OuterRef("contact"), "session": OuterRef("session")}
    signed_up = Registration.objects.filter(**theirs).exclude(state=RegistrationState.LAPSED)
    return Invitation.objects.filter(
        ~Exists(signed_up), ~Exists(Interest.objects.filter(**theirs)), answer=_A.NONE
    )


def invited_counts(session: Session) -> InvitedCounts:
    """Count who was asked for the session."""
    found = invited_organisations(session)
    return InvitedCounts(
        people=Invitation.objects.filter(session=session).count(),
        unanswered=unanswered().filter(session=session).count(),
        organisations=sum(row.organisation is not None for row in found),
        organisations_unanswered=sum(
            row.organisation is not None and row.state == _A.NONE for row in found
        ),
    )


def invited_organisations(session: Session) -> list[InvitedOrganisation]:
    """Every organisation that was asked, by name, with its state; people are not in it yet.

    Registered when one of its people has a live sign-up; else it cannot come when all who were
    asked said so; else it sent a colleague when somebody says that; else it did not answer. People
    without an organisation stand last, as one. Four queries, however many there are.
    """
    return invited_to(session)[session.pk]


def invited_to(*sessions: Session) -> dict[int, list[InvitedOrganisation]]:
    """The same for each of these sessions, by id, in the same four queries."""
    ids = [session.pk for session in sessions]
    tallies: dict[int, dict[int | None, Mapping[str, Any]]] = {each: {} for each in ids}
    counted = (
        answered_now(*ids)
        .order_by()
        .values("session", "organisation")
        .annotate(
            asked=Count("pk"),
            joined=Count("pk", filter=Q(said=_A.REGISTERED)),
            declined=Count("pk", filter=Q(said=_A.DECLINED)),
            colleague=Count("pk", filter=Q(said=_A.COLLEAGUE)),
            unanswered=Count("pk", filter=Q(said=_A.NONE)),
        )
    )
    for tally in counted:
        tallies[tally["session"]][tally["organisation"]] = tally
    own: dict[int, dict[int | None, OrganisationInvitation]] = {each: {} for each in ids}
    for itself in OrganisationInvitation.objects.filter(session__in=ids):
        own[itself.session_id][itself.organisation_id] = itself
    asked_for = {name for each in ids for name in (*tallies[each], *own[each])}
    organisations = Organisation.objects.in_bulk(asked_for - {None})
    by_name = sorted(organisations.values(), key=lambda one: one.name.casefold())
    coming = set(
        Registration.objects.filter(
            session__in=ids, state__in=LIVE, organisation__in=organisations
        ).values_list("session", "organisation")
    )
    return {
        each: [
            _invited(
                organisation,
                tallies[each].get(organisation.pk if organisation else None, _NOBODY),
                own[each].get(organisation.pk) if organisation else None,
                is_coming=organisation is not None and (each, organisation.pk) in coming,
            )
            for organisation in (*by_name, None)
            if (organisation.pk if organisation else None) in tallies[each].keys() | own[each]
        ]
        for each in ids
    }


def _invited(
    organisation: Organisation | None,
    tally: Mapping[str, Any],
    itself: OrganisationInvitation | None,
    *,
    is_coming: bool,
) -> InvitedOrganisation:
    return InvitedOrganisation(
        organisation=organisation,
        state=_state(tally, is_coming=is_coming),
        asked=tally["asked"],
        declined=tally["declined"],
        unanswered=tally["unanswered"],
        source=itself.source if itself else "",
        invited_at=itself.invited_at if itself else None,
    )


def people_asked(
    session: Session, organisation_ids: Collection[int | None]
) -> dict[int | None, list[AskedPerson]]:
    """Return who was asked for these organisations (None: for none), by their names."""
    of_these = Q(organisation__in=[each for each in organisation_ids if each is not None])
    if None in organisation_ids:
        of_these |= Q(organisation=None)
    found: dict[int | None, list[AskedPerson]] = defaultdict(list)
    rows = answered_now(session.pk).filter(of_these).select_related("contact")
    for row in rows.order_by("contact__sort_key", "pk"):
        found[row.organisation_id].append(
            AskedPerson(
                contact_id=row.contact_id,
                name=row.contact.full_name or row.contact.email,
                answer=_A(getattr(row, "said", _A.NONE)),
                source=row.source,
                invited_at=row.invited_at,
            )
        )
    return found


_NOBODY = {"asked": 0, "joined": 0, "declined": 0, "colleague": 0, "unanswered": 0}


def _state(asked: Mapping[str, Any], *, is_coming: bool) -> InvitationAnswer:
    if is_coming or asked["joined"]:
        return _A.REGISTERED
    if asked["asked"] and asked["declined"] == asked["asked"]:
        return _A.DECLINED
    return _A.COLLEAGUE if asked["colleague"] else _A.NONE
