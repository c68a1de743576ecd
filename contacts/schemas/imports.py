"""Imports, as the HTTP API gives them."""

from ninja import Schema


class ImportStaged(Schema):
    id: int


class ImportRow(Schema):
    """What became of a row. `people` are the ids of those who are in the way of a conflict."""

    row: int
    outcome: str
    code: str
    reason: str
    people: list[int] = []


class ImportColumn(Schema):
    column: str
    field: str


class ImportState(Schema):
    id: int
    state: str
    dry_run: bool
    file_name: str
    sheet: str
    mapping: list[ImportColumn]
    row_count: int
    done_count: int
    counts: dict[str, int]
    error: str


class ImportOut(ImportState):
    """`next` is the cursor for the rows after these, null when there are no more."""

    rows: list[ImportRow]
    next: str | None
