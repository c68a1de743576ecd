"""Who speaks for whom."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from contacts.enums import RepresentationRole
from contacts.models import Contact, Organisation, Representation


@transaction.atomic
def represent(
    *,
    contact: Contact,
    organisation: Organisation,
    function: str = "",
    role: str = RepresentationRole.PRIMARY,
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
    if known is None:
        return Representation.objects.create(
            contact=contact,
            organisation=organisation,
            function=function.strip()[:160],
            role=role,
            valid_from=today,
        )
    if function.strip() and not known.function:
        known.function = function.strip()[:160]
        known.save(update_fields=["function"])
    return known
