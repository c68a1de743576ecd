"""How many people signed up, for a list of session pages."""

from typing import Any

from django.db.models import (
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from content.models import SessionPage
from participation.enums import SEATED, RegistrationState
from participation.models import PartnerVisit, Registration
from participation.selectors.invited import unanswered

_S = RegistrationState


def with_sign_up_counts(pages: QuerySet[SessionPage]) -> QuerySet[SessionPage]:
    """The same pages with the numbers of their session, in the same query.

    `seated_count`, `waiting_count`, `pending_count`, `unconfirmed_count`, `unanswered_count`
    (invited people who said nothing) and `visit_count` (of the partner's sign-up page).
    """
    rows = Registration.objects.filter(session=OuterRef("session"))
    visits = PartnerVisit.objects.filter(session=OuterRef("session"))
    return pages.annotate(
        seated_count=_number(rows.filter(state__in=SEATED)),
        waiting_count=_number(rows.filter(state=_S.WAITING)),
        pending_count=_number(rows.filter(state=_S.PENDING)),
        unconfirmed_count=_number(rows.filter(state=_S.UNCONFIRMED)),
        unanswered_count=_number(unanswered().filter(session=OuterRef("session"))),
        visit_count=_number(visits, Sum("count")),
    )


def _number(rows: QuerySet[Any], number: Any = None) -> Any:
    counted = rows.order_by().values("session").annotate(number=number or Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
