"""What a merge does to rows, written down step by step while it is done, so that it can be undone.

The log is a list of what JSON can carry. Rows are named by model ("participation.registration")
and primary key:

    {"do": "named", "kept": "…", "gone": "…"}                     how the two were called
    {"do": "referred", "sources": [["model", "pk"], …]}           what Wagtail knew to refer to it
    {"do": "moved", "model", "field", "pks", "before", "after"}   a foreign key of many rows
    {"do": "changed", "model", "pk", "before": {…}, "after": {…}}  fields of one row
    {"do": "created", "model", "pk", "row": {…}}                   a row that the merge made
    {"do": "deleted", "model", "pk", "row": {…}}                   a row, with all that was in it
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Model

#: So many rows are written in one statement.
ROWS_MAX = 500

Values = dict[str, Any]


class Steps:
    """Writes what a merge writes, and remembers it in `log`."""

    def __init__(self) -> None:
        self.log: list[Values] = []

    def move(
        self, model: type[Model], field: str, pks: Sequence[Any], *, before: Any, after: Any
    ) -> None:
        """Let these rows refer to `after` by the foreign key `field`, instead of to `before`."""
        if not pks:
            return
        for some in in_runs(pks):
            model._base_manager.filter(pk__in=some, **{field: before}).update(**{field: after})
        step = {"field": field, "pks": list(pks), "before": before, "after": after}
        self._note("moved", model, **step)

    def change(self, row: Model, **values: Any) -> None:
        """Write these fields of the row, by the names of their columns ("parent_id")."""
        before = values_of(row)
        for name, value in values.items():
            setattr(row, name, value)
        type(row)._base_manager.filter(pk=row.pk).update(**values)
        self.changed(row, before)

    def changed(self, row: Model, before: Values) -> None:
        """Note what became of a row that was written elsewhere; `before` is of `values_of`."""
        after = values_of(row)
        names = [name for name, value in before.items() if after[name] != value]
        if names:
            self._note(
                "changed",
                type(row),
                pk=row.pk,
                before={name: before[name] for name in names},
                after={name: after[name] for name in names},
            )

    def create(self, row: Model) -> None:
        """Insert a new row."""
        row.save(force_insert=True)
        row.refresh_from_db()
        self._note("created", type(row), pk=row.pk, row=values_of(row))

    def delete(self, row: Model) -> None:
        """Remove the row, to which nothing refers any more."""
        pk, values = row.pk, values_of(row)
        delete_alone(row)
        self._note("deleted", type(row), pk=pk, row=values)

    def _note(self, do: str, model: type[Model], **what: Any) -> None:
        self.log.append({"do": do, "model": model._meta.label_lower} | what)


def delete_alone(row: Model) -> None:
    """Delete the row, and see to it that nothing else went with it."""
    name = f"{row._meta.label} {row.pk}"
    total, by_model = row.delete()
    if total != 1:  # a mistake of ours: the transaction is taken back
        raise RuntimeError(f"{name} was still in use: {by_model}")


def values_of(row: Model) -> Values:
    """Return the columns of the row as JSON can carry them; not those the database computes."""
    return {field.attname: _plain(getattr(row, field.attname)) for field in columns(type(row))}


def columns(model: type[Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.generated]


def read_values(model: type[Model], values: Values) -> Values:
    """Return logged values as Python has them."""
    fields = {field.attname: field for field in columns(model)}
    return {name: fields[name].to_python(value) for name, value in values.items()}


def in_runs(pks: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """The same keys, a limited number at a time."""
    return (pks[start : start + ROWS_MAX] for start in range(0, len(pks), ROWS_MAX))


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, UUID)) else value
