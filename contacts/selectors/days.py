"""Days on a line of moments."""

from datetime import date, datetime, time

from django.utils import timezone


def start_of(day: date) -> datetime:
    """Return the moment at which the day begins, in the zone of the house."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
