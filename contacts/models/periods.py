"""Rows that hold for a period."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q


class PeriodQuerySet(models.QuerySet[Any]):
    """Rows that hold from one date to another; an empty end is open."""

    def on(self, day: date) -> "PeriodQuerySet":
        """Rows that hold on `day`."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gte=day),
        )

    def overlapping(self, first: date | None, last: date | None) -> "PeriodQuerySet":
        """Rows that share a day with the period from `first` to `last`; None is open."""
        found = self
        if first is not None:
            found = found.filter(Q(valid_until=None) | Q(valid_until__gte=first))
        if last is not None:
            found = found.filter(Q(valid_from=None) | Q(valid_from__lte=last))
        return found

    def not_over(self, day: date) -> "PeriodQuerySet":
        """Rows that hold on `day`, or will."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day))
