"""What this room forgets of a person who is erased."""

from django.db import transaction

from campaigns.enums import Exclusion
from campaigns.models import Delivery
from contacts.enums import MAIL_DUE, MailState
from contacts.models import Contact


@transaction.atomic
def forget_deliveries(contact: Contact) -> None:
    """Send nothing more, and keep no address in the ledger: what was sent goes on counting.

    A row that is claimed stays with its holder. The look just before the wire finds the erasure; if
    the mail is on the wire already it was sent, and is recorded so.
    """
    mine = Delivery.objects.filter(contact=contact)
    mine.filter(state__in=MAIL_DUE).update(
        state=MailState.EXCLUDED, reason=Exclusion.ERASED, next_attempt_at=None
    )
    mine.update(address_key=None, reply_text="", holds=None)
