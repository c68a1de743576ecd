"""What mailings told people about a session."""

from collections.abc import Iterable
from datetime import datetime

from campaigns.models import Delivery
from contacts.enums import MailState


def told_by_mailings(
    session_id: int, contact_id: int | None
) -> Iterable[tuple[int, datetime, str]]:
    """Return (contact id, moment, hash) of the mails sent about it, to one person or to all."""
    rows = Delivery.objects.filter(mailing__session=session_id, state=MailState.SENT)
    if contact_id is not None:
        rows = rows.filter(contact=contact_id)
    return rows.exclude(told="").values_list("contact_id", "sent_at", "told")  # type: ignore[return-value]  # what is sent has a moment
