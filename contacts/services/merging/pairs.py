"""Two rows that look alike and are not the same: said once, kept when one of them is merged."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from contacts.enums import Kin
from contacts.models import DistinctPair
from contacts.selectors.merges import MODELS, check_pair
from contacts.services.audit import Author
from contacts.services.merging.steps import Steps
from contacts.services.merging.who import user_of


@transaction.atomic
def note_distinct(
    *,
    kin: Kin | str,
    first_id: int,
    second_id: int,
    by: Author,
    now: datetime,
) -> DistinctPair:
    """Note that the two are not the same, so that it is not asked again. Twice is once.

    Raises what merging them would raise.
    """
    check_pair(kin, first_id, second_id, MODELS[kin].objects.all())
    low, high = sorted((first_id, second_id))
    pair, _created = DistinctPair.objects.get_or_create(
        kin=kin,
        first_id=low,
        second_id=high,
        defaults={"decided_by": user_of(by), "decided_at": now},
    )
    return pair


def follow_distinct_pairs(kin: Kin, *, kept_id: int, gone_id: int, steps: Steps) -> None:
    """Whoever was told apart from the one who goes is told apart from the one who stays."""
    told_apart = DistinctPair.objects.filter(kin=kin)
    for pair in told_apart.filter(Q(first_id=gone_id) | Q(second_id=gone_id)).order_by("pk"):
        other = pair.second_id if pair.first_id == gone_id else pair.first_id
        low, high = sorted((kept_id, other))
        if low != high and not told_apart.filter(first_id=low, second_id=high).exists():
            pair.pk, pair.first_id, pair.second_id = None, low, high
            steps.create(pair)
