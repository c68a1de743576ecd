"""A mail to one of those who work with the site."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import override

from contacts.addresses import address_key
from contacts.enums import NoticeKind
from contacts.errors import AddressInvalid
from contacts.models import LANGUAGES
from contacts.selectors.people import contact_of_address
from contacts.services.notices import create_notice


def write_to_user(
    *, user: User, compose: Callable[[], tuple[str, str]], key: str, now: datetime
) -> bool:
    """Queue a mail to somebody with an account, once for each `key`; say whether it was queued.

    `compose` gives subject and body; it is called with the person's language active.
    """
    if not user.is_active or not user.email:
        return False
    try:
        address = address_key(user.email)
    except AddressInvalid:
        return False
    language = language_of(user)
    with override(language):
        subject, body = compose()
    return create_notice(
        kind=NoticeKind.SYSTEM,
        address=address,
        contact=contact_of_address(address),
        language=language,
        context={"subject": subject, "body": body, "html": ""},
        key=key,
        now=now,
    )


def admin_url(name: str, number: int) -> str:
    """Return the whole address of a page of the admin."""
    return f"{settings.SITE_URL}{reverse(name, args=[number])}"


def language_of(user: User) -> str:
    """Return the language in which somebody uses the admin."""
    profile = getattr(user, "wagtail_userprofile", None)
    chosen: str = profile.get_preferred_language()[:2] if profile else settings.LANGUAGE_CODE[:2]
    return chosen if chosen in dict(LANGUAGES) else "nl"
