"""The ledger of one person: what they agreed to, and what stops their mail."""

from collections.abc import Collection

from django.db.models import F, Q, QuerySet

from contacts.enums import ConsentBasis, Purpose, SuppressionReason, SuppressionScope
from contacts.models import ConsentRecord, Contact, Suppression


def consents_of(contact: Contact) -> QuerySet[ConsentRecord]:
    """Every record, those that hold first, then the newest."""
    return ConsentRecord.objects.filter(contact=contact).order_by(
        F("withdrawn_at").desc(nulls_first=True), "-given_at", "-pk"
    )


def suppressions_of(
    contact: Contact, *, purpose: str = "", topic: str = ""
) -> QuerySet[Suppression]:
    """What stops mail to this person, newest first; with `purpose`, what stops that mail."""
    rows = Suppression.objects.filter(address_hash=contact.address_hash).exclude(address_hash="")
    if purpose:
        rows = rows.filter(
            Q(reason=SuppressionReason.HARD_BOUNCE)
            | Q(scope=SuppressionScope.ALL)
            | Q(purpose=purpose, topic__in={"", topic})
        )
    return rows.order_by("-created_at", "-pk")


def may_be_named(contacts: Collection[int]) -> set[int]:
    """Return the ids of those among these people who agreed that we publish their name."""
    agreed = ConsentRecord.objects.filter(
        contact__in=contacts, purpose=Purpose.PUBLICATION, withdrawn_at=None
    ).exclude(basis__in=(ConsentBasis.NONE, ConsentBasis.MEMBERSHIP))
    return set(agreed.values_list("contact", flat=True))
