"""What a person decides about single mails: one in doubt arrived, or one is to be sent again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaigns.enums import MailingState
from campaigns.errors import MoveForbidden
from campaigns.models import Delivery, Mailing
from campaigns.services.batches import SIZE, put_back
from contacts.enums import MailState

#: A row in one of these may be sent again; the refused may not be called sent.
_AGAIN = (MailState.UNKNOWN, MailState.REFUSED)

#: A mailing in one of these can still send.
_CAN_SEND = (MailingState.SENDING, MailingState.PAUSED, MailingState.DONE)

_UNHELD: dict[str, Any] = {"claim": "", "holder": "", "lease_until": None}


@transaction.atomic
def treat_as_sent(
    *, mailing_id: int, row_ids: Collection[int], now: datetime, by: User | None = None
) -> int:
    """Take mails of which nobody knows whether they arrived for sent; return how many.

    Rows that are not (any more) in doubt are left alone.
    """
    mailing = _lock(mailing_id)
    doubtful = Delivery.objects.filter(mailing=mailing, state=MailState.UNKNOWN)
    moved = sum(
        doubtful.filter(pk__in=ids).update(state=MailState.SENT, sent_at=now, **_UNHELD)
        for ids in _stretches(row_ids)
    )
    _log(mailing, "campaigns.resolve", row_ids, moved, by)
    return moved


@transaction.atomic
def send_again(
    *, mailing_id: int, row_ids: Collection[int], now: datetime, by: User | None = None
) -> int:
    """Put mails that are in doubt or were refused back in the queue; return how many.

    They go out with the Message-ID that they had. A mailing that was done is being sent again. Rows
    in another state, and those of people whose address is gone, are left alone. Raises
    MoveForbidden when the mailing was cancelled.
    """
    mailing = _lock(mailing_id)
    if mailing.state not in _CAN_SEND:
        words = _("This mailing was cancelled, so nothing of it is sent any more.")
        raise MoveForbidden(mailing.state, [], words)
    rows = Delivery.objects.filter(mailing=mailing, state__in=_AGAIN, address_key__isnull=False)
    moved = 0
    for ids in _stretches(row_ids):
        queued = rows.filter(pk__in=ids).update(
            state=MailState.QUEUED,
            tries=0,
            next_attempt_at=None,
            reply_code=None,
            reply_text="",
            told=mailing.told,
            **_UNHELD,
        )
        if queued:
            put_back(row_ids=ids)
        moved += queued
    if moved:
        done = Mailing.objects.filter(pk=mailing_id, state=MailingState.DONE)
        done.update(state=MailingState.SENDING, finished_at=None)
        _log(mailing, "campaigns.again", row_ids, moved, by)
    return moved


def _lock(mailing_id: int) -> Mailing:
    """Hold the mailing: a tick that finds nothing to send must not call it done meanwhile."""
    return Mailing.objects.select_for_update().get(pk=mailing_id)


def _stretches(row_ids: Collection[int]) -> list[list[int]]:
    """Return the ids in order, as many at a time as a batch holds."""
    ordered = sorted(set(row_ids))
    return [ordered[at : at + SIZE] for at in range(0, len(ordered), SIZE)]


def _log(
    mailing: Mailing, action: str, row_ids: Collection[int], number: int, by: User | None
) -> None:
    """Note the decision; of many rows only how many they were."""
    if number:
        data = {"number": number, "deliveries": sorted(row_ids)[:100]}
        log(instance=mailing, action=action, user=by, data=data)
