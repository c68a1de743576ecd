"""The whole database as text, to look for what should not be in it."""

from collections.abc import Iterator
from typing import Any

from django.db import connection


def tables_that_hold(*words: str) -> dict[str, list[str]]:
    """Return {table: [words that stand in it]}: any column, any letter case, inside JSON too."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            text = "\n".join(_values(cursor, table)).casefold()
            named = [word for word in words if word.casefold() in text or _escaped(word) in text]
            if named:
                found[table] = named
    return found


def _values(cursor: Any, table: str) -> Iterator[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- our tables
    for row in cursor.fetchall():
        for value in row:
            is_bytes = isinstance(value, (bytes, memoryview))
            yield bytes(value).decode("utf-8", "replace") if is_bytes else str(value)


def _escaped(word: str) -> str:
    """The word as JSON has it in a database that keeps it as text."""
    return word.casefold().encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
