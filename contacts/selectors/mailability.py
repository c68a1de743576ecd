"""Who may be mailed, for what: suppressions by the hash of the address, and the basis to mail."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.addresses import address_hash, address_key
from contacts.enums import (
    GROUP_BASES,
    GROUP_PURPOSES,
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


def suppressed(purpose: Purpose | str, topic: str = "") -> Q:
    """Contacts that must not get mail for this purpose (of a group: about this `topic`, its slug).

    *All* stops every mailing; a hard bounce stops everything, service mail included. Leaving one
    group does not stop the mail of another.
    """
    blocking = Q(reason=SuppressionReason.HARD_BOUNCE)
    if purpose not in _OWN_ACT:
        blocking |= Q(scope=SuppressionScope.ALL)
        blocking |= Q(scope=SuppressionScope.PURPOSE, purpose=purpose, topic__in={"", topic})
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


def has_basis(purpose: Purpose | str, day: date, theme_slugs: Iterable[str], topic: str = "") -> Q:
    """Contacts whom we may mail for this purpose about these themes (Dutch Tw, article 11.7).

    For invitations and announcements: whoever speaks for a member on `day`, or has a live record
    with a basis. For a group: whoever joined it (`topic` is its slug); membership never counts.
    """
    if purpose in _BASIS_ELSEWHERE:
        return Q(pk__isnull=False)
    records = basis_records(purpose, theme_slugs, topic)
    basis = Q(Exists(records.filter(contact=OuterRef("pk"))))
    if purpose in _BASIS_BY_MEMBERSHIP:
        basis |= represents_member(day)
    return basis


def basis_records(
    purpose: Purpose | str, theme_slugs: Iterable[str] = (), topic: str = ""
) -> QuerySet[ConsentRecord]:
    """The live records that are a basis to mail for this purpose.

    A record of the basis "membership" does not count: membership is computed for the day, and ends
    when it ends. A record on a theme holds for mail about that theme.
    """
    live = ConsentRecord.objects.filter(purpose=purpose, withdrawn_at=None)
    if purpose in GROUP_PURPOSES:
        return live.filter(topic=topic, basis__in=GROUP_BASES).exclude(topic="")
    about = Q(topic="") | Q(topic__in=list(theme_slugs))
    return live.filter(about).exclude(basis__in=(ConsentBasis.NONE, ConsentBasis.MEMBERSHIP))
