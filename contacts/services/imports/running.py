"""Running an import: from the first row to the last, in short transactions, one import at a time.

Each run of rows is one transaction that writes the people, the report of those rows and how far it
came; so a run is done or not done, never half, and a killed import goes on where it stopped.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from contacts.enums import ImportState, RowOutcome
from contacts.errors import ContactsError, FileUnreadable
from contacts.imports.columns import columns_of
from contacts.imports.entries import Entry, Remark, read_entries
from contacts.imports.planning import Decision, decide
from contacts.imports.reading import read_table
from contacts.models import ContactImport, ImportPart
from contacts.selectors.roster import Roster
from contacts.services.import_files import drop_files
from contacts.services.imports.batch import Batch
from contacts.services.imports.leases import LEASE, release, take
from contacts.services.imports.pacing import DECIDING_SECONDS, FIRST, MOST, next_size
from contacts.services.imports.undoing import undo_parts
from contacts.services.imports.writing import write_batch

#: Why a run can fail that was decided well: another writer was first, or a value does not fit.
_REFUSED = (IntegrityError, DataError, ValidationError, ContactsError)

Row = dict[str, Any]


def run_import(
    *, import_id: int, now: datetime, pause: Callable[[float], None] = time.sleep
) -> ContactImport:
    """Run an import, or the undoing of one, to its end; returns its row.

    Goes on where a killed one stopped. It stays as it is when it is done, and waits when another
    import is at it. A dry run writes nothing but the report. `pause` is given the seconds to leave
    the database to others: as long as the write took.
    """
    found = take(import_id)
    if found is None:
        return ContactImport.objects.get(pk=import_id)
    try:
        with translation.override(found.options.get("language", settings.LANGUAGE_CODE)):
            _work(found, now, pause)
    finally:
        release(import_id)
    found.refresh_from_db()
    return found


def _work(found: ContactImport, now: datetime, pause: Callable[[float], None]) -> None:
    if found.state == ImportState.UNDOING:
        undo_parts(found, now, pause)
        return
    try:
        entries = _entries(found)
        with _unswept():
            if found.dry_run:
                _rehearse(found, entries, now)
            else:
                _Run(found, entries, now).apply(pause)
    except FileUnreadable as error:
        fail_import(import_id=found.pk, message=str(error), now=now)


def _entries(found: ContactImport) -> Iterator[Entry]:
    table = read_table(found.content, sheet=found.sheet)
    if found.row_count != len(table.rows):
        ContactImport.objects.filter(pk=found.pk).update(row_count=len(table.rows))
    fill = bool(found.options.get("fill_organisation"))
    return iter(read_entries(table, columns_of(found.mapping), fill_organisation=fill))


@contextmanager
def _unswept() -> Iterator[None]:
    """Let Python search for garbage less often, and not in what is there: the code, and the file.

    An import makes many small objects, by which the search is called for; it took a quarter of the
    time of an import, and finds next to nothing.
    """
    often = gc.get_threshold()
    gc.set_threshold(50_000, *often[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*often)


@transaction.atomic
def fail_import(*, import_id: int, message: str, now: datetime) -> bool:
    """Give up a running import, saying why; what was written stays, and can be undone."""
    failed = ContactImport.objects.filter(pk=import_id, state=ImportState.RUNNING).update(
        state=ImportState.FAILED, error=message, finished_at=now, lease_until=None
    )
    if failed:
        drop_files([import_id])
    return failed == 1


@transaction.atomic
def _finish(found: ContactImport, now: datetime) -> None:
    """Close an import. What was written needs its file no more, and the file holds people."""
    running = ContactImport.objects.filter(pk=found.pk, state=ImportState.RUNNING)
    if running.update(state=ImportState.DONE, finished_at=now) and not found.dry_run:
        drop_files([found.pk])


# --- dry run ----------------------------------------------------------------------------------


def _rehearse(found: ContactImport, entries: Iterator[Entry], now: datetime) -> None:
    """Decide every row without writing it; what a row would do, only the roster remembers.

    So one that was interrupted starts again from the first row.
    """
    if found.done_count:
        with transaction.atomic():
            found.parts.all().delete()
            ContactImport.objects.filter(pk=found.pk).update(done_count=0, counts={})
        found.done_count, found.counts = 0, {}
    roster = Roster(today=timezone.localdate(now), fields=_fields(found))
    done, counts, size = 0, found.counts, FIRST
    while run := list(islice(entries, size)):
        roster.read(run)
        rows = []
        for entry in run:
            decision = decide(entry, roster)
            roster.note(decision)
            rows.append(_report(entry, decision))
        counts = _counted(counts, rows)
        with transaction.atomic():
            if not _move(found.pk, done=done, to=done + len(rows), counts=counts):
                return
            ImportPart.objects.create(contact_import=found, first=done, rows=rows)
        done, size = done + len(rows), min(2 * size, MOST)
    _finish(found, now)


# --- writing ----------------------------------------------------------------------------------


class _Run:
    """An import that is being written: how far it is, and the rows to come."""

    def __init__(self, found: ContactImport, entries: Iterator[Entry], now: datetime) -> None:
        self._found = found
        self._done = found.done_count
        self._entries = islice(entries, self._done, None)
        self._left: list[Entry] = []
        self._now = now
        self._roster = self._new_roster()

    def apply(self, pause: Callable[[float], None]) -> None:
        """Write run after run until the end, or until it was cancelled or taken over."""
        size, refusals = FIRST, 0
        while run := self._next(size):
            started = time.monotonic()
            try:
                written = self._write(run)
                refusals = 0
            except _REFUSED as error:
                # Decided anew, in ever smaller runs; a row refused alone, twice, is left out.
                self._roster = self._new_roster()
                refusals = refusals + 1 if len(run) == 1 else 0
                written = self._leave_out(run[0], error) if refusals > 1 else 0
            if written is None:
                return
            self._done += written
            self._left = run[written:] + self._left
            seconds = time.monotonic() - started
            size = next_size(written, seconds) if written else max(1, len(run) // 4)
            pause(seconds)
        _finish(self._found, self._now)

    def _new_roster(self) -> Roster:
        return Roster(today=timezone.localdate(self._now), fields=_fields(self._found))

    def _next(self, size: int) -> list[Entry]:
        more = max(0, size - len(self._left))
        run, self._left = [*self._left[:size], *islice(self._entries, more)], self._left[size:]
        return run

    @transaction.atomic
    def _write(self, run: list[Entry]) -> int | None:
        """Write as many of the rows as fit in the time; None when it is not ours any more.

        Raises one of _REFUSED; then nothing is written.
        """
        counts = self._hold()
        if counts is None:
            return None
        started = time.monotonic()
        self._roster.forget()
        self._roster.read(run)
        batch = Batch(file_name=self._found.file_name, now=self._now)
        rows = []
        for entry in run:
            decision = decide(entry, self._roster)
            batch.add(decision, person=self._roster.note(decision), source=entry.source)
            rows.append(_report(entry, decision))
            if time.monotonic() - started > DECIDING_SECONDS:
                break
        written = write_batch(batch, by=self._found.created_by)
        self._keep(rows, counts, written.undo)
        self._roster.settle(
            people=written.people,
            organisations=written.organisations,
            newest_place=written.newest_place,
        )
        return len(rows)

    @transaction.atomic
    def _leave_out(self, entry: Entry, error: Exception) -> int | None:
        """Report a row as skipped that the database refuses, for whatever reason."""
        counts = self._hold()
        if counts is None:
            return None
        remark = Remark("invalid", _sentence(error))
        decision = Decision(outcome=RowOutcome.SKIPPED, remarks=(remark,))
        self._keep([_report(entry, decision)], counts, {})
        return 1

    def _hold(self) -> dict[str, int] | None:
        """Lock the row of the import; returns its counts, None when it is not ours any more."""
        row = (
            ContactImport.objects.select_for_update()
            .filter(pk=self._found.pk, state=ImportState.RUNNING, done_count=self._done)
            .values_list("counts", flat=True)
        )
        return next(iter(row), None)

    def _keep(self, rows: list[Row], counts: dict[str, int], undo: dict[str, list[Any]]) -> None:
        ImportPart.objects.create(
            contact_import=self._found, first=self._done, rows=rows, undo=undo
        )
        to = self._done + len(rows)
        _move(self._found.pk, done=self._done, to=to, counts=_counted(counts, rows))


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, ContactsError) and str(error):
        return str(error)
    return _("This row cannot be stored. Check each cell, and its length.")


def _fields(found: ContactImport) -> frozenset[str]:
    """Return what the file has columns for."""
    return frozenset(column.field for column in columns_of(found.mapping))


# --- the row of the import --------------------------------------------------------------------


def _move(import_id: int, *, done: int, to: int, counts: dict[str, int]) -> bool:
    moved = ContactImport.objects.filter(
        pk=import_id, state=ImportState.RUNNING, done_count=done
    ).update(done_count=to, counts=counts, lease_until=Now() + LEASE)
    return moved == 1


def _report(entry: Entry, decision: Decision) -> Row:
    """Return a row of the report; `people` are ids of those who are in the way of this row."""
    people = [each for remark in decision.remarks for each in remark.people if each > 0]
    return {
        "row": entry.row,
        "outcome": str(decision.outcome),
        "code": decision.remarks[0].code if decision.remarks else "",
        "reason": " ".join(remark.text for remark in decision.remarks),
    } | ({"people": people} if people else {})


def _counted(counts: dict[str, int], rows: list[Row]) -> dict[str, int]:
    """Return the counts with these rows added; every outcome is there, if only as 0."""
    total = {str(outcome): counts.get(outcome, 0) for outcome in RowOutcome}
    for row in rows:
        total[row["outcome"]] += 1
    return total
