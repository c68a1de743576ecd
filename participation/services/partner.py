"""Somebody goes on to a partner's sign-up page: counted by the day, and nobody is remembered."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from content.models import Session
from participation.models import PartnerVisit


@transaction.atomic
def count_partner_visit(*, session: Session, now: datetime) -> None:
    """Count one more visit on this day of the site's time zone."""
    day = timezone.localdate(now)
    visits = PartnerVisit.objects.filter(session=session, day=day)
    if visits.update(count=F("count") + 1):
        return
    PartnerVisit.objects.bulk_create(
        [PartnerVisit(session=session, day=day)], ignore_conflicts=True
    )
    visits.update(count=F("count") + 1)
