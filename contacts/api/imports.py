"""Upload a file of people; ask what became of it."""

import json
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from base.auth import Bearer
from base.problems import field_problem
from contacts.errors import FileUnreadable, OptionUnknown
from contacts.imports.reading import BYTES_MAX
from contacts.models import ContactImport
from contacts.schemas import ImportOut, ImportStaged
from contacts.selectors.imports import import_rows
from contacts.services.imports import stage_import

router = Router()


@router.post(
    "/contacts/imports",
    auth=Bearer("contacts:write", permission="contacts.add_contact"),
    response={202: ImportStaged},
    summary="Import people from a CSV file",
)
def create_import(
    request: HttpRequest,
    file: File[UploadedFile],
    dry_run: Form[bool] = False,
    options: Form[str] = "{}",
) -> Status[Any]:
    """Keep the file; a worker runs it. `options` is JSON, such as `{"fill_organisation": true}`."""
    try:
        staged = stage_import(
            file_name=file.name or "",
            content=file.read(BYTES_MAX + 1),
            dry_run=dry_run,
            options=_options(options),
            created_by=request.user,
            now=timezone.now(),
        )
    except FileUnreadable as error:
        raise field_problem("file", error.code, str(error)) from error
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


@router.get(
    "/contacts/imports/{int:import_id}",
    auth=Bearer("contacts:read", permission="contacts.view_contact"),
    response=ImportOut,
    summary="What became of an import, row by row",
)
def get_import(request: HttpRequest, import_id: int) -> dict[str, Any]:
    found = get_object_or_404(ContactImport.objects.defer("content"), pk=import_id)
    names = ("id", "state", "dry_run", "file_name", "mapping", "row_count", "done_count")
    return {name: getattr(found, name) for name in names} | {
        "counts": found.counts,
        "rows": import_rows(found),
        "error": found.error,
    }
