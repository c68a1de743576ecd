"""The ledger of a mailing, and what a person decides about an unknown row."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router

from base.cursors import page
from campaigns.api.shared import (
    mailing_of,
    reader,
    refusals_as_problems,
    sender,
    user_of,
)
from campaigns.models import Delivery
from campaigns.schemas import (
    DeliveriesOut,
    DeliveryOut,
    ResolveIn,
)
from campaigns.services import mailings
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


@router.post(
    "/mailings/{int:mailing_id}/deliveries/{int:delivery_id}/resolve",
    auth=sender,
    response=DeliveryOut,
    summary="Decide about an unknown row",
)
def resolve_delivery(
    request: HttpRequest, mailing_id: int, delivery_id: int, data: ResolveIn
) -> dict[str, Any]:
    """Say what a person decided: it arrived (`sent`), or send it again (`queued`)."""
    rows = Delivery.objects.select_related("organisation")
    if not rows.filter(pk=delivery_id, mailing_id=mailing_id).exists():
        raise Http404
    with refusals_as_problems("as"):
        mailings.resolve_unknown(
            delivery_id=delivery_id, as_state=data.as_state, by=user_of(request), now=timezone.now()
        )
    return _delivery_out(rows.get(pk=delivery_id))


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
        "reply_code": row.reply_code,
        "reply_text": row.reply_text,
        "sent_at": row.sent_at,
    }
