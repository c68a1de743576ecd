"""Many new rows of one model in one go.

`bulk_create` needs an object for every row, and asks each of its fields for its value three times;
that takes longer than the database does. Here a row is a dictionary, and what is written is the
same. What needs the care of `bulk_create` (parents, conflicts) is not for here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

#: Fields whose value goes into the database as it is.
_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)


def insert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
) -> list[int]:
    """Write new rows, and return their ids in the same order. Raises IntegrityError or DataError.

    A row is {attribute: value} ("contact_id", not "contact"); what it leaves out is as in `same`,
    and else the field's default. Call it in a transaction, which keeps others from taking the ids
    (on SQLite) and has to be rolled back after an error.
    """
    if not rows:
        return []
    fields = {each.attname: each for each in model._meta.concrete_fields if not each.generated}
    prepared = {name: _preparation(field) for name, field in fields.items()}
    defaults = {
        name: field.get_db_prep_save(field.get_default(), connection)
        for name, field in fields.items()
    }
    defaults |= _prepare(same or {}, prepared)
    with connection.cursor() as cursor:
        ids = _free_ids(cursor, model, len(rows))
        key = model._meta.pk.attname
        values = [
            tuple((defaults | _prepare(row, prepared) | {key: pk}).values())
            for row, pk in zip(rows, ids, strict=True)
        ]
        _write(cursor, model, [str(field.column) for field in fields.values()], values)
    return ids


def _preparation(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """Return what makes of a value what the database takes; None when that is the value itself.

    One and the same object, such as the moment of an import, is prepared once.
    """
    kept: Any = field
    if isinstance(kept.target_field if field.is_relation else kept, _AS_THEY_ARE):
        return None
    last = prepared = None

    def prepare(value: Any) -> Any:
        nonlocal last, prepared
        if value is not last:
            last, prepared = value, field.get_db_prep_save(value, connection)
        return prepared

    return prepare


def _prepare(
    row: Mapping[str, Any], prepared: Mapping[str, Callable[[Any], Any] | None]
) -> dict[str, Any]:
    """Return the row as the database takes it. Raises KeyError for what is no field."""
    return {
        name: value if (prepare := prepared[name]) is None else prepare(value)
        for name, value in row.items()
    }


def _free_ids(cursor: CursorWrapper, model: type[models.Model], count: int) -> list[int]:
    table, column = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "postgresql":
        sql = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
        cursor.execute(sql, [table, column, count])
        return [pk for (pk,) in cursor.fetchall()]
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    ((last,),) = cursor.fetchall() or ((0,),)
    return list(range(last + 1, last + 1 + count))


def _write(
    cursor: CursorWrapper,
    model: type[models.Model],
    columns: Sequence[str],
    values: Sequence[tuple[Any, ...]],
) -> None:
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    target = f"{connection.ops.quote_name(model._meta.db_table)} ({quoted})"
    if connection.vendor == "postgresql":
        # Django translates the errors of its own statements alone.
        with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        places = ", ".join(["%s"] * len(columns))
        sql = f"INSERT INTO {target} VALUES ({places})"  # noqa: S608 -- names of our own
        cursor.executemany(sql, values)
