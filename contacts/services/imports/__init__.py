"""Imports of people: staged by a person, run by the bulk worker, resumed after a kill, undone."""

from contacts.services.imports.running import fail_import, run_import
from contacts.services.imports.staging import (
    OPTIONS,
    UNDO_FOR,
    apply_rehearsed,
    cancel_import,
    choose_sheet,
    confirm_mapping,
    stage_import,
    undo_import,
)

__all__ = [
    "OPTIONS",
    "UNDO_FOR",
    "apply_rehearsed",
    "cancel_import",
    "choose_sheet",
    "confirm_mapping",
    "fail_import",
    "run_import",
    "stage_import",
    "undo_import",
]
