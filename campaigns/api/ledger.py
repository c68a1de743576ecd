"""The ledger of a mailing, how far it is, and what a person decides about single rows."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from base.cursors import page
from base.problems import field_problem
from campaigns.api.shared import (
    mailing_of,
    reader,
    refusals_as_problems,
    sender,
    user_of,
)
from campaigns.errors import MoveForbidden
from campaigns.message import message_id
from campaigns.models import Delivery
from campaigns.schemas import (
    DeliveriesOut,
    DeliveryOut,
    ProgressOut,
    ResolveIn,
    RetryIn,
    RetryOut,
)
from campaigns.selectors.domains import domain_counts
from campaigns.selectors.ledger import excluded_counts
from campaigns.selectors.progress import progress
from campaigns.selectors.replies import find_group, reply_groups, rows_of_group
from campaigns.services import decisions
from contacts.enums import MailState

router = Router()


@router.get(
    "/mailings/{int:mailing_id}/deliveries",
    auth=reader,
    response=DeliveriesOut,
    summary="The ledger of a mailing",
)
def list_deliveries(
    request: HttpRequest,
    mailing_id: int,
    state: MailState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """One row for everybody considered, with what became of it or why it was not sent."""
    rows = Delivery.objects.filter(mailing=mailing_of(mailing_id)).select_related("organisation")
    if state is not None:
        rows = rows.filter(state=state)
    found = page(rows, cursor=cursor, limit=limit)
    return found | {"items": [_delivery_out(row) for row in found["items"]]}


@router.get(
    "/mailings/{int:mailing_id}/progress",
    auth=reader,
    response=ProgressOut,
    summary="How far a mailing is",
)
def read_progress(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """How far, how fast and until when; what the relay says, the commonest reply first; what stands
    still: a relay that is left alone, and hosts that have not told what came of what they took."""
    mailing = mailing_of(mailing_id)
    found = progress(mailing, timezone.now())
    return {
        "state": mailing.state,
        "problem": mailing.pause_reason,
        "excluded": excluded_counts(mailing_id),
        "replies": reply_groups(mailing_id),
        "domains": domain_counts(mailing_id, found.counts),
        **{name: getattr(found, name) for name in _PROGRESS},
    }


_PROGRESS = (
    "counts", "to_send", "settled", "rate", "ends_at", "deferred_until", "rest", "absent",
)  # fmt: skip


@router.post(
    "/mailings/{int:mailing_id}/deliveries/{int:delivery_id}/resolve",
    auth=sender,
    response=DeliveryOut,
    summary="Decide about an unknown or refused row",
)
def resolve_delivery(
    request: HttpRequest, mailing_id: int, delivery_id: int, data: ResolveIn
) -> dict[str, Any]:
    """Say what a person decided: it arrived (`sent`, of an unknown row), or send it again
    (`queued`, of an unknown or refused one) with the Message-ID that it had."""
    rows = Delivery.objects.select_related("organisation").filter(mailing_id=mailing_id)
    row = rows.filter(pk=delivery_id).first()
    if row is None:
        raise Http404
    decide = decisions.treat_as_sent if data.as_state == "sent" else decisions.send_again
    with refusals_as_problems("as"):
        decided = decide(
            mailing_id=mailing_id, row_ids=[row.pk], by=user_of(request), now=timezone.now()
        )
        if not decided:
            raise MoveForbidden(row.state, _decisions(row), _("This row cannot be decided so."))
    return _delivery_out(rows.get(pk=delivery_id))


def _decisions(row: Delivery) -> list[str]:
    """What a person may decide about a row."""
    if row.address_key is None:
        return ["sent"] if row.state == MailState.UNKNOWN else []
    found = {MailState.UNKNOWN: ["sent", "queued"], MailState.REFUSED: ["queued"]}
    return found.get(MailState(row.state), [])


@router.post(
    "/mailings/{int:mailing_id}/retry",
    auth=sender,
    response=RetryOut,
    summary="Send refused mails again",
)
def retry_reply(request: HttpRequest, mailing_id: int, data: RetryIn) -> dict[str, Any]:
    """Put all that were refused with one reply back in the queue; `reply` is its `key` among the
    `replies` of the progress."""
    mailing_of(mailing_id)
    group = find_group(mailing_id, data.reply)
    if group is None or group.state != MailState.REFUSED:
        raise field_problem("reply", "unknown", _("Nothing was refused with this reply."))
    ids = rows_of_group(mailing_id, group).values_list("pk", flat=True)
    with refusals_as_problems("reply"):
        queued = decisions.send_again(
            mailing_id=mailing_id, row_ids=list(ids), by=user_of(request), now=timezone.now()
        )
    return {"queued": queued}


def _delivery_out(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "contact": row.contact_id,
        "address": row.address_key,
        "language": row.language,
        "organisation": row.organisation.name if row.organisation else None,
        "state": row.state,
        "reason": row.reason,
        "attempt": row.attempt,
        "next_attempt_at": row.next_attempt_at,
        "message_id": message_id("d", row.pk),
        "reply_code": row.reply_code,
        "reply_text": row.reply_text,
        "sent_at": row.sent_at,
    }
