"""Somebody who gets our mail, and what of it is stopped."""

from contacts.enums import Purpose
from contacts.models import Contact
from contacts.selectors import suppressed
from tests.factories.contacts import make_contact, make_member, make_representation


def reader(**values) -> Contact:
    """Somebody of a member, with an English mail box and a neighbour who must not be touched."""
    make_contact()
    person = {"email": "amina@example.org", "language": "en"} | values
    return make_representation(make_contact(**person), make_member()).contact


def stopped(contact: Contact) -> list[str]:
    """The purposes for which the contact gets nothing any more."""
    return [
        purpose
        for purpose in Purpose.values
        if Contact.objects.filter(suppressed(Purpose(purpose)), pk=contact.pk).exists()
    ]
