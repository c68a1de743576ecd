"""Upload a file of people; ask what became of it; stop it or take it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from base.auth import Bearer
from base.problems import Problem, field_problem
from contacts.enums import RowOutcome
from contacts.errors import (
    FileUnreadable,
    ImportMoved,
    MappingInvalid,
    OptionUnknown,
    UndoTooLate,
)
from contacts.imports.reading import BYTES_MAX
from contacts.models import ContactImport
from contacts.schemas.imports import ImportOut, ImportStaged, ImportState
from contacts.selectors.imports import report_rows
from contacts.services.imports import cancel_import, stage_import, undo_import

router = Router()

_ROWS = 1_000
_ROWS_MAX = 5_000

_OUTCOMES: dict[str, tuple[RowOutcome, ...]] = {
    "all": tuple(RowOutcome),
    "changed": (RowOutcome.CREATED, RowOutcome.UPDATED),
    "left_out": (RowOutcome.CONFLICT, RowOutcome.SKIPPED),
    "none": (),
}


@router.post(
    "/contacts/imports",
    auth=Bearer("contacts:write", permission="contacts.add_contact"),
    response={202: ImportStaged},
    summary="Import people and organisations from a CSV or XLSX file",
)
def create_import(
    request: HttpRequest,
    file: File[UploadedFile],
    dry_run: Form[bool] = False,
    options: Form[str] = "{}",
) -> Status[Any]:
    """Keep the file; a worker runs it.

    `options` is JSON: `fill_organisation` (true: a blank organisation means the one of the row
    above), `mapping` (`{"heading": "field"}`, with `""` to leave a column out; what is not in it is
    guessed), `sheet` (of a workbook) and `language` (of the report: `nl` or `en`).
    """
    chosen = _options(options)
    mapping, sheet = _mapping(chosen.pop("mapping", {})), _sheet(chosen.pop("sheet", ""))
    try:
        staged = stage_import(
            file_name=file.name or "",
            content=file.read(BYTES_MAX + 1),
            dry_run=dry_run,
            options=chosen,
            created_by=request.user,
            now=timezone.now(),
            mapping=mapping,
            sheet=sheet,
        )
    except MappingInvalid as error:
        field = "options.mapping" if mapping else "file"
        raise field_problem(field, error.code, str(error)) from error
    except FileUnreadable as error:
        field = "options.sheet" if error.code == "sheet_unknown" else "file"
        raise field_problem(field, error.code, str(error)) from error
    except OptionUnknown as error:
        raise field_problem(f"options.{error.name}", error.code, str(error)) from error
    return Status(202, {"id": staged.pk})


def _options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text or "{}")
    except (ValueError, RecursionError):
        options = None
    if not isinstance(options, dict):
        message = _("Give the options as a JSON object, such as {“fill_organisation”: true}.")
        raise field_problem("options", "invalid", message)
    return options


def _mapping(value: Any) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(field, str) for field in value.values()):
        return value
    message = _("Give the mapping as an object of headings and fields: {“Adres”: “email”}.")
    raise field_problem("options.mapping", "invalid", message)


def _sheet(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise field_problem("options.sheet", "invalid", _("Give the name of the sheet as a text."))


@router.get(
    "/contacts/imports/{int:import_id}",
    auth=Bearer("contacts:read", permission="contacts.view_contact"),
    response=ImportOut,
    summary="What became of an import, row by row",
)
def get_import(
    request: HttpRequest,
    import_id: int,
    rows: Literal["all", "changed", "left_out", "none"] = "all",
    cursor: str | None = None,
    limit: int = _ROWS,
) -> dict[str, Any]:
    """The rows in the order of the file, 1,000 at a time; go on with `next` as the `cursor`."""
    if not 1 <= limit <= _ROWS_MAX:
        raise _refused("limit", _("Choose a limit from 1 to %(limit)s.") % {"limit": _ROWS_MAX})
    after = _after(cursor)
    found = _found(import_id)
    wanted = report_rows(found, outcomes=_OUTCOMES[rows]) if rows != "none" else []
    page = [row for row in wanted if row["row"] > after][: limit + 1]
    more = len(page) > limit
    return _state(found) | {
        "rows": page[:limit],
        "next": str(page[limit - 1]["row"]) if more else None,
    }


def _after(cursor: str | None) -> int:
    if not cursor:
        return 0
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 10:
        return int(cursor)
    raise _refused("cursor", _("Use the value of “next” of the page before."))


def _refused(field: str, message: str) -> Problem:
    error = {"field": field, "code": "invalid", "message": message}
    return Problem(status=400, detail=message, errors=[error])


@router.post(
    "/contacts/imports/{int:import_id}/cancel",
    auth=Bearer("contacts:write", permission="contacts.add_contact"),
    response=ImportState,
    summary="Stop an import",
)
def stop_import(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """What it wrote stays and can be undone. 409 when it is over already."""
    _found(import_id)
    with _moves_as_problems():
        return _state(cancel_import(import_id=import_id, now=timezone.now()))


@router.post(
    "/contacts/imports/{int:import_id}/undo",
    auth=Bearer("contacts:write", permission="contacts.add_contact"),
    response={202: ImportState},
    summary="Take back what an import did",
)
def take_back_import(request: HttpRequest, import_id: int) -> Status[Any]:
    """A worker does it. 409 when it is not over, wrote nothing, or ended more than a day ago."""
    _found(import_id)
    with _moves_as_problems():
        undone = undo_import(import_id=import_id, by=request.user, now=timezone.now())
    return Status(202, _state(undone))


@contextmanager
def _moves_as_problems() -> Iterator[None]:
    try:
        yield
    except (ImportMoved, UndoTooLate) as error:
        raise Problem(status=409, code=error.code, detail=str(error)) from error


def _found(import_id: int) -> ContactImport:
    return get_object_or_404(ContactImport, pk=import_id)


def _state(found: ContactImport) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ImportState.model_fields}
