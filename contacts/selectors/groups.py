"""Opt-in groups: who is in one, which a person may choose, and what a purpose is about."""

from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.enums import GROUP_BASES, GROUP_PURPOSES, SuppressionReason
from contacts.models import ConsentRecord, Contact, OptInGroup, Suppression
from contacts.selectors.mailability import basis_records, suppressed


def group_of(purpose: str, topic: str) -> OptInGroup | None:
    """Return the group with this slug, if it is one of this purpose."""
    if purpose not in GROUP_PURPOSES:
        return None
    return OptInGroup.objects.filter(purpose=purpose, slug=topic).first()


def members_of(group: OptInGroup) -> QuerySet[Contact]:
    """Who is in the group, with `since`, `basis`, `source_detail` and `is_mailed`; by name.

    `since` and `basis` are those of the oldest record that still holds; `is_mailed` tells whether
    mail of the group reaches the person.
    """
    records = basis_records(group.purpose, topic=group.slug).filter(contact=OuterRef("pk"))
    oldest = records.order_by("given_at", "pk")
    stopped = suppressed(group.purpose, group.slug) | Q(address_key=None)
    return (
        Contact.objects.present()
        .filter(Exists(records))
        .annotate(
            since=Subquery(oldest.values("given_at")[:1]),
            basis=Subquery(oldest.values("basis")[:1]),
            source_detail=Subquery(oldest.values("source_detail")[:1]),
            is_mailed=~Q(stopped),
        )
        .order_by("sort_key", "pk")
    )


def groups_with_counts() -> QuerySet[Any]:
    """Every group, with `member_count`: how many people are in it."""
    live = (
        ConsentRecord.objects.filter(
            purpose=OuterRef("purpose"),
            topic=OuterRef("slug"),
            withdrawn_at=None,
            basis__in=GROUP_BASES,
            contact__erased_at=None,
            contact__merged_into=None,
        )
        .order_by()
        .values("topic")
        .annotate(number=Count("contact", distinct=True))
    )
    number = Subquery(live.values("number"), output_field=IntegerField())
    return OptInGroup.objects.annotate(member_count=Coalesce(number, 0)).order_by("name_nl", "pk")


def was_joined(group: OptInGroup) -> bool:
    """Whether the ledger names the group: somebody joined it once, or left it."""
    about = {"purpose": group.purpose, "topic": group.slug}
    return (
        ConsentRecord.objects.filter(**about).exists()
        or Suppression.objects.filter(**about).exists()
    )


def groups_offered_to(contact: Contact) -> QuerySet[OptInGroup]:
    """The groups that the person may join or leave: open ones, those they are in, and those they
    left by themselves, so that leaving can be undone."""
    records = ConsentRecord.objects.filter(
        contact=contact,
        purpose=OuterRef("purpose"),
        topic=OuterRef("slug"),
        withdrawn_at=None,
        basis__in=GROUP_BASES,
    )
    return OptInGroup.objects.filter(
        Q(is_open=True) | Exists(records) | Exists(_left(contact.address_hash))
    ).order_by("name_nl", "pk")


def may_join(group: OptInGroup, contact: Contact) -> bool:
    """Whether the person may join by themselves: it is open, or they left it by themselves."""
    return group.is_open or (
        OptInGroup.objects.filter(Exists(_left(contact.address_hash)), pk=group.pk).exists()
    )


def _left(address_hash: str) -> QuerySet[Suppression]:
    return Suppression.objects.filter(
        address_hash=address_hash,
        purpose=OuterRef("purpose"),
        topic=OuterRef("slug"),
        reason=SuppressionReason.UNSUBSCRIBED,
    ).exclude(address_hash="")
