"""The ledger of one person: what they agreed to, and what stops their mail."""

from django.db.models import F, Q, QuerySet

from contacts.enums import SuppressionReason, SuppressionScope
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
