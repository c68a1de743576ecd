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
