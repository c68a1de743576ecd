"""Organisations are asked for a session, whoever would come."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from contacts.models import Organisation
from content.models import Session
from participation.models import OrganisationInvitation


@transaction.atomic
def invite_organisations(
    *, session: Session, organisations: Iterable[Organisation], source: str, now: datetime
) -> int:
    """Note that these organisations were asked, by what (in words). Returns how many were new.

    No mail goes out. Which was asked before keeps its first invitation.
    """
    wanted = {organisation.pk for organisation in organisations}
    asked = OrganisationInvitation.objects.filter(session=session, organisation__in=wanted)
    new = sorted(wanted - set(asked.values_list("organisation", flat=True)))
    OrganisationInvitation.objects.bulk_create(
        [
            OrganisationInvitation(
                session=session, organisation_id=each, source=source[:200], invited_at=now
            )
            for each in new
        ],
        ignore_conflicts=True,
    )
    return len(new)
