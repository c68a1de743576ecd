"""People by address."""

from contacts.addresses import address_key
from contacts.errors import AddressInvalid
from contacts.models import Contact


def contact_of_address(email: str) -> Contact | None:
    """Return the person with this address, if there is one."""
    try:
        return Contact.objects.filter(address_key=address_key(email)).first()
    except AddressInvalid:
        return None
