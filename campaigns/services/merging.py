"""Ledger rows of two people who turn out to be one (contacts.services.merging)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from campaigns.enums import Exclusion, MailingState
from campaigns.models import Batch, Delivery, Mailing
from campaigns.services.batches import put_back
from contacts.enums import MAIL_DUE, MailState
from contacts.services.merging import Steps, values_of

_S = MailState

#: What tells most of whether the person got the mailing comes first. A row that is being sent is
#: left to its claim, so it stands among the first.
_ORDER = (
    (_S.SENT, _S.COMPLAINED, _S.CLAIMED, _S.UNKNOWN),
    (_S.QUEUED, _S.DEFERRED),
    (_S.BOUNCED, _S.REFUSED),
    (_S.EXCLUDED, _S.EXPIRED),
)


def settle_deliveries(*, kept: Delivery, gone: Delivery, steps: Steps, now: datetime) -> None:
    """One mailing to both: the person keeps the row that tells most, the other stays as history.

    If that other was still to be sent it is not: one person gets one mail. Of one that is being
    sent, the look just before the wire finds the merge.
    """
    if _rank(gone) < _rank(kept):
        _exchange(kept, gone, steps)
        _leave_out(kept, steps)
    else:
        _leave_out(gone, steps)


def reopen_delivery(*, row: Delivery, values: dict[str, Any], now: datetime) -> str:
    """Put a row back as it was before the merge, unless its mailing is over by now.

    Returns what could not be put back, in words.
    """
    mailing = Mailing.objects.select_for_update().get(pk=row.mailing_id)
    is_over = mailing.state not in (MailingState.SENDING, MailingState.PAUSED)
    if values.get("state") in MAIL_DUE and is_over:
        return _("“%(mailing)s” is over by now, so it is not sent after all.") % {
            "mailing": mailing
        }
    Delivery.objects.filter(pk=row.pk).update(**values)
    waiting = Batch.objects.filter(claim="", first_id__lte=row.pk, last_id__gte=row.pk)
    if values.get("state") == MailState.QUEUED and not waiting.exists():
        put_back(row_ids=[row.pk])
    return ""


def _rank(delivery: Delivery) -> int:
    return next(rank for rank, states in enumerate(_ORDER) if delivery.state in states)


def _exchange(kept: Delivery, gone: Delivery, steps: Steps) -> None:
    """Give each the other's person. As one person has one row of a mailing, `kept` steps aside."""
    pk, person, other = kept.pk, kept.contact_id, gone.contact_id
    steps.delete(kept)
    steps.move(Delivery, "contact", [gone.pk], before=other, after=person)
    kept.pk, kept.contact_id = pk, other
    steps.create(kept)


def _leave_out(delivery: Delivery, steps: Steps) -> None:
    before = values_of(delivery)
    due = Delivery.objects.filter(pk=delivery.pk, state__in=MAIL_DUE)
    if due.update(state=MailState.EXCLUDED, reason=Exclusion.MERGED, next_attempt_at=None):
        delivery.refresh_from_db()
        steps.changed(delivery, before)
