"""Duplicates become one row, and two again within a day when that was a mistake."""

from contacts.services.merging.following import absorb
from contacts.services.merging.forgetting import forget_merge_log
from contacts.services.merging.organisations import merge_organisations
from contacts.services.merging.pairs import note_distinct
from contacts.services.merging.people import merge_contacts
from contacts.services.merging.steps import Steps, values_of
from contacts.services.merging.undoing import Undone, undo_merge

__all__ = [
    "Steps",
    "Undone",
    "absorb",
    "forget_merge_log",
    "merge_contacts",
    "merge_organisations",
    "note_distinct",
    "undo_merge",
    "values_of",
]
