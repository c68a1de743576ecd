"""Who may be the same as whom, and why. Pure: rows go in, pairs of ids with a reason come out.

Never everybody is held against everybody. Each row is put under a few keys, and only rows that
share a key are compared; a key that a crowd shares says nothing and is passed over.
"""

from contacts.lookalikes.organisations import OrganisationRow, alike_organisations
from contacts.lookalikes.pairs import Likeness, Pairs
from contacts.lookalikes.people import PersonRow, alike_people

__all__ = [
    "Likeness",
    "OrganisationRow",
    "Pairs",
    "PersonRow",
    "alike_organisations",
    "alike_people",
]
