"""Which plans there are, with how much stands in each."""

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.models import Mailing
from content.models import SeriesPage, Session

#: (whose plan, its name, how many sessions, how many mailings)
Plan = tuple[Session | SeriesPage, str, int, int]


def plans_of_series() -> list[Plan]:
    """Return every series once, in its source language, by title. One query."""
    key = OuterRef("translation_key")
    sessions = Session.objects.filter(series__translation_key=key)
    about = Q(session__series__translation_key=key) | Q(series__translation_key=key)
    mailings = Mailing.objects.filter(about, is_template=False)
    rows = SeriesPage.objects.filter(Q(alias_of=None)).annotate(
        session_count=_number(sessions), mailing_count=_number(mailings)
    )
    first: dict[object, Plan] = {}
    for row in rows.order_by("pk"):
        plan = (row, row.title, row.session_count, row.mailing_count)
        first.setdefault(row.translation_key, plan)
    return sorted(first.values(), key=lambda plan: plan[1].casefold())


def sessions_without_series(language: str) -> list[Plan]:
    """Return the sessions that stand in no series, the latest first. One query."""
    mailings = Mailing.objects.filter(session=OuterRef("pk"), is_template=False)
    rows = Session.objects.filter(series=None).annotate(mailing_count=_number(mailings))
    latest = F("first_day").desc(nulls_last=True)
    return [(row, row.title(language), 1, row.mailing_count) for row in rows.order_by(latest, "pk")]


def _number(rows: QuerySet[Session] | QuerySet[Mailing]) -> Coalesce:
    """Return how many rows there are, as a column."""
    counted = rows.order_by().annotate(whole=F("pk") - F("pk")).values("whole")
    number = counted.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)
