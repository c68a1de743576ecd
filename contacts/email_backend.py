"""Mail that Django or Wagtail sends by themselves becomes a notice, like every other mail."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage  # noqa: TID251 -- the type that Django hands us
from django.core.mail.backends.base import BaseEmailBackend  # noqa: TID251 -- the seam itself
from django.utils import timezone, translation

from contacts.addresses import address_key
from contacts.enums import NoticeKind
from contacts.errors import AddressInvalid
from contacts.selectors.people import contact_of_address
from contacts.services.notices import create_notice


class NoticeBackend(BaseEmailBackend):
    """Django's EMAIL_BACKEND: one notice for each recipient of a message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; returns how many had a recipient."""
        now = timezone.now()
        language = (translation.get_language() or "nl")[:2]
        count = 0
        for message in email_messages:
            recipients = dict.fromkeys(message.recipients())
            for address in recipients:
                create_notice(
                    kind=NoticeKind.SYSTEM,
                    address=_mailable(address),
                    contact=contact_of_address(address),
                    language=language if language in ("nl", "en") else "nl",
                    context=_content(message),
                    key=f"system:{uuid.uuid4()}",
                    now=now,
                )
            count += bool(recipients)
        return count


def _mailable(address: str) -> str:
    """Return the address as it is mailed; one that is none stays, to be refused by the relay."""
    try:
        return address_key(address)
    except AddressInvalid:
        return address


def _content(message: EmailMessage) -> dict[str, Any]:
    """Return what the notice keeps of a message: subject, plain text and, if it has one, HTML."""
    is_html = getattr(message, "content_subtype", "plain") == "html"
    alternatives = getattr(message, "alternatives", None) or []
    html = next((str(body) for body, kind in alternatives if kind == "text/html"), "")
    return {
        "subject": str(message.subject),
        "body": "" if is_html else str(message.body),
        "html": str(message.body) if is_html else html,
    }
