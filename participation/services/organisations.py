"""Organisations as tables write them: one name, an alias, or two names with a slash between."""

from datetime import datetime

from django.db import transaction

from contacts.errors import AmbiguousName
from contacts.models import Organisation
from contacts.names import name_key
from contacts.selectors import find_organisation
from contacts.services.organisations import suggest_organisation


@transaction.atomic
def organisations_named(name: str, *, now: datetime) -> list[Organisation]:
    """Return the organisations that a cell names, in that order; unknown ones are suggested.

    "X / Y" is two, unless an organisation is called just that. Names that hold nothing but signs
    are left out.
    """
    try:
        whole = find_organisation(name)
    except AmbiguousName:
        whole = None
    if whole is not None:
        return [whole]
    parts = [part.strip() for part in name.split("/")]
    return [
        suggest_organisation(name=part, now=now) for part in parts if name_key(part).strip(" ?-.")
    ]
