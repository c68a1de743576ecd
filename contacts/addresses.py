"""E-mail addresses as they are compared, mailed and remembered after erasure.

The key of an address is its canonical form; two spellings of one mailbox have one key. The hash of
a key is what a suppression keeps: it says nothing about the person to anybody without the secret.
"""

import hashlib
import hmac
import unicodedata

from django.conf import settings
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from contacts.errors import AddressInvalid, DomainInvalid

MAX_LENGTH = 254


def address_key(email: str) -> str:
    """Return the address as it is compared and mailed: `local@a-label.domain`, in small letters.

    NFC, case folded, the domain in its ASCII form (IDNA). The local part must be ASCII: few relays
    carry SMTPUTF8. Raises AddressInvalid with a message that names the remedy.
    """
    text = unicodedata.normalize("NFC", email).strip()
    if not text:
        raise AddressInvalid(_("Enter an e-mail address."))
    if any(separator in text for separator in ",;") or text.count("@") > 1:
        raise AddressInvalid(_("Enter one e-mail address, not several."))
    local, at, domain = text.partition("@")
    if not (local and at and domain):
        raise AddressInvalid(
            _("Enter an e-mail address with an @ in it, such as name@example.org.")
        )
    if not local.isascii():
        raise AddressInvalid(
            _("Use plain letters before the @ (no accents), such as rene@example.org.")
        )
    try:
        checked = validate_email(
            f"{local}@{domain.casefold()}",
            allow_smtputf8=False,
            check_deliverability=False,
            strict=True,
        )
    except EmailNotValidError as error:
        raise AddressInvalid(
            _("This is not an e-mail address that mail can reach. Check it, letter by letter.")
        ) from error
    key = (checked.ascii_email or checked.normalized).casefold()
    if len(key) > MAX_LENGTH:
        raise AddressInvalid(_("This e-mail address is too long (254 characters at most)."))
    return key


def mail_domain(text: str) -> str:
    """Return a mail domain as it stands in address keys. Raises DomainInvalid.

    "@example.org" and "Example.org" are one.
    """
    try:
        key = address_key(f"postmaster@{text.strip().removeprefix('@')}")
    except AddressInvalid as error:
        message = _("“%(text)s” is not a mail domain. Write it as example.org.")
        raise DomainInvalid(message % {"text": text[:60]}) from error
    return key.partition("@")[2]


def address_hash(key: str) -> str:
    """Return the keyed hash of an address key (HMAC-SHA-256 with SUPPRESSION_KEY), in hexadecimal.

    The secret is never rotated: a suppression must be found again years after the person is erased.
    """
    return hmac.new(settings.SUPPRESSION_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def masked(email: str) -> str:
    """Return the address so that its owner knows it and a stranger does not: `a•••@example.org`."""
    local, _at, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
