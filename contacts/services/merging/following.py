"""Rows follow: all that refers to the one who goes refers to the one who stays from now on."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from contacts.holdings import settlement_of
from contacts.selectors.relations import Collision, Relation, collisions, relations_to
from contacts.services.merging.steps import Steps, columns

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def take_over(*, kept: Model, gone: Model, steps: Steps, now: datetime) -> None:
    """Let every row that refers to `gone` refer to `kept`, and settle those that collide."""
    for relation in relations_to(type(kept)):
        found = collisions(relation, kept_id=kept.pk, gone_id=gone.pk)
        rows = relation.rows(gone.pk).exclude(pk__in=[each.gone for each in found])
        pks = list(rows.values_list("pk", flat=True))
        steps.move(relation.model, relation.field, pks, before=gone.pk, after=kept.pk)
        for collision in found:
            _settle(relation, collision, steps, now)


def absorb(*, kept: Model, gone: Model, steps: Steps, now: datetime) -> None:
    """Bring two rows of one model to the first: what is empty is filled in, the other is removed.

    What referred to the second refers to the first.
    """
    filled = {
        field.attname: getattr(gone, field.attname)
        for field in columns(type(kept))
        if not field.primary_key
        and getattr(kept, field.attname) in _EMPTY
        and getattr(gone, field.attname) not in _EMPTY
    }
    take_over(kept=kept, gone=gone, steps=steps, now=now)
    # First it goes: what is unique may move only then.
    steps.delete(gone)
    if filled:
        steps.change(kept, **filled)


def _settle(relation: Relation, collision: Collision, steps: Steps, now: datetime) -> None:
    rows: dict[Any, Any] = relation.model._base_manager.in_bulk([collision.kept, collision.gone])
    settlement = settlement_of(relation.model)
    settle = settlement.settle if settlement else absorb
    settle(kept=rows[collision.kept], gone=rows[collision.gone], steps=steps, now=now)
