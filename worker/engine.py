"""Claim, check once more, compose, send, record: one batch at a time.

The engine knows two kinds of mail through `Source`: the deliveries of a mailing and the notices.
Reading order: `send_batch` is the whole life of a claim.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.db import DatabaseError
from django.db.models import QuerySet

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from contacts.models import MailRow
from worker.journal import Journal, open_journal
from worker.ledger import Outcome, claim_rows, record_outcomes, release_rows
from worker.policy import RELAY_REST, retry_at
from worker.transport import Reply, Transport

log = structlog.get_logger()

#: A batch is at most this many rows and this many seconds; then the rest is given back.
BATCH_ROWS = 200
BATCH_SECONDS = 8.0
#: Outcomes are written to the database in groups: one by one costs four fifths of the speed.
RECORD_EVERY = 50
RECORD_SECONDS = 1.0
#: A recipient is checked again at most this many seconds before MAIL.
RECHECK_SECONDS = 5.0
RECHECK_ROWS = 50
#: As many refusals before anybody was accepted are no coincidence: the relay refuses us.
REFUSALS = 5


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

    def due(self) -> QuerySet[Any]:
        """Rows that may be claimed, apart from their state."""

    def load(self, claim: str) -> list[Any]:
        """The rows of a claim with what composing them needs, by id."""

    def exclusions(self, rows: list[Any], now: datetime) -> dict[int, str]:
        """Why some of these should not get it after all: reason by row id."""

    def compose(self, row: Any, now: datetime) -> OutgoingMail:
        """The message. Raises ObsoleteError."""

    def told(self, row: Any) -> str:
        """The hash of what this mail tells about its session; "" when it tells nothing."""

    def may_go_on(self) -> bool:
        """False once a person has paused or cancelled."""

    def refuses_all(self, words: str, now: datetime) -> None:
        """The relay refuses everybody, with these words: stop before all have been refused."""


@dataclass(slots=True)
class BatchResult:
    """How many rows a batch claimed and how they ended; `relay_down` holds the relay's words."""

    claimed: int = 0
    released: int = 0
    ended: dict[MailState, int] = field(default_factory=dict)
    relay_down: str | None = None


def send_batch(
    source: Source,
    transport: Transport,
    *,
    journal_dir: Path,
    clock: Callable[[], datetime],
) -> BatchResult:
    """Claim some rows of `source` and bring each to an end, or give it back.

    No transaction is open while the wire is in use. An exception (the database is gone, say) leaves
    the journal behind, from which recovery settles the claim.
    """
    result = BatchResult()
    with open_journal(journal_dir) as journal:
        result.claimed = claim_rows(source.due(), claim=journal.claim, limit=BATCH_ROWS)
        if result.claimed:
            _Batch(source, transport, journal, clock, result).run()
    return result


class _Batch:
    """One claim while it is worked on: the outcomes not yet recorded, and when to stop."""

    def __init__(
        self,
        source: Source,
        transport: Transport,
        journal: Journal,
        clock: Callable[[], datetime],
        result: BatchResult,
    ) -> None:
        self.source = source
        self.transport = transport
        self.journal = journal
        self.clock = clock
        self.result = result
        self.unrecorded: list[Outcome] = []
        self.refusals = 0
        self.recorded_at = time.monotonic()
        self.ends_at = time.monotonic() + BATCH_SECONDS

    def run(self) -> None:
        rows = self.source.load(self.journal.claim)
        while rows and self._goes_on():
            group, rows = rows[:RECHECK_ROWS], rows[RECHECK_ROWS:]
            rows = self._send_group(group) + rows
        self._record()
        if rows:
            self.result.released = release_rows(
                self.source.model, claim=self.journal.claim, row_ids=[row.pk for row in rows]
            )

    def _send_group(self, group: list[Any]) -> list[Any]:
        """Check a group once more and send it; return the rows it did not come to."""
        now = self.clock()
        checked_at = time.monotonic()
        reasons = self.source.exclusions(group, now)
        for position, row in enumerate(group):
            if not self._goes_on() or time.monotonic() - checked_at > RECHECK_SECONDS:
                return group[position:]
            if reason := reasons.get(row.pk):
                self._end(Outcome.of(row, MailState.EXCLUDED, now, reason=reason))
            else:
                self._send(row)
        return []

    def _goes_on(self) -> bool:
        return (
            self.result.relay_down is None
            and time.monotonic() < self.ends_at
            and self.source.may_go_on()
        )

    def _send(self, row: Any) -> None:
        table, attempt = self.source.table, row.attempt
        try:
            mail = self.source.compose(row, self.clock())
        except ObsoleteError:
            self._end(Outcome.of(row, MailState.EXPIRED, self.clock()))
            return
        except DatabaseError:
            raise
        except Exception as error:
            # One mail that cannot be made must not keep everybody behind it waiting.
            name = type(error).__name__
            log.exception("mail_not_made", table=table, row=row.pk, error=name)
            text = f"This mail could not be made ({name}); it was not offered to the relay."
            self._end(Outcome.of(row, MailState.REFUSED, self.clock(), reply_text=text))
            return
        reply = self.transport.deliver(
            mail, before_body=lambda: self.journal.intent(table, row.pk, attempt)
        )
        outcome = decide(row, reply, told=self.source.told(row), now=self.clock())
        self.journal.outcome(
            table, row.pk, attempt, outcome.state, outcome.reply_code, outcome.reply_text
        )
        if reply.relay_down:
            self.result.relay_down = reply.text
        self._end(outcome)
        ended = self.result.ended
        if reply.state == MailState.REFUSED and not ended.get(MailState.SENT):
            self.refusals += 1
            if self.refusals == REFUSALS:
                self.source.refuses_all(f"{reply.code} {reply.text}", self.clock())

    def _end(self, outcome: Outcome) -> None:
        self.result.ended[outcome.state] = self.result.ended.get(outcome.state, 0) + 1
        self.unrecorded.append(outcome)
        if (
            len(self.unrecorded) >= RECORD_EVERY
            or time.monotonic() - self.recorded_at > RECORD_SECONDS
        ):
            self._record()

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
