"""How often visitors went on to a partner's sign-up page."""

from django.db.models import Sum

from content.models import Session
from participation.models import PartnerVisit


def partner_visits(session: Session) -> int:
    """Return how often somebody followed the link to the partner, in all."""
    rows = PartnerVisit.objects.filter(session=session)
    return rows.aggregate(number=Sum("count"))["number"] or 0
