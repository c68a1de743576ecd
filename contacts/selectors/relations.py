"""Which rows refer to a person or an organisation, in whatever room they stand.

Found by asking the models at run time, hidden relations among them, so that no room has to be
known here and none is forgotten.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Field, ManyToOneRel, Model, Q, QuerySet, UniqueConstraint


@dataclass(frozen=True, slots=True)
class Relation:
    """The foreign key `field` of a model."""

    model: type[Model]
    field: str

    def rows(self, pk: Any) -> QuerySet[Any]:
        """The rows that refer to this one, in a fixed order."""
        return self.model._base_manager.filter(**{self.field: pk}).order_by("pk")


@dataclass(frozen=True, slots=True)
class Collision:
    """Two rows, by key, that cannot both belong to one."""

    kept: Any
    gone: Any


def relations_to(model: type[Model]) -> list[Relation]:
    """Every foreign key that refers to the model, those of many-to-many tables among them."""
    found = [
        Relation(each.related_model, each.field.name)
        for each in model._meta.get_fields(include_hidden=True)
        if isinstance(each, ManyToOneRel) and each.related_model is not None
    ]
    return sorted(found, key=lambda each: (each.model._meta.label_lower, each.field))


def collisions(relation: Relation, *, kept_id: Any, gone_id: Any) -> list[Collision]:
    """Pairs of rows of which only one can refer to the one who stays.

    Two queries for each unique constraint in which the foreign key takes part.
    """
    found: dict[Any, Any] = {}
    for others, condition in _uniques(relation):
        columns = [_field(relation.model, name).attname for name in others]
        theirs = _keyed(relation.rows(gone_id).filter(condition), columns)
        if not theirs:
            continue
        ours = {key: pk for pk, key in _keyed(relation.rows(kept_id).filter(condition), columns)}
        for pk, key in theirs:
            if key in ours:
                found.setdefault(pk, ours[key])
    return [Collision(kept=ours, gone=theirs) for theirs, ours in found.items()]


def _uniques(relation: Relation) -> Iterator[tuple[list[str], Q]]:
    """The other fields, and the condition, of each rule that a row may be there once."""
    meta = relation.model._meta
    if _field(relation.model, relation.field).unique:
        yield [], Q()
    for together in meta.unique_together:
        if relation.field in together:
            yield [name for name in together if name != relation.field], Q()
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and relation.field in constraint.fields:
            others = [name for name in constraint.fields if name != relation.field]
            yield others, constraint.condition or Q()


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name))


def _keyed(rows: QuerySet[Any], columns: list[str]) -> list[tuple[Any, tuple[Hashable, ...]]]:
    """Each row's key with the values that count; a row with an empty one collides with none."""
    found = rows.values_list("pk", *columns)
    return [(pk, tuple(values)) for pk, *values in found if None not in values]
