"""Imports: which wait for the worker, and what one says about its rows."""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from contacts.enums import ImportState
from contacts.models import ContactImport


def waiting_import_ids() -> list[int]:
    """Ids of the imports to run, oldest first.

    A running one whose lease has passed is among them: its worker is gone, and running it again
    goes on where it stopped.
    """
    waiting = Q(state=ImportState.STAGED)
    waiting |= Q(state=ImportState.RUNNING) & (Q(lease_until=None) | Q(lease_until__lt=Now()))
    return list(ContactImport.objects.filter(waiting).order_by("id").values_list("id", flat=True))


def import_rows(contact_import: ContactImport) -> list[dict[str, Any]]:
    """Return [{"row", "outcome", "code", "reason"}] in the order of the file."""
    parts = contact_import.parts.order_by("first").values_list("rows", flat=True)
    return [row for rows in parts for row in rows]
