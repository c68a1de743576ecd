"""Who speaks for whom."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from contacts.enums import ContactAct, RepresentationRole
from contacts.errors import ReferenceUnknown
from contacts.models import Contact, Organisation, Representation
from contacts.services.audit import Author, note_change
from contacts.services.memberships import check_period


@transaction.atomic
def represent(
    *,
    contact: Contact,
    organisation: Organisation,
    function: str = "",
    role: str = RepresentationRole.PRIMARY,
    by: Author = None,
    now: datetime,
) -> Representation:
    """Let the person speak for the organisation from today on, unless they do so already.

    A representation that holds today is returned; its function is filled in if it was unknown. No
    other representation ends by this.
    """
    today = timezone.localdate(now)
    known = (
        Representation.objects.on(today).filter(contact=contact, organisation=organisation).first()
        or Representation.objects.filter(
            contact=contact, organisation=organisation, valid_until=None
        ).first()
    )
    before = known and place_in_words(known)
    if known is None:
        known = Representation.objects.create(
            contact=contact,
            organisation=organisation,
            function=function.strip()[:160],
            role=role,
            valid_from=today,
        )
    elif function.strip() and not known.function:
        known.function = function.strip()[:160]
        known.save(update_fields=["function"])
    else:
        return known
    note_change(
        contact=contact,
        action=ContactAct.CHANGE,
        by=by,
        changes={"organisations": (before, place_in_words(known))},
        now=now,
    )
    return known


@transaction.atomic
def add_representation(
    *,
    contact_id: int,
    organisation_id: int,
    function: str,
    role: str,
    valid_from: date | None,
    valid_until: date | None,
    by: Author,
    now: datetime,
) -> Representation:
    """Let a person speak for an organisation in a period.

    Raises ReferenceUnknown, PeriodReversed, and PeriodOverlaps when they do so then already.
    """
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise ReferenceUnknown([str(organisation_id)], field="organisation")
    place = Representation(
        contact=_held(contact_id),
        organisation=organisation,
        function=function,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return _saved(place, None, by, now)


@transaction.atomic
def change_representation(
    *, representation_id: int, by: Author, now: datetime, **changes: Any
) -> Representation:
    """Change a representation, or end it; what is not given stays.

    Raises what `add_representation` raises.
    """
    place = Representation.objects.select_related("organisation").filter(pk=representation_id)
    known = place.first()
    if known is None:
        raise ReferenceUnknown([str(representation_id)])
    known.contact = _held(known.contact_id)
    before = place_in_words(known)
    for name, value in changes.items():
        setattr(known, name, value)
    return _saved(known, before, by, now)


def _held(contact_id: int) -> Contact:
    """Return the person, held so that two periods are not added at the same moment."""
    found = Contact.objects.present().select_for_update().filter(pk=contact_id).first()
    if found is None:
        raise ReferenceUnknown([str(contact_id)])
    return found


def _saved(place: Representation, before: str | None, by: Author, now: datetime) -> Representation:
    others = Representation.objects.filter(
        contact=place.contact, organisation=place.organisation
    ).exclude(pk=place.pk)
    check_period(others, place.valid_from, place.valid_until)
    place.save()
    after = place_in_words(place)
    if after != before:
        note_change(
            contact=place.contact,
            action=ContactAct.CHANGE,
            by=by,
            changes={"organisations": (before, after)},
            now=now,
        )
    return place


def place_in_words(place: Representation) -> str:
    """A representation as the audit log has it: "Stichting Wilg (directeur), 2020-01-01 – "."""
    words = place.organisation.name
    if place.function:
        words += f" ({place.function})"
    if place.role != RepresentationRole.PRIMARY:
        words += f", {RepresentationRole(place.role).label}"
    if place.valid_from or place.valid_until:
        words += f", {place.valid_from or ''} – {place.valid_until or ''}"
    return words
