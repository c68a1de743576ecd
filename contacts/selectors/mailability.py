"""Who may be mailed, for what: suppressions by the hash of the address, and the basis to mail."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q

from contacts.addresses import address_hash, address_key
from contacts.enums import (
    ConsentBasis,
    Purpose,
    SuppressionReason,
    SuppressionScope,
)
from contacts.errors import AddressInvalid
from contacts.models import ConsentRecord, Suppression
from contacts.selectors.representation import represents_member

#: A person's own act causes this mail: only an address that does not exist stops it.
_OWN_ACT = frozenset({Purpose.SERVICE})

#: What needs no basis here: the campaign checks the registration itself.
_BASIS_ELSEWHERE = frozenset({Purpose.PARTICIPATION, Purpose.SERVICE})

#: For these, speaking for a member is a basis.
_BASIS_BY_MEMBERSHIP = frozenset({Purpose.INVITATIONS, Purpose.ANNOUNCEMENTS})


def suppressed(purpose: Purpose) -> Q:
    """Contacts that must not get mail for this purpose.

    *All* stops every mailing; a hard bounce stops everything, service mail included.
    """
    blocking = Q(reason=SuppressionReason.HARD_BOUNCE)
    if purpose not in _OWN_ACT:
        blocking |= Q(scope=SuppressionScope.ALL)
        blocking |= Q(scope=SuppressionScope.PURPOSE, purpose=purpose)
    rows = Suppression.objects.filter(blocking, address_hash=OuterRef("address_hash"))
    return ~Q(address_hash="") & Q(Exists(rows))


def undeliverable(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses that a hard bounce has shown not to exist (for notices)."""
    by_hash: dict[str, set[str]] = {}
    for address in addresses:
        try:
            by_hash.setdefault(address_hash(address_key(address)), set()).add(address)
        except AddressInvalid:
            continue
    found = Suppression.objects.filter(
        address_hash__in=by_hash, reason=SuppressionReason.HARD_BOUNCE
    ).values_list("address_hash", flat=True)
    return {address for key in found for address in by_hash[key]}


def has_basis(purpose: Purpose, day: date, theme_slugs: Iterable[str]) -> Q:
    """Contacts whom we may mail for this purpose about these themes (Dutch Tw, article 11.7).

    For invitations and announcements: whoever speaks for a member on `day`, or has a live record
    with a basis. A record of the basis "membership" does not count: membership is computed for the
    day, and ends when it ends. A record on a topic holds for mail about that theme.
    """
    if purpose in _BASIS_ELSEWHERE:
        return Q(pk__isnull=False)
    live = ConsentRecord.objects.filter(
        Q(topic="") | Q(topic__in=list(theme_slugs)),
        contact=OuterRef("pk"),
        purpose=purpose,
        withdrawn_at=None,
    ).exclude(basis__in=(ConsentBasis.NONE, ConsentBasis.MEMBERSHIP))
    basis = Q(Exists(live))
    if purpose in _BASIS_BY_MEMBERSHIP:
        basis |= represents_member(day)
    return basis
