"""A link of a mailing was opened: counted by the day, and nobody is remembered."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns.models import LinkCount


@transaction.atomic
def count_link(*, mailing_id: int, url: str, now: datetime) -> None:
    """Count one more on this day of the site's time zone."""
    day = timezone.localdate(now)
    counts = LinkCount.objects.filter(mailing=mailing_id, url=url, day=day)
    if counts.update(number=F("number") + 1):
        return
    LinkCount.objects.bulk_create(
        [LinkCount(mailing_id=mailing_id, url=url, day=day)], ignore_conflicts=True
    )
    counts.update(number=F("number") + 1)
