"""Which rows are one person: the row itself and those that turned out to be the same."""

from contacts.models import Contact


def ids_of(contact: Contact) -> list[int]:
    """Return the id of the person, and of every row merged into it, however many steps ago."""
    found = [contact.pk]
    newest = found
    while newest:
        gone = Contact.objects.filter(merged_into__in=newest).exclude(pk__in=found)
        newest = list(gone.order_by("pk").values_list("pk", flat=True))
        found += newest
    return found
