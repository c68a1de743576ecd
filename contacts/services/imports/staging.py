"""What a person asks of an import: to stage a file, confirm its columns, cancel it, undo it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.enums import IMPORT_MOVES, ImportState
from contacts.errors import (
    ImportMoved,
    ImportNotApplicable,
    MappingInvalid,
    OptionUnknown,
    UndoTooLate,
)
from contacts.imports.columns import (
    Column,
    check_columns,
    choose_columns,
    columns_of,
    guess_columns,
)
from contacts.imports.reading import read_table, read_top
from contacts.imports.workbooks import is_workbook
from contacts.models import ContactImport
from contacts.services.import_files import drop_files, keep_file

OPTIONS = frozenset({"fill_organisation", "language"})

#: So long after its end an import can be undone.
UNDO_FOR = timedelta(days=1)

Author = User | AnonymousUser | None


def stage_import(
    *,
    file_name: str,
    content: bytes,
    dry_run: bool,
    options: dict[str, Any],
    created_by: Author,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
    sheet: str = "",
    confirm_columns: bool = False,
) -> ContactImport:
    """Keep the file for the worker, or with `confirm_columns` first for `confirm_mapping`.

    `mapping` is {heading: field, "" to leave it out}; a column that is not in it is guessed.
    `sheet` is which one of a workbook. Options: `fill_organisation` (bool: a blank organisation
    means the one of the row above) and `language` ("nl" or "en": of the report). Raises
    FileUnreadable, MappingInvalid or OptionUnknown; then nothing is kept.
    """
    _check_options(options)
    # To read a large workbook takes longer than a request may last: the worker counts its rows.
    read = read_top if is_workbook(content) else read_table
    table = read(content, sheet=sheet)
    columns = choose_columns(table.header, mapping) if mapping else guess_columns(table.header)
    if not confirm_columns:
        check_columns(columns)
    language = options.get("language") or (translation.get_language() or "")[:2]
    known = {code for code, _name in settings.LANGUAGES}
    return _keep(
        content,
        file_name=file_name[-200:],
        dry_run=dry_run,
        options=options | {"language": language if language in known else settings.LANGUAGE_CODE},
        state=ImportState.DRAFT if confirm_columns else ImportState.STAGED,
        sheet=table.sheet,
        mapping=_kept(columns),
        row_count=len(table.rows) if read is read_table else 0,
        created_by=_user(created_by),
        created_at=now,
    )


def choose_sheet(*, import_id: int, sheet: str) -> ContactImport:
    """Take another sheet of a draft's workbook; what its columns are is guessed anew.

    Raises FileUnreadable, and ImportMoved when it is a draft no longer.
    """
    found = ContactImport.objects.get(pk=import_id)
    drafts = ContactImport.objects.filter(pk=import_id, state=ImportState.DRAFT)
    if found.state == ImportState.DRAFT:
        table = read_top(found.content, sheet=sheet)
        mapping = _kept(guess_columns(table.header))
        if drafts.update(sheet=table.sheet, mapping=mapping):
            found.refresh_from_db()
            return found
    raise ImportMoved(found.get_state_display())


@transaction.atomic
def confirm_mapping(
    *, import_id: int, mapping: Mapping[int, str], options: dict[str, Any], now: datetime
) -> ContactImport:
    """Say what the columns of a draft are, and let the worker begin.

    `mapping` is {place of the column, from 0: field}; a column that is not in it is left out.
    `options` are added to those it has. Raises ImportMoved, MappingInvalid or OptionUnknown; then
    it stays a draft.
    """
    _check_options(options)
    found = ContactImport.objects.select_for_update().get(pk=import_id)
    columns = columns_of(found.mapping)
    if unknown := set(mapping) - set(range(len(columns))):
        text = _("There is no column %(number)s in this file: it has %(count)s.")
        said = {"number": min(unknown) + 1, "count": len(columns)}
        raise MappingInvalid("column_unknown", text % said)
    chosen = tuple(
        Column(column.header, mapping.get(place, "")) for place, column in enumerate(columns)
    )
    check_columns(chosen)
    _move(
        found,
        ImportState.STAGED,
        mapping=_kept(chosen),
        options=found.options | options,
        created_at=now,
    )
    return found


@transaction.atomic
def apply_rehearsed(*, import_id: int, created_by: Author, now: datetime) -> ContactImport:
    """Stage the file of a finished dry run to be written; the dry run gives up its copy.

    Raises ImportNotApplicable; so pressing the button twice imports once.
    """
    rehearsed = ContactImport.objects.select_for_update().get(pk=import_id)
    if not rehearsed.may_apply:
        raise ImportNotApplicable
    staged = _keep(
        rehearsed.content,
        file_name=rehearsed.file_name,
        dry_run=False,
        options=rehearsed.options,
        sheet=rehearsed.sheet,
        mapping=rehearsed.mapping,
        row_count=rehearsed.row_count,
        created_by=_user(created_by),
        created_at=now,
    )
    drop_files([import_id])
    return staged


@transaction.atomic
def cancel_import(*, import_id: int, now: datetime) -> ContactImport:
    """Stop an import before its next rows; what it wrote stays, and can be undone.

    Its file is dropped. Raises ImportMoved when it is over already.
    """
    found = ContactImport.objects.select_for_update().get(pk=import_id)
    _move(found, ImportState.CANCELLED, finished_at=now, lease_until=None)
    drop_files([import_id])
    return found


@transaction.atomic
def undo_import(*, import_id: int, by: Author, now: datetime) -> ContactImport:
    """Let the worker take back what an import did, as far as nobody has built on it since.

    Raises UndoTooLate more than a day after its end, and ImportMoved when there is nothing to take
    back: it was a dry run, is not over, or was undone.
    """
    found = ContactImport.objects.select_for_update().get(pk=import_id)
    if found.dry_run:
        raise ImportMoved(found.get_state_display())
    if found.finished_at and now > found.finished_at + UNDO_FOR:
        raise UndoTooLate
    _move(found, ImportState.UNDOING, undone_by=_user(by), lease_until=None)
    return found


@transaction.atomic
def _keep(content: bytes, **values: Any) -> ContactImport:
    found = ContactImport.objects.create(**values)
    keep_file(found, content)
    return found


def _move(found: ContactImport, to: ImportState, **values: Any) -> None:
    """Move the import to a state, with other fields of it. Raises ImportMoved."""
    origins = [state for state, targets in IMPORT_MOVES.items() if to in targets]
    rows = ContactImport.objects.filter(pk=found.pk, state__in=origins)
    if not rows.update(state=to, **values):
        raise ImportMoved(found.get_state_display())
    found.refresh_from_db()


def _kept(columns: tuple[Column, ...]) -> list[dict[str, str]]:
    return [{"column": each.header, "field": each.field} for each in columns]


def _user(author: Author) -> User | None:
    return author if isinstance(author, User) else None


def _check_options(options: dict[str, Any]) -> None:
    if unknown := set(options) - OPTIONS:
        raise OptionUnknown(", ".join(sorted(unknown)), ", ".join(sorted(OPTIONS)))
    if not isinstance(options.get("fill_organisation", False), bool):
        raise OptionUnknown("fill_organisation", "true, false")
    if options.get("language", "nl") not in [code for code, _name in settings.LANGUAGES]:
        raise OptionUnknown("language", "nl, en")
