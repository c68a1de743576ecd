"""Texts as they are sorted and searched, folded by the database itself.

The database keeps them in a generated column, so that no writer (a form, an import of 50,000 rows,
a merge, an erasure) can leave one behind that is no longer true.
"""

from typing import Any

from django.db.models import CharField, Func
from django.db.models.sql.compiler import SQLCompiler

#: By database, the letters that count as another one. SQLite has no function for a whole table,
#: only REPLACE for one letter, and its parser has room for some twenty of those in each other.
LETTERS: dict[str, dict[str, str]] = {
    "sqlite": dict(zip("ÉÖÇŞÜéèëáäöóüïçñşğıø", "eocsueeeaaoouicnsgio", strict=True)),
    "postgresql": dict(
        zip(
            "ÀÁÂÃÄÅĀĂĄÇĆČĎĐÈÉÊËĒĖĘĚĞÌÍÎÏĪĮİĶĻŁÑŃŅŇÒÓÔÕÖØŌŐŔŘŚŞŠȘŤŢȚÙÚÛÜŪŮŰŲÝŸŹŻŽ"
            "àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıķļłñńņňòóôõöøōőŕřśşšșťţțùúûüūůűųýÿźżž",
            "aaaaaaaaacccddeeeeeeeegiiiiiiikllnnnnoooooooorrsssstttuuuuuuuuyyzzz"
            "aaaaaaaaacccddeeeeeeeegiiiiiiikllnnnnoooooooorrsssstttuuuuuuuuyyzzz",
            strict=True,
        )
    ),
}


class Folded(Func):
    """The texts with a space between them, in small letters and without the accents of LETTERS."""

    output_field = CharField(max_length=600)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_context: Any) -> Any:
        sql, params = self._joined(compiler)
        for letter, plain in LETTERS["sqlite"].items():
            sql = f"REPLACE({sql}, '{letter}', '{plain}')"
        return f"LOWER({sql})", params

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_context: Any) -> Any:
        sql, params = self._joined(compiler)
        table = LETTERS["postgresql"]
        letters, plain = "".join(table), "".join(table.values())
        # Looking up each letter among so many takes longer than all the rest of writing a row.
        is_ascii = f"OCTET_LENGTH({sql}) = CHAR_LENGTH({sql})"
        translated = f"TRANSLATE({sql}, '{letters}', '{plain}')"
        return f"LOWER(CASE WHEN {is_ascii} THEN {sql} ELSE {translated} END)", params * 4

    def _joined(self, compiler: SQLCompiler) -> tuple[str, list[Any]]:
        texts: list[str] = []
        params: list[Any] = []
        for source in self.get_source_expressions():
            sql, own = compiler.compile(source)
            texts.append(sql)
            params.extend(own)
        joined = " || ' ' || ".join(texts)
        return f"TRIM({joined})", params


def folded(text: str, vendor: str) -> str:
    """Return the text as the database of this vendor folds it, to be looked for in what it kept."""
    table = str.maketrans(LETTERS[vendor])
    return text.translate(table).lower().translate(table)
