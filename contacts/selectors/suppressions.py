"""From what people are kept, and of what addresses."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.addresses import address_hash, address_key
from contacts.enums import SuppressionReason, SuppressionScope
from contacts.errors import AddressInvalid
from contacts.models import Suppression


def stopped(what: Q | None = None) -> Q:
    """People whose address is in a suppression; `what` is a condition on Suppression."""
    rows = Suppression.objects.filter(what or Q(), address_hash=OuterRef("address_hash"))
    return ~Q(address_hash="") & Q(Exists(rows))


#: No mailing reaches these, and to those whose address does not exist nothing at all.
STOPPED_ALL = Q(scope=SuppressionScope.ALL)
STOPPED_BOUNCED = Q(reason=SuppressionReason.HARD_BOUNCE)


def suppressions_of(email: str) -> QuerySet[Suppression]:
    """What stops mail to this address; nothing for a text that is no address."""
    try:
        return Suppression.objects.filter(address_hash=address_hash(address_key(email)))
    except AddressInvalid:
        return Suppression.objects.none()
