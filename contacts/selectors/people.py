"""People: by address, by text, and with the places where they work."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from contacts.addresses import address_key
from contacts.errors import AddressInvalid
from contacts.models import Contact, Representation

#: SQLite refuses to compare with a text that is very long.
_TEXT_MAX = 500


def contact_of_address(email: str) -> Contact | None:
    """Return the person with this address, if there is one."""
    try:
        return Contact.objects.filter(address_key=address_key(email)).first()
    except AddressInvalid:
        return None


def search_people(text: str) -> QuerySet[Contact]:
    """People in whose name or address every word of the text occurs; not those who are erased.

    Of a text longer than any name or address the beginning counts.
    """
    found = Contact.objects.filter(erased_at=None)
    for word in text[:_TEXT_MAX].split()[:8]:
        found = found.filter(
            Q(given_name__icontains=word)
            | Q(initials__icontains=word)
            | Q(family_name_prefix__icontains=word)
            | Q(family_name__icontains=word)
            | Q(email__icontains=word)
        )
    return found


def contacts_with_places(people: QuerySet[Contact], day: date) -> QuerySet[Contact]:
    """The same people with `current`: their representations on `day`. One more query."""
    live = Representation.objects.on(day).select_related("organisation").order_by("id")
    return people.prefetch_related(Prefetch("representations", live, to_attr="current"))
