"""Workbooks as people make them, and parts of workbooks as nobody should."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

Rows = list[list[Any]]


def workbook(*rows: list[Any], merged: str = "", **sheets: Rows) -> bytes:
    """The bytes of a workbook with these rows, or with several sheets by their names."""
    book = Workbook()
    book.remove(book.active)
    for title, content in (sheets or {"Blad1": list(rows)}).items():
        sheet = book.create_sheet(title)
        for row in content:
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
    return saved(book)


def saved(book: Workbook) -> bytes:
    output = BytesIO()
    book.save(output)
    return output.getvalue()


def with_part(content: bytes, name: str, text: bytes | None, *, repeat: int = 1) -> bytes:
    """The workbook with one part written anew, so many times over, or left out (None)."""
    output = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(output, "w", ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        if text is not None:
            with target.open(name, "w") as part_file:
                for _each in range(repeat):
                    part_file.write(text)
    return output.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(content)) as source:
        return source.read(name)
