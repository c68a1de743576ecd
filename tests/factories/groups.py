"""Opt-in groups, with invented names."""

from itertools import count
from typing import Any

from contacts.models import ConsentRecord, Contact, OptInGroup
from tests.factories.contacts import make_consent, make_contact

_number = count(1)


def make_group(**overrides: Any) -> OptInGroup:
    n = next(_number)
    values = {
        "purpose": "subgroup",
        "slug": f"groep-{n}",
        "name_nl": f"Groep {n}",
        "name_en": f"Group {n}",
        "wording_nl": f"Ik wil post van groep {n}.",
        "wording_en": f"I want mail of group {n}.",
    }
    return OptInGroup.objects.create(**values | overrides)


def put_in(group: OptInGroup, contact: Contact | None = None, **overrides: Any) -> ConsentRecord:
    """The record by which the person is in the group."""
    values = {"purpose": group.purpose, "topic": group.slug} | overrides
    return make_consent(contact or make_contact(), **values)
