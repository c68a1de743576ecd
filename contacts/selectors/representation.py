"""Membership on a day, and who speaks for whom on a day."""

from datetime import date

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When

from contacts.enums import MembershipKind, RepresentationRole
from contacts.models import Contact, Membership, Organisation, Representation
from contacts.models.periods import PeriodQuerySet

#: Of several representations, the one that is used in a mail: first contact first.
_ROLE_ORDER = Case(
    *(When(role=role, then=Value(place)) for place, role in enumerate(RepresentationRole)),
    default=Value(len(RepresentationRole)),
    output_field=IntegerField(),
)


def members_on(day: date, kind: MembershipKind | None = None) -> Q:
    """Organisations that are a member, or an aspirant member, on `day`; or one of these alone."""
    return Q(Exists(_memberships(day, kind).filter(organisation=OuterRef("pk"))))


def is_member(organisation: Organisation, day: date) -> bool:
    """Whether the organisation is a member, or an aspirant member, on `day`."""
    return Membership.objects.on(day).filter(organisation=organisation).exists()


def represents_member(day: date, kind: MembershipKind | None = None) -> Q:
    """Contacts who on `day` speak for an organisation that is a member (of a kind) on `day`."""
    membership = _memberships(day, kind).filter(organisation=OuterRef("organisation"))
    speaks = Representation.objects.on(day).filter(Exists(membership), contact=OuterRef("pk"))
    return Q(Exists(speaks))


def _memberships(day: date, kind: MembershipKind | None) -> PeriodQuerySet:
    found = Membership.objects.on(day)
    return found.filter(kind=kind) if kind else found


def spoken_on(day: date) -> PeriodQuerySet:
    """Representations on `day` by people who are there."""
    found: PeriodQuerySet = Representation.objects.on(day).filter(
        contact__erased_at=None, contact__merged_into=None
    )
    return found


def primary_organisation_on(day: date) -> Subquery:
    """The id of the organisation that `primary_representation` finds, in a query on contacts."""
    spoken = Representation.objects.on(day).filter(contact=OuterRef("pk"))
    return Subquery(spoken.order_by(_ROLE_ORDER, "id").values("organisation")[:1])


def primary_representation(contact: Contact, day: date) -> Representation | None:
    """Return the representation that counts first on `day`: by role, then the oldest."""
    return (
        Representation.objects.on(day)
        .filter(contact=contact)
        .select_related("organisation")
        .order_by(_ROLE_ORDER, "id")
        .first()
    )
