"""Claim, check once more, compose, send, record: one batch at a time.

The engine knows two kinds of mail through `Source`: the deliveries of a mailing and the notices.
Reading order: `send_batch` is the whole life of a claim; `_Claim.mails` decides what goes out and
the transport takes from it, telling `leaves` and `answered` what happens.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.db import DatabaseError, transaction

from base.bell import Listener
from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from contacts.models import MailRow
from worker.journal import Journal, open_journal
from worker.ledger import LEASE, end_claim, record_outcomes, release_rows
from worker.outcome import Outcome
from worker.pace import NO_PACE, Pace
from worker.policy import (
    DOUBTS,
    REFUSED_AT_FIRST,
    REFUSED_MANY,
    REFUSED_SHARE,
    RELAY_REST,
    retry_at,
)
from worker.transport import Reply, Transport, Trouble

log = structlog.get_logger()

#: A batch is at most this many rows and this many seconds; then the rest is given back.
BATCH_ROWS = 500
BATCH_SECONDS = 8.0
#: Outcomes are written to the database in groups: one by one costs four fifths of the speed.
RECORD_EVERY = 250
RECORD_SECONDS = 1.0
#: A recipient is checked again at most this many seconds before MAIL.
RECHECK_SECONDS = 5.0
#: Whether a person paused is asked when the bell rings, and every so often in case it is not heard.
ASK_SECONDS = 1.0


#: Nothing leaves that was claimed so many seconds ago. A host that was frozen or cut off wakes up
#: with a mail in hand; when all of its lease is over, somebody may have given it up meanwhile.
OLD = LEASE.total_seconds() / 2


class LeaseOverError(Exception):
    """The claim is too old to send from: this batch ends, and recovery settles it."""


class ObsoleteError(Exception):
    """What this mail tells is no longer true; it is not sent."""


class Source(Protocol):
    """Where claimed rows come from, and what the engine has to ask about them."""

    @property
    def table(self) -> str:
        """The name of the table in the journal."""

    @property
    def model(self) -> type[MailRow]:
        """The table of the rows."""

    @property
    def is_urgent(self) -> bool:
        """Whether somebody is waiting for this mail now."""

    def claim(self, claim: str, limit: int) -> list[int]:
        """Claim at most `limit` due rows under this name, in a committed transaction; their ids."""

    def load(self, claim: str, row_ids: list[int]) -> list[Any]:
        """Those of the rows that this claim has, with what composing them needs, by id."""

    def exclusions(self, rows: list[Any], now: datetime) -> dict[int, str]:
        """Why some of these should not get it after all: reason by row id."""

    def compose(self, row: Any, now: datetime) -> OutgoingMail:
        """The message, with the row's id. Raises ObsoleteError."""

    def told(self, row: Any) -> str:
        """The hash of what this mail tells about its session; "" when it tells nothing."""

    def may_go_on(self) -> bool:
        """False once a person has paused or cancelled."""

    def refusals(self) -> int | None:
        """How many were refused before this claim; None once anybody was accepted."""

    def refuses_all(self, words: str, now: datetime) -> None:
        """The relay refuses everybody, with these words: stop before all have been refused."""


@dataclass(slots=True)
class BatchResult:
    """How many rows a batch claimed and how they ended; `trouble` is the relay's, if any.

    `offered` are those that the relay was asked to take.
    """

    claimed: int = 0
    offered: int = 0
    released: int = 0
    ended: dict[MailState, int] = field(default_factory=dict)
    trouble: Trouble | None = None


def send_batch(
    source: Source,
    transport: Transport,
    *,
    journal_dir: Path,
    clock: Callable[[], datetime],
    pace: Pace = NO_PACE,
    is_stopping: Callable[[], bool] = lambda: False,
) -> BatchResult:
    """Claim some rows of `source` and bring each to an end, or give it back.

    No transaction is open while the wire is in use. An exception (the database is gone, say) leaves
    the journal behind, from which recovery settles the claim.
    """
    result = BatchResult()
    room = pace.relay(BATCH_ROWS, is_urgent=source.is_urgent).count
    if not room:
        return result
    with open_journal(journal_dir) as journal:
        if row_ids := source.claim(journal.claim, room):
            result.claimed = len(row_ids)
            rows = source.load(journal.claim, row_ids)
            claim = _Claim(rows, source, journal, clock, pace, is_stopping, result)
            result.trouble = transport.send(claim.mails(), claim) or claim.trouble
            claim.finish()
    pace.give_back(room - result.offered)
    return result


class _Claim:
    """One claim while it is worked on: what may still go out, and what is not yet recorded."""

    def __init__(
        self,
        rows: list[Any],
        source: Source,
        journal: Journal,
        clock: Callable[[], datetime],
        pace: Pace,
        is_stopping: Callable[[], bool],
        result: BatchResult,
    ) -> None:
        self.source = source
        self.journal = journal
        self.clock = clock
        self.pace = pace
        self.is_stopping = is_stopping
        self.result = result
        self.trouble: Trouble | None = None
        #: Claimed and not ended, by id; what is left when the batch is over is given back.
        self.rows = {row.pk: row for row in rows}
        self.unrecorded: list[Outcome] = []
        #: The row behind the one that was given last, and its mail once that is made.
        self.upcoming: Any = None
        self.prepared: OutgoingMail | None = None
        self.doubts = 0
        self.has_complained = False
        started = time.monotonic()
        self.recorded_at = started
        self.ends_at = started + BATCH_SECONDS
        self.is_old_at = started + OLD
        self.bell = Listener()
        self.asked_at = 0.0
        self.is_on = True

    # --- what goes out --------------------------------------------------------------------------

    def mails(self) -> Iterator[OutgoingMail]:
        """The messages, each checked at most RECHECK_SECONDS before it is given."""
        waiting = list(self.rows.values())
        reasons: dict[int, str] = {}
        checked_at = float("-inf")
        for position, row in enumerate(waiting):
            if not self._goes_on():
                return
            self.upcoming = waiting[position + 1] if position + 1 < len(waiting) else None
            if time.monotonic() - checked_at > RECHECK_SECONDS:
                reasons = self.source.exclusions(waiting[position:], self.clock())
                self.prepared = None  # made of what was true before this look
                checked_at = time.monotonic()
            if reason := reasons.get(row.pk):
                self._end(Outcome.of(row, MailState.EXCLUDED, self.clock(), reason=reason))
            elif (mail := self._composed(row)) and self._has_room(row, mail):
                yield mail

    def _goes_on(self) -> bool:
        now = time.monotonic()
        if self.trouble or now > self.ends_at or self.is_stopping():
            return False
        if self.bell.rang() or now - self.asked_at > ASK_SECONDS:
            self.asked_at = now
            self.is_on = self.source.may_go_on()
        return self.is_on

    def _has_room(self, row: Any, mail: OutgoingMail) -> bool:
        """Whether the recipient's domain takes one more now; if not, the row waits its turn."""
        domain = mail.recipient.rpartition("@")[2]
        grant = self.pace.domain(domain)
        if not grant.count:
            now = self.clock()
            self._end(
                Outcome.of(
                    row,
                    MailState.DEFERRED,
                    now,
                    reply_text=f"As many as {domain} takes for now have gone out.",
                    next_attempt_at=now + timedelta(seconds=grant.wait),
                )
            )
        return bool(grant.count)

    def _composed(self, row: Any) -> OutgoingMail | None:
        mail, self.prepared = self.prepared, None
        if mail is not None and mail.row_id == row.pk:
            return mail
        try:
            return self.source.compose(row, self.clock())
        except ObsoleteError:
            self._end(Outcome.of(row, MailState.EXPIRED, self.clock()))
        except DatabaseError:
            raise
        except Exception as error:
            # One mail that cannot be made must not keep everybody behind it waiting.
            name = type(error).__name__
            log.exception("mail_not_made", table=self.source.table, row=row.pk, error=name)
            text = f"This mail could not be made ({name}); it was not offered to the relay."
            self._end(Outcome.of(row, MailState.REFUSED, self.clock(), reply_text=text))
        return None

    # --- what becomes of it ---------------------------------------------------------------------

    def leaves(self, mail: OutgoingMail) -> None:
        if time.monotonic() > self.is_old_at:
            raise LeaseOverError
        self.journal.intent(self.source.table, mail.row_id, self.rows[mail.row_id].attempt)

    def waits(self) -> None:
        if self.upcoming is not None and self.prepared is None:
            with suppress(Exception):  # made again when it is its turn, where that is dealt with
                self.prepared = self.source.compose(self.upcoming, self.clock())

    def answered(self, mail: OutgoingMail, reply: Reply) -> None:
        self.result.offered += 1
        row = self.rows[mail.row_id]
        outcome = decide(row, reply, told=self.source.told(row), now=self.clock())
        self.journal.outcome(self.source.table, row.attempt, outcome)
        self._end(outcome)
        self._judge(reply)

    def _judge(self, reply: Reply) -> None:
        """See from some replies that a person should look before anybody else is tried."""
        self.doubts = self.doubts + 1 if reply.state == MailState.UNKNOWN else 0
        if self.doubts == DOUBTS:
            self.trouble = Trouble(reply.text)
            self._complain(reply.text)
        elif reply.state == MailState.REFUSED and self._refuses_too_many():
            self._complain(f"{reply.code or ''} {reply.text}".strip())

    def _refuses_too_many(self) -> bool:
        refused = self.result.ended[MailState.REFUSED]
        accepted = self.result.ended.get(MailState.SENT, 0)
        if not accepted and self.refused_before is not None:
            return self.refused_before + refused >= REFUSED_AT_FIRST
        return refused >= REFUSED_MANY and refused >= REFUSED_SHARE * (refused + accepted)

    def _complain(self, words: str) -> None:
        if not self.has_complained:
            self.has_complained = True
            self.asked_at = float("-inf")
            self.source.refuses_all(words, self.clock())

    @cached_property
    def refused_before(self) -> int | None:
        return self.source.refusals()

    def _end(self, outcome: Outcome) -> None:
        del self.rows[outcome.row_id]
        self.result.ended[outcome.state] = self.result.ended.get(outcome.state, 0) + 1
        self.unrecorded.append(outcome)
        if (
            len(self.unrecorded) >= RECORD_EVERY
            or time.monotonic() - self.recorded_at > RECORD_SECONDS
        ):
            self._record()

    def finish(self) -> None:
        """Record what is left to record, and give back what was not come to."""
        if self.result.trouble and self.result.trouble.is_lasting:
            self._complain(self.result.trouble.words)
        model, claim = self.source.model, self.journal.claim
        with transaction.atomic():
            self._record()
            if self.rows:
                self.result.released = release_rows(model, claim=claim, row_ids=self.rows)
            end_claim(model, claim=claim)

    def _record(self) -> None:
        if self.unrecorded:
            done = record_outcomes(
                self.source.model, claim=self.journal.claim, outcomes=self.unrecorded
            )
            if done != len(self.unrecorded):
                # Somebody else settled these rows while we held them: never expected, never silent.
                log.error(
                    "outcomes_without_rows",
                    claim=self.journal.claim,
                    done=done,
                    expected=len(self.unrecorded),
                )
            self.unrecorded = []
        self.recorded_at = time.monotonic()


def decide(row: MailRow, reply: Reply, *, told: str, now: datetime) -> Outcome:
    """Return what a relay's reply makes of the row: "later" until the patience is spent."""
    state, tries, next_attempt_at = reply.state, row.tries, None
    if state == MailState.DEFERRED and reply.relay_down:
        # Longer than the relay's rest: if it is this mail that upsets it, others go first.
        next_attempt_at = now + 2 * RELAY_REST
    elif state == MailState.DEFERRED:
        tries += 1
        next_attempt_at = retry_at(tries=tries, now=now)
        if next_attempt_at is None:
            state = MailState.REFUSED
    return Outcome.of(
        row,
        state,
        now,
        reply_code=reply.code,
        reply_text=reply.text,
        told=told if state in (MailState.SENT, MailState.UNKNOWN) else row.told,
        tries=tries,
        next_attempt_at=next_attempt_at,
    )
