"""Imports: which wait for the worker, and what one says about its rows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from contacts.enums import ImportState
from contacts.models import Contact, ContactImport

_BEGUN = (ImportState.RUNNING, ImportState.UNDOING)


def waiting_import_ids() -> list[int]:
    """Ids of the imports to run or to undo, oldest first.

    One that is being run or undone is among them when its lease has passed: its worker is gone,
    and running it again goes on where it stopped.
    """
    waiting = Q(state=ImportState.STAGED)
    waiting |= Q(state__in=_BEGUN) & (Q(lease_until=None) | Q(lease_until__lt=Now()))
    return list(ContactImport.objects.filter(waiting).order_by("id").values_list("id", flat=True))


def goes_before(contact_import: ContactImport) -> ContactImport | None:
    """Return the import for which this one waits, None when it waits for nothing."""
    if contact_import.state not in (ImportState.STAGED, ImportState.UNDOING):
        return None
    others = ContactImport.objects.exclude(pk=contact_import.pk)
    ahead = Q(state=ImportState.RUNNING) | Q(state__in=_BEGUN, lease_until__gt=Now())
    return others.filter(ahead).order_by("id").first()


def import_rows(contact_import: ContactImport) -> list[dict[str, Any]]:
    """Return [{"row", "outcome", "code", "reason"}] in the order of the file.

    A conflict has `people` as well, the ids of those who are in the way.
    """
    parts = contact_import.parts.order_by("first").values_list("rows", flat=True)
    return [row for rows in parts for row in rows]


def report_rows(
    contact_import: ContactImport, *, outcomes: Collection[str] = (), text: str = ""
) -> list[dict[str, Any]]:
    """Return the rows with one of these outcomes (none: any) of which the reason has the text.

    A text that is a number finds that row.
    """
    wanted = text.casefold()
    return [
        row
        for row in import_rows(contact_import)
        if (not outcomes or row["outcome"] in outcomes)
        and (wanted in row["reason"].casefold() or wanted == str(row["row"]))
    ]


def people_in_the_way(rows: Iterable[Mapping[str, Any]]) -> dict[int, Contact]:
    """Return, by id, the people of whom these rows of a report say that they are there already."""
    ids = {pk for row in rows for pk in row.get("people", ())}
    return Contact.objects.present().in_bulk(ids) if ids else {}


def kept_rows(contact_import: ContactImport) -> list[dict[str, Any]]:
    """Return [{"kind", "id", "reason"}] of what undoing the import left as it is.

    `kind` is "person" or "organisation". Nothing before it was undone.
    """
    parts = contact_import.parts.order_by("-first").values_list("undo", flat=True)
    return [kept for undo in parts for kept in undo.get("kept", ())]
