"""Organisations by what people call them and by the domain of an address."""

from contacts.errors import AmbiguousName
from contacts.models import MailDomain, Organisation
from contacts.names import name_key


def find_organisation(name: str) -> Organisation | None:
    """Return the organisation with this name, else the one with this alias.

    Raises AmbiguousName when the alias belongs to more than one.
    """
    key = name_key(name)
    if not key:
        return None
    if own := Organisation.objects.filter(name_key=key).first():
        return own
    found = list(Organisation.objects.filter(aliases__name_key=key).distinct().order_by("name"))
    if len(found) > 1:
        raise AmbiguousName(name, [organisation.name for organisation in found])
    return found[0] if found else None


def organisation_of_domain(address_key: str) -> Organisation | None:
    """Return the organisation whose mail domain the address (an address key) is in."""
    domain = address_key.rpartition("@")[2]
    row = MailDomain.objects.select_related("organisation").filter(domain=domain).first()
    return row.organisation if row else None
