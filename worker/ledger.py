"""Claiming mail rows, and recording what came of them: conditional updates, nothing else.

A row is claimed in a transaction of its own that is committed before the wire is touched. While it
is claimed, every update names the claim and the state, so that a row which somebody else settled
meanwhile is left alone.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Now

from contacts.enums import MailState
from contacts.models import MailRow

#: How long a claim may be held (database time). A holder starts nothing after half of it.
LEASE = timedelta(minutes=10)

HOST = socket.gethostname()[:120]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a claimed row, ready to be recorded."""

    row_id: int
    state: MailState
    at: datetime
    reply_code: int | None = None
    reply_text: str = ""
    reason: str = ""
    told: str = ""
    tries: int = 0
    next_attempt_at: datetime | None = None

    @classmethod
    def of(cls, row: MailRow, state: MailState, at: datetime, **changes: Any) -> "Outcome":
        """Return an outcome of `row` that keeps what it was told and how often it was tried."""
        return cls(row.pk, state, at, **{"told": row.told, "tries": row.tries, **changes})


def claimable() -> Q:
    """Rows that may be claimed now: queued, or deferred until a moment that has come."""
    return Q(state=MailState.QUEUED) | Q(state=MailState.DEFERRED, next_attempt_at__lte=Now())


def claim_rows(due: QuerySet[Any], *, claim: str, limit: int) -> int:
    """Claim at most `limit` rows of `due` under the name `claim`; return how many."""
    with transaction.atomic():
        rows = due.filter(claimable()).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        ids = list(rows.values_list("pk", flat=True)[:limit])
        return (
            due.model._default_manager.filter(pk__in=ids)
            .filter(claimable())
            .update(
                state=MailState.CLAIMED,
                claim=claim,
                holder=HOST,
                attempt=F("attempt") + 1,
                lease_until=Now() + LEASE,
            )
        )


def release_rows(model: type[Model], *, claim: str, row_ids: Iterable[int]) -> int:
    """Give claimed rows back, untouched by the wire; return how many."""
    return model._default_manager.filter(
        pk__in=list(row_ids), claim=claim, state=MailState.CLAIMED
    ).update(state=MailState.QUEUED, claim="", holder="", lease_until=None)


@transaction.atomic
def record_outcomes(model: type[MailRow], *, claim: str, outcomes: list[Outcome]) -> int:
    """Record outcomes of rows that `claim` still holds; return how many were recorded."""
    rows = []
    # Only deliveries have a column for it; a notice says why where the relay's words would stand.
    keeps_reason = hasattr(model, "reason")
    fields = ["state", "reply_code", "reply_text", "sent_at", "told", "tries", "next_attempt_at"]
    if keeps_reason and any(outcome.reason for outcome in outcomes):
        fields.append("reason")
    for outcome in outcomes:
        row = model(
            state=outcome.state,
            reply_code=outcome.reply_code,
            reply_text=(outcome.reply_text or ("" if keeps_reason else outcome.reason))[:500],
            sent_at=outcome.at if outcome.state == MailState.SENT else None,
            told=outcome.told,
            tries=outcome.tries,
            next_attempt_at=outcome.next_attempt_at,
        )
        row.pk = outcome.row_id
        if keeps_reason:
            row.reason = outcome.reason  # type: ignore[attr-defined]  # asked just above
        rows.append(row)
    held = model._default_manager.filter(claim=claim, state=MailState.CLAIMED)
    done = held.bulk_update(rows, fields)
    # Erased while it was on the wire: the relay's words may name the address.
    model._default_manager.filter(
        forgotten(model), pk__in=[row.pk for row in rows], claim=claim
    ).update(reply_text="")
    return done


def forgotten(model: type[MailRow]) -> Q:
    """Rows of this table whose person was erased: they have no address any more."""
    return Q(address_key=None) if hasattr(model, "address_key") else Q(address="")
