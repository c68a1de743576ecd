"""How often one visitor may submit a public form. Counted in the database, not in a cache."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from base.models import FormHit

#: Longest period that can be asked for; older rows are of no use and are removed.
KEPT = timedelta(days=1)

#: Old rows are looked for once in so many hits.
_PRUNE_EVERY = 50


@transaction.atomic
def allow(
    *, form: str, key_parts: Sequence[str], limit: int, per: timedelta, now: datetime
) -> bool:
    """Count one attempt and return whether it is within `limit` attempts in the last `per`.

    `key_parts` says who tries (an IP address, an address); only a keyed hash of it is kept. An
    attempt that is refused is not counted, so that waiting helps.
    """
    key = salted_hmac(f"bijeen.limit.{form}", "\n".join(key_parts), algorithm="sha256").hexdigest()
    if FormHit.objects.filter(form=form, key=key, at__gt=now - per).count() >= limit:
        return False
    hit = FormHit.objects.create(form=form, key=key, at=now)
    if hit.pk % _PRUNE_EVERY == 0:
        prune_hits(now=now)
    return True


@transaction.atomic
def prune_hits(*, now: datetime) -> int:
    """Remove the rows that no limit needs any more. Returns how many."""
    removed, _by_model = FormHit.objects.filter(at__lte=now - KEPT).delete()
    return removed
