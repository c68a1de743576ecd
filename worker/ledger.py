"""Claiming mail rows, and recording what came of them: conditional updates, nothing else.

A row is claimed in a transaction of its own that is committed before the wire is touched. While it
is claimed, every update names the claim and the state, so that a row which somebody else settled
meanwhile is left alone.
"""

import json
import socket
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from base.among import Among
from campaigns.enums import MailingState
from campaigns.models import Batch, Delivery
from campaigns.services.batches import put_back
from contacts.enums import MailState
from contacts.models import MailRow
from worker.outcome import Outcome

#: How long a claim may be held (database time). A holder starts nothing after half of it.
LEASE = timedelta(minutes=10)

HOST = socket.gethostname()[:120]


def claimable() -> Q:
    """Rows that may be claimed now: queued, or deferred until a moment that has come."""
    return Q(state=MailState.QUEUED) | Q(state=MailState.DEFERRED, next_attempt_at__lte=Now())


def claim_rows(due: QuerySet[Any], *, claim: str, limit: int) -> list[int]:
    """Claim at most `limit` rows of `due` under the name `claim`; return their ids."""
    with transaction.atomic():
        return _claim(_unlocked(due.filter(claimable()).order_by("pk")), claim, limit)


def claim_batch(mailing_id: int, *, claim: str, limit: int) -> list[int]:
    """Claim at most `limit` due rows of a mailing that is being sent; return their ids.

    Takes one batch, a stretch of consecutive rows that is read by its ends: that costs the same
    however long the ledger is. Without a batch, rows that were deferred until now.
    """
    with transaction.atomic():
        sending = Batch.objects.filter(
            mailing_id=mailing_id, mailing__state=MailingState.SENDING, claim=""
        )
        while batch := _unlocked(sending.order_by("pk")).first():
            if claimed := _claim_stretch(batch, claim, limit):
                return claimed
        deferred = Delivery.objects.filter(
            mailing_id=mailing_id,
            mailing__state=MailingState.SENDING,
            state=MailState.DEFERRED,
            next_attempt_at__lte=Now(),
        )
        claimed = _claim(_unlocked(deferred.order_by("next_attempt_at")), claim, limit)
        if claimed:
            _hold(mailing_id, claim, claimed)
        return claimed


def _claim_stretch(batch: Batch, claim: str, limit: int) -> list[int]:
    """Claim the first rows of a batch; what is left of it waits for the next."""
    rows = Delivery.objects.filter(
        _looked_at(Q(mailing_id=batch.mailing_id) & claimable()),
        pk__range=(batch.first_id, batch.last_id),
    )
    # Waits for a row that is locked at this moment: left out, it would belong to no batch.
    claimed = _claim(rows.order_by("pk"), claim, limit)
    if len(claimed) < limit or claimed[-1] == batch.last_id:
        batch.delete()
    else:
        Batch.objects.filter(pk=batch.pk).update(first_id=claimed[-1] + 1)
    if claimed:
        _hold(batch.mailing_id, claim, claimed)
    return claimed


def _hold(mailing_id: int, claim: str, row_ids: list[int]) -> None:
    Batch.objects.create(
        mailing_id=mailing_id, claim=claim, first_id=min(row_ids), last_id=max(row_ids)
    )


def held_rows(model: type[MailRow], *, claim: str) -> QuerySet[Any]:
    """The rows that this claim holds; those of the ledger in the stretch that its batch names."""
    held = model._default_manager.filter(claim=claim, state=MailState.CLAIMED)
    if model is not Delivery:
        return held
    ends = Batch.objects.filter(claim=claim).values_list("first_id", "last_id").first()
    return held.filter(pk__range=ends) if ends else held.none()


def end_claim(model: type[MailRow], *, claim: str) -> None:
    """Forget a claim once every row of it is settled or given back, and not before.

    In one statement: the claim of somebody who died may be committed at this very moment.
    """
    if model is Delivery:
        stretch = (OuterRef("first_id"), OuterRef("last_id"))
        held = Delivery.objects.filter(
            pk__range=stretch, claim=OuterRef("claim"), state=MailState.CLAIMED
        )
        Batch.objects.filter(~Exists(held), claim=claim).delete()


def _unlocked(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Lock rows that nobody else holds. On SQLite whoever writes is alone."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def _claim(rows: QuerySet[Any], claim: str, limit: int) -> list[int]:
    """Claim the first of these rows; return their ids.

    One of them may belong to somebody else who was faster: the claim is in the row.
    """
    ids = list(rows.values_list("pk", flat=True)[:limit])
    rows.model._default_manager.filter(_looked_at(claimable()), Among("pk", ids)).update(
        state=MailState.CLAIMED,
        claim=claim,
        holder=HOST,
        attempt=F("attempt") + 1,
        lease_until=Now() + LEASE,
    )
    return ids


def _looked_at(condition: Q) -> Case:
    """A condition for rows that are found by their id, and by nothing else.

    PostgreSQL last counted before the mailing started: it takes rows that wait for rare, and would
    find all of them by an index on their state rather than these by their ids.
    """
    return Case(When(condition, then=Value(True)), default=Value(False))


def release_rows(model: type[Model], *, claim: str, row_ids: Iterable[int]) -> int:
    """Give claimed rows back, untouched by the wire; return how many."""
    ids = list(row_ids)
    with transaction.atomic():
        held = model._default_manager.filter(pk__in=ids, claim=claim, state=MailState.CLAIMED)
        released = held.update(state=MailState.QUEUED, claim="", holder="", lease_until=None)
        if released and model is Delivery:
            put_back(row_ids=ids)
    return released


#: What an outcome writes, in this order, with PostgreSQL's types: the columns of a mail row, and
#: `reason` of a delivery.
_WRITTEN = {
    "state": "varchar",
    "reply_code": "smallint",
    "reply_text": "varchar",
    "sent_at": "timestamptz",
    "told": "varchar",
    "tries": "smallint",
    "next_attempt_at": "timestamptz",
}


def record_outcomes(model: type[MailRow], *, claim: str, outcomes: list[Outcome]) -> int:
    """Record outcomes of rows that `claim` still holds; return how many were recorded."""
    # Only deliveries have a column for it; a notice says why where the relay's words would stand.
    keeps_reason = model is Delivery
    columns = _WRITTEN | ({"reason": "varchar"} if keeps_reason else {})
    rows = [(*_values(outcome, keeps_reason), outcome.row_id) for outcome in outcomes]
    record = _record_at_once if connection.vendor == "postgresql" else _record_one_by_one
    with transaction.atomic(), connection.cursor() as cursor:
        record(cursor, model, columns, rows, claim)
        return int(cursor.rowcount)


def _record_one_by_one(
    cursor: Any,
    model: type[MailRow],
    columns: dict[str, str],
    rows: list[tuple[Any, ...]],
    claim: str,
) -> None:
    """For SQLite, where a statement costs no round trip."""
    table, assignments = model._meta.db_table, _assignments(model, dict.fromkeys(columns, "%s"))
    cursor.executemany(
        f"UPDATE {table} SET {assignments} WHERE id = %s AND claim = %s AND state = %s",  # noqa: S608 -- our own names
        [(*row, claim, str(MailState.CLAIMED)) for row in rows],
    )


def _record_at_once(
    cursor: Any,
    model: type[MailRow],
    columns: dict[str, str],
    rows: list[tuple[Any, ...]],
    claim: str,
) -> None:
    """In one statement: one for each row costs three times as much on both sides.

    As one value, which takes psycopg a third of the time that an array for each column takes.
    """
    table = model._meta.db_table
    assignments = _assignments(model, {name: f"new.{name}" for name in columns})
    columns = columns | {"id": "bigint"}
    kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(
        f"UPDATE {table} SET {assignments}"  # noqa: S608 -- our own names
        f" FROM json_to_recordset(%s) AS new({kinds})"
        # In a CASE for the reason that _looked_at gives.
        f" WHERE {table}.id = new.id"
        f" AND CASE WHEN {table}.claim = %s THEN {table}.state = %s END",
        [
            json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str),
            claim,
            str(MailState.CLAIMED),
        ],
    )


def forgotten(model: type[MailRow]) -> Q:
    """Rows of this table whose person was erased: they have no address any more."""
    return Q(address_key=None) if hasattr(model, "address_key") else Q(address="")


def _assignments(model: type[MailRow], values: dict[str, str]) -> str:
    """What a statement sets. The relay's words may name the address, and are not kept of somebody
    who was erased while the mail was on the wire (`forgotten`)."""
    erased = "address_key IS NULL" if hasattr(model, "address_key") else "address = ''"
    words = f"CASE WHEN {erased} THEN '' ELSE {values['reply_text']} END"
    return ", ".join(
        f"{name} = {value}" for name, value in (values | {"reply_text": words}).items()
    )


def _values(outcome: Outcome, keeps_reason: bool) -> tuple[Any, ...]:
    moment = connection.ops.adapt_datetimefield_value
    text = outcome.reply_text or ("" if keeps_reason else outcome.reason)
    values = (
        str(outcome.state),
        outcome.reply_code,
        text[:500],
        moment(outcome.at) if outcome.state == MailState.SENT else None,
        outcome.told,
        outcome.tries,
        moment(outcome.next_attempt_at) if outcome.next_attempt_at else None,
    )
    return (*values, outcome.reason) if keeps_reason else values
