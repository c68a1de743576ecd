"""People as a list of attendance names them: without an address."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from contacts.models import Contact, Organisation
from contacts.names import name_key
from contacts.services.audit import Author
from contacts.services.people import create_contact
from participation.names import PersonName


@transaction.atomic
def person_named(
    name: PersonName, *, organisations: Sequence[Organisation], by: Author = None, now: datetime
) -> Contact:
    """Return the person of this name who speaks for one of the organisations, else a new one."""
    wanted = _full_key(name)
    for contact in Contact.objects.filter(
        representations__organisation__in=organisations
    ).distinct():
        if name_key(contact.full_name) == wanted:
            return contact
    return create_contact(
        email="",
        title=name.title,
        given_name=name.given_name,
        initials=name.initials,
        family_name_prefix=name.family_name_prefix,
        family_name=name.family_name,
        by=by,
        now=now,
    )


def _full_key(name: PersonName) -> str:
    parts = (name.given_name or name.initials, name.family_name_prefix, name.family_name)
    return name_key(" ".join(parts))
