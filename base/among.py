"""Rows with one of many ids, all sent to the database as one value.

Django's `__in` makes a parameter of every id, which for 500 of them takes as long as the query.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler


class Among(Func):
    """Whether a whole number, a field of the row, is one of these: `filter(Among("pk", ids))`."""

    output_field = BooleanField()

    def __init__(self, field: str, ids: Iterable[int]) -> None:
        super().__init__(F(field))
        self.ids = list(ids)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_more: Any, **_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        condition, wanted = among(column, self.ids, connection.vendor)
        return condition, (*params, *wanted)


def among(column: str, ids: Iterable[int], vendor: str) -> tuple[str, list[Any]]:
    """Return the same as SQL, with its parameters."""
    if vendor == "postgresql":
        # PostgreSQL takes an array that comes from a query for one of ten, and looks each up by its
        # key. Told that they are 500, it goes through whole tables to look them up in.
        return f"{column} = ANY(ARRAY(SELECT unnest(%s::bigint[])))", [list(ids)]
    wanted = "SELECT value FROM json_each(%s)"
    return f"{column} IN ({wanted})", [json.dumps(list(ids))]
