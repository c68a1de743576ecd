"""Who runs an import holds a lease on it, so that one runs at a time and a dead one is found."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from contacts.enums import ImportState
from contacts.models import ContactImport

LEASE = timedelta(minutes=2)

_OPEN = (ImportState.STAGED, ImportState.RUNNING, ImportState.UNDOING)


@transaction.atomic
def take(import_id: int) -> ContactImport | None:
    """Begin an import or go on with it; None when nothing is to be done, or another goes first.

    One that was interrupted goes before those that have not begun, so that no two are written in
    turns.
    """
    rows = ContactImport.objects.filter(state__in=_OPEN).order_by("pk")
    # Held, so that of two workers one sees what the other took.
    states = dict(rows.select_for_update().values_list("pk", "state"))
    if import_id not in states or rows.filter(Q(lease_until__gt=Now())).exists():
        return None
    is_begun = states[import_id] == ImportState.RUNNING
    if not is_begun and ImportState.RUNNING in states.values():
        return None
    if states[import_id] == ImportState.STAGED:
        rows.filter(pk=import_id).update(state=ImportState.RUNNING)
    keep_lease(import_id)
    return ContactImport.objects.get(pk=import_id)


def keep_lease(import_id: int) -> None:
    """Hold the import for some minutes from now (database time)."""
    ContactImport.objects.filter(pk=import_id).update(lease_until=Now() + LEASE)


@transaction.atomic
def release(import_id: int) -> None:
    """Let go of the import, also when it was interrupted: the next worker need not wait."""
    ContactImport.objects.filter(pk=import_id).update(lease_until=None)
