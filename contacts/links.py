"""The personal link to what is held of a person: what is in it, and how it is read back.

It is mailed to the person's own address and nowhere else: a link to the preferences, which never
expires and is forwarded with every mail, opens nothing but those.
"""

from datetime import timedelta

from base import tokens
from contacts.models import Contact

#: So long the link opens the page.
ACCESS_VALID = timedelta(hours=24)

#: So long an old link still knows to whom a new one goes.
_REMEMBERED = timedelta(days=365)

_PURPOSE = "access"


class LinkUnknown(Exception):
    """The link was not made here for this, or whom it is about is gone."""


class LinkExpired(LinkUnknown):
    """The link was ours, and is too old or was revoked; a new one may go to `contact`."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact
        super().__init__(f"contact {contact.pk}")


class PersonErased(LinkUnknown):
    """The link was ours; the data of the person it was for have been erased."""


def access_token(contact: Contact) -> str:
    return tokens.make_timed(_PURPOSE, contact.pk, contact.link_version)


def read_access(token: str) -> Contact:
    """Return the person who opened their own link.

    Raises LinkUnknown, PersonErased, and LinkExpired when it is too old, was revoked, or when the
    row has been merged into another: whose address that is has to be shown anew.
    """
    try:
        parts = tokens.read_timed(_PURPOSE, token, _REMEMBERED)
    except tokens.TokenInvalid as error:
        raise LinkUnknown from error
    contact_id, version = (int(part) for part in parts)
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        raise LinkUnknown
    stayed = contact.whoever_stayed
    if stayed.erased_at:
        raise PersonErased
    if stayed != contact or contact.link_version != version or _is_old(token):
        raise LinkExpired(stayed)
    return contact


def _is_old(token: str) -> bool:
    try:
        tokens.read_timed(_PURPOSE, token, ACCESS_VALID)
    except tokens.TokenExpired:
        return True
    return False
