"""What a person gets from us, as the preferences page shows it."""

from dataclasses import dataclass
from datetime import date

from contacts.enums import MAILING_PURPOSES, Purpose, SuppressionReason
from contacts.models import ConsentRecord, Contact, Suppression
from contacts.selectors.mailability import has_basis, suppressed

#: What the person cannot undo by choosing: their mail box or their provider said so.
_NOT_OURS_TO_LIFT = (
    SuppressionReason.HARD_BOUNCE,
    SuppressionReason.COMPLAINT,
    SuppressionReason.ERASED,
    SuppressionReason.MANUAL,
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """`purposes` are those whose mailings reach the person; `is_blocked` tells that none can."""

    purposes: frozenset[Purpose]
    is_blocked: bool


def preferences_of(contact: Contact, day: date) -> Preferences:
    """Return what the person gets on `day`: not suppressed, and with a basis to mail."""
    topics = ConsentRecord.objects.filter(contact=contact, withdrawn_at=None).exclude(topic="")
    slugs = list(topics.values_list("topic", flat=True))
    mailed = {
        purpose
        for purpose in MAILING_PURPOSES
        if Contact.objects.filter(
            ~suppressed(purpose), has_basis(purpose, day, slugs), pk=contact.pk
        ).exists()
    }
    blocked = Suppression.objects.filter(
        address_hash=contact.address_hash, reason__in=_NOT_OURS_TO_LIFT
    )
    is_blocked = not contact.address_hash or blocked.exists()
    return Preferences(purposes=frozenset(mailed), is_blocked=is_blocked)
