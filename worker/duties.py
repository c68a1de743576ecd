"""Jobs that at most one process may do at a time, held in the database, and the relay's breaker."""

from datetime import datetime, timedelta

from django.db.models import Q

from base.models import Duty
from campaigns.selectors.progress import RELAY
from worker.policy import RELAY_REST


def take(name: str, *, holder: str, until: datetime, now: datetime) -> bool:
    """Take the duty unless somebody holds it now; say whether it was taken."""
    Duty.objects.get_or_create(name=name)
    # Nobody holds it for so long: the clock was set back since.
    impossible = Q(held_until__gt=until + (until - now))
    free = Q(held_until=None) | Q(held_until__lte=now) | impossible
    return Duty.objects.filter(free, name=name).update(holder=holder, held_until=until) == 1


def done(name: str, *, holder: str, now: datetime) -> None:
    """Give the duty back and note when it was last done."""
    Duty.objects.filter(name=name, holder=holder).update(held_until=None, done_at=now)


def give_back(name: str, *, holder: str) -> None:
    """Give the duty back undone."""
    Duty.objects.filter(name=name, holder=holder).update(held_until=None)


def is_due(name: str, *, every: timedelta, now: datetime) -> bool:
    """Say whether the duty was last done at least `every` ago, and note it as done now."""
    Duty.objects.get_or_create(name=name)
    # What was done in the future was done before the clock was set back.
    late = Q(done_at=None) | Q(done_at__lte=now - every) | Q(done_at__gt=now)
    return Duty.objects.filter(late, name=name).update(done_at=now) == 1


def was_done(name: str, *, since: datetime) -> bool:
    """Say whether the duty was done at that moment or after it."""
    return Duty.objects.filter(name=name, done_at__gte=since).exists()


def open_breaker(*, words: str, until: datetime) -> None:
    """Leave the relay alone until then; `words` is what it said."""
    Duty.objects.update_or_create(name=RELAY, defaults={"holder": words[:120], "held_until": until})


def breaker_words(*, now: datetime) -> str | None:
    """Return why the relay is left alone at the moment, None when it is not."""
    # A rest that ends later than any does was begun before the clock was set back.
    soon = now + 2 * RELAY_REST
    row = Duty.objects.filter(name=RELAY, held_until__gt=now, held_until__lte=soon).first()
    return row.holder if row else None
