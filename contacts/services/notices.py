"""Notices: the mail that an act or a changed fact causes, as a row in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.enums import NoticeKind
from contacts.models import Contact, Notice


@transaction.atomic
def create_notice(
    *,
    kind: NoticeKind | str,
    address: str,
    contact: Contact | None,
    language: str,
    context: dict[str, Any],
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    told: str = "",
) -> bool:
    """Queue a notice for the worker. False when the key exists: the act was noticed already.

    Call it inside the transaction of the act: both are there, or neither. `context` by kind:
    `{"registration": id}` for notices about a registration, `{"registrations": [ids]}` for
    `confirm`, `{"session": id}` for `interest` and `date_known`, and `{"subject", "body", "html"}`
    for `system`. `told` is the hash of what the notice says about its session.
    """
    _notice, created = Notice.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "address": address,
            "contact": contact,
            "language": language,
            "context": context,
            "created_at": now,
            "not_before": not_before or now,
            "told": told,
        },
    )
    return created


def create_notices(notices: Sequence[Notice]) -> int:
    """Queue these unsaved notices and return how many were new: of a key that exists, none.

    Call it inside the transaction of the act, and alone: two callers at once may count the same.
    """
    keys = [notice.key for notice in notices]
    known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    fresh = [notice for notice in notices if notice.key not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
