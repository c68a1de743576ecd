"""Imports of people: staged by a person, run by the bulk worker, resumed after a kill.

The file is read and decided in runs of rows. Each run is one short transaction that writes the
people, the report of those rows and how far it came; so a run is done or not done, never half.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation

from contacts.enums import ImportState, RowOutcome
from contacts.errors import (
    ContactsError,
    FileUnreadable,
    ImportNotApplicable,
    OptionUnknown,
)
from contacts.imports.columns import Column, guess_columns
from contacts.imports.entries import Entry, Remark, read_entries
from contacts.imports.planning import Decision, decide
from contacts.imports.reading import Table, read_table
from contacts.models import ContactImport, ImportPart
from contacts.selectors.roster import Roster
from contacts.services.import_rows import write_decision

#: No transaction of an import takes longer: on SQLite everybody else who writes waits for it.
BUDGET_SECONDS = 0.3
#: Rows stop at this part of the budget; the commit and the last row fit in the rest.
_ROWS_SECONDS = BUDGET_SECONDS * 0.6
_RUN_MAX = 100
_RUN_FIRST = 10
_LEASE = timedelta(minutes=2)

OPTIONS = frozenset({"fill_organisation", "language"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file that was read, before anything is decided."""

    table: Table
    columns: tuple[Column, ...]
    entries: list[Entry]


def _read(file_name: str, content: bytes, options: dict[str, Any]) -> _Reading:
    table = read_table(file_name, content)
    columns = guess_columns(table.header)
    fill = bool(options.get("fill_organisation"))
    return _Reading(table, columns, read_entries(table, columns, fill_organisation=fill))


def stage_import(
    *,
    file_name: str,
    content: bytes,
    dry_run: bool,
    options: dict[str, Any],
    created_by: User | AnonymousUser | None,
    now: datetime,
) -> ContactImport:
    """Keep the file for the worker. Raises FileUnreadable, or OptionUnknown; then nothing is kept.

    Options: `fill_organisation` (bool: a blank organisation means the one of the row above) and
    `language` ("nl" or "en": of the report).
    """
    _check_options(options)
    reading = _read(file_name, content, options)
    language = options.get("language") or (translation.get_language() or "")[:2]
    known = {code for code, _name in settings.LANGUAGES}
    return ContactImport.objects.create(
        file_name=file_name[-200:],
        content=content,
        dry_run=dry_run,
        options=options | {"language": language if language in known else settings.LANGUAGE_CODE},
        mapping=[{"column": each.header, "field": each.field} for each in reading.columns],
        row_count=len(reading.entries),
        created_by=created_by if isinstance(created_by, User) else None,
        created_at=now,
    )


@transaction.atomic
def apply_rehearsed(
    *, import_id: int, created_by: User | AnonymousUser | None, now: datetime
) -> ContactImport:
    """Stage the file of a finished dry run to be written; the dry run gives up its copy.

    Raises ImportNotApplicable; so pressing the button twice imports once.
    """
    rehearsed = ContactImport.objects.select_for_update().get(pk=import_id)
    if not rehearsed.may_apply:
        raise ImportNotApplicable
    staged = ContactImport.objects.create(
        file_name=rehearsed.file_name,
        content=rehearsed.content,
        dry_run=False,
        options=rehearsed.options,
        mapping=rehearsed.mapping,
        row_count=rehearsed.row_count,
        created_by=created_by if isinstance(created_by, User) else None,
        created_at=now,
    )
    rehearsed.content = b""
    rehearsed.save(update_fields=["content"])
    return staged


def _check_options(options: dict[str, Any]) -> None:
    if unknown := set(options) - OPTIONS:
        raise OptionUnknown(", ".join(sorted(unknown)), ", ".join(sorted(OPTIONS)))
    if not isinstance(options.get("fill_organisation", False), bool):
        raise OptionUnknown("fill_organisation", "true, false")
    if options.get("language", "nl") not in [code for code, _name in settings.LANGUAGES]:
        raise OptionUnknown("language", "nl, en")


def run_import(
    *, import_id: int, now: datetime, pause: Callable[[float], None] = time.sleep
) -> ContactImport:
    """Run a staged import to its end, or go on where a killed one stopped; returns its row.

    A dry run writes nothing but the report. One that is done stays as it is. `pause` is given the
    seconds to leave the database to others: as long as the write took.
    """
    found = _begin(import_id)
    if found.state != ImportState.RUNNING:
        return found
    with translation.override(found.options.get("language", settings.LANGUAGE_CODE)):
        try:
            reading = _read(found.file_name, bytes(found.content), found.options)
        except FileUnreadable as error:
            return _fail(found, str(error), now)
        if found.dry_run:
            _rehearse(found, reading.entries, now)
        else:
            _apply(found, reading.entries, now, pause)
    found.refresh_from_db()
    return found


@transaction.atomic
def _begin(import_id: int) -> ContactImport:
    ContactImport.objects.filter(
        pk=import_id, state__in=(ImportState.STAGED, ImportState.RUNNING)
    ).update(state=ImportState.RUNNING, lease_until=Now() + _LEASE)
    return ContactImport.objects.get(pk=import_id)


@transaction.atomic
def _fail(found: ContactImport, message: str, now: datetime) -> ContactImport:
    ContactImport.objects.filter(pk=found.pk, state=ImportState.RUNNING).update(
        state=ImportState.FAILED, error=message, finished_at=now
    )
    found.refresh_from_db()
    return found


# --- dry run ----------------------------------------------------------------------------------


def _rehearse(found: ContactImport, entries: Sequence[Entry], now: datetime) -> None:
    """Decide every row without writing it, and keep the report in one transaction."""
    roster = Roster(today=timezone.localdate(now))
    rows = []
    for run in _runs(entries, _RUN_MAX):
        roster.read(run)
        for entry in run:
            decision = decide(entry, roster)
            roster.note(decision, contact_id=None)
            rows.append(_report(entry, decision))
    with transaction.atomic():
        if not _move(found.pk, done=0, to=len(entries), counts=_counted({}, rows)):
            return
        ImportPart.objects.create(contact_import=found, first=0, rows=rows)
        _finish(found.pk, now)


def _runs(entries: Sequence[Entry], size: int) -> list[Sequence[Entry]]:
    return [entries[start : start + size] for start in range(0, len(entries), size)]


# --- writing ----------------------------------------------------------------------------------


def _apply(
    found: ContactImport,
    entries: Sequence[Entry],
    now: datetime,
    pause: Callable[[float], None],
) -> None:
    """Write the rows from where it stands, run by run, until the end or until another took over."""
    done, size = found.done_count, min(_RUN_FIRST, _RUN_MAX)
    while done < len(entries):
        started = time.monotonic()
        written = _apply_run(found.pk, entries[done : done + size], done, now)
        if written is None:
            return
        seconds = time.monotonic() - started
        size = _next_size(written - done, seconds)
        done = written
        pause(seconds)
    with transaction.atomic():
        _finish(found.pk, now)


def _next_size(rows: int, seconds: float) -> int:
    """Return how many rows are likely to take half the budget, growing at most twofold a time."""
    fitting = rows * BUDGET_SECONDS / 2 / max(seconds, 0.001)
    return max(1, min(_RUN_MAX, 2 * rows, int(fitting)))


@transaction.atomic
def _apply_run(import_id: int, run: Sequence[Entry], done: int, now: datetime) -> int | None:
    """Write one run of rows; returns how far it came, None when another worker was here."""
    found = ContactImport.objects.select_for_update().get(pk=import_id)
    if found.state != ImportState.RUNNING or found.done_count != done:
        return None
    started = time.monotonic()
    roster = Roster(today=timezone.localdate(now))
    roster.read(run)
    rows = []
    for entry in run:
        rows.append(_apply_entry(entry, roster, found, now))
        if time.monotonic() - started > _ROWS_SECONDS:
            break
    ImportPart.objects.create(contact_import=found, first=done, rows=rows)
    _move(import_id, done=done, to=done + len(rows), counts=_counted(found.counts, rows))
    return done + len(rows)


def _apply_entry(
    entry: Entry, roster: Roster, found: ContactImport, now: datetime
) -> dict[str, Any]:
    decision = decide(entry, roster)
    try:
        with transaction.atomic():
            contact = write_decision(
                decision, file_name=found.file_name, source=entry.source, now=now
            )
    except (ContactsError, ValidationError) as error:
        decision = Decision(
            outcome=RowOutcome.SKIPPED, remarks=(Remark("invalid", _sentence(error)),)
        )
        return _report(entry, decision)
    roster.note(decision, contact_id=contact.pk if contact else None)
    return _report(entry, decision)


def _sentence(error: ContactsError | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


# --- the row of the import --------------------------------------------------------------------


def _move(import_id: int, *, done: int, to: int, counts: dict[str, int]) -> bool:
    moved = ContactImport.objects.filter(
        pk=import_id, state=ImportState.RUNNING, done_count=done
    ).update(done_count=F("done_count") + (to - done), counts=counts, lease_until=Now() + _LEASE)
    return moved == 1


def _finish(import_id: int, now: datetime) -> None:
    """Close an import. What was written needs its file no more, and the file holds people."""
    running = ContactImport.objects.filter(pk=import_id, state=ImportState.RUNNING)
    running.filter(dry_run=False).update(content=b"")
    running.update(state=ImportState.DONE, finished_at=now, lease_until=None)


def _report(entry: Entry, decision: Decision) -> dict[str, Any]:
    return {
        "row": entry.row,
        "outcome": str(decision.outcome),
        "code": decision.remarks[0].code if decision.remarks else "",
        "reason": " ".join(remark.text for remark in decision.remarks),
    }


def _counted(counts: dict[str, int], rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return the counts with these rows added; every outcome is there, if only as 0."""
    total = {str(outcome): counts.get(outcome, 0) for outcome in RowOutcome}
    for row in rows:
        total[row["outcome"]] += 1
    return total
