"""Settling the claims of workers that are gone, from their journals.

The lock of a journal is free: its holder is dead. Then for each row of that claim: an outcome
stands as recorded; an intent without outcome is `unknown`, for a person to decide; without either
the row goes back into the queue. After a reboot the absence of a line proves nothing, so rows
without an outcome are `unknown` as well.

A claim whose journal cannot be read (another host's) stays claimed until the host returns or an
operator gives it up.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from campaigns.models import Batch, Delivery
from contacts.enums import MailState
from contacts.models import MailRow, Notice
from worker.journal import SUFFIX, Record, lock_abandoned
from worker.ledger import LEASE, end_claim, held_rows, record_outcomes, release_rows
from worker.outcome import Outcome

log = structlog.get_logger()

#: In English in the ledger, as the relay's words are; the page says it in the reader's language.
_DIED = gettext_noop("The worker died before the relay's answer was recorded.")

TABLES: dict[str, type[MailRow]] = {"delivery": Delivery, "notice": Notice}


@dataclass(slots=True)
class Recovered:
    """How many rows were given back to the queue, settled from a journal, or are in doubt."""

    requeued: int = 0
    settled: int = 0
    unknown: int = 0

    def __bool__(self) -> bool:
        return bool(self.requeued or self.settled or self.unknown)


def recover(*, journal_dir: Path, now: datetime) -> Recovered:
    """Settle every claim whose journal lies in `journal_dir` and whose holder is gone.

    A settled journal is kept until no commit of its dead holder can arrive any more, and replayed
    meanwhile: a transaction that was being committed when the process died may still land.
    """
    total = Recovered()
    for path in sorted(journal_dir.glob(f"*{SUFFIX}")):
        with lock_abandoned(path) as record:
            if record is None:
                continue
            for table, model in TABLES.items():
                _settle(table, model, path.stem, record, now, total)
            if time.time() - path.stat().st_mtime > LEASE.total_seconds():
                path.unlink(missing_ok=True)
    if total:
        log.warning(
            "recovered", requeued=total.requeued, settled=total.settled, unknown=total.unknown
        )
    return total


def _settle(
    table: str, model: type[MailRow], claim: str, record: Record, now: datetime, total: Recovered
) -> None:
    requeue: list[int] = []
    outcomes: list[Outcome] = []
    for row in held_rows(model, claim=claim):
        entry = record.entries.get((table, row.pk, row.attempt))
        if entry is None and record.same_boot:
            requeue.append(row.pk)
        elif entry is None or entry.outcome is None:
            outcomes.append(Outcome.of(row, MailState.UNKNOWN, now, reply_text=_DIED))
        else:
            outcomes.append(entry.outcome)
    total.requeued += release_rows(model, claim=claim, row_ids=requeue)
    if outcomes:
        record_outcomes(model, claim=claim, outcomes=outcomes)
    end_claim(model, claim=claim)
    doubtful = sum(outcome.state == MailState.UNKNOWN for outcome in outcomes)
    total.unknown += doubtful
    total.settled += len(outcomes) - doubtful


def absent_hosts(*, journal_dir: Path) -> dict[str, int]:
    """Count claimed rows whose lease is over and whose journal is out of reach, by host."""
    counts: dict[str, int] = {}
    for model in TABLES.values():
        for holder, claim in _overdue(model):
            if not (journal_dir / f"{claim}{SUFFIX}").exists():
                counts[holder] = counts.get(holder, 0) + 1
    return counts


def abandon_host(*, host: str, journal_dir: Path, now: datetime) -> int:
    """Give up on a host that will not return: its overdue rows become `unknown`. Count them."""
    abandoned = 0
    text = f"The host {host} was given up; what it sent last is not known."
    for model in TABLES.values():
        for claim in {claim for holder, claim in _overdue(model) if holder == host}:
            if (journal_dir / f"{claim}{SUFFIX}").exists():
                continue
            rows = held_rows(model, claim=claim)
            abandoned += record_outcomes(
                model,
                claim=claim,
                outcomes=[Outcome.of(row, MailState.UNKNOWN, now, reply_text=text) for row in rows],
            )
            end_claim(model, claim=claim)
    return abandoned


def _overdue(model: type[MailRow]) -> list[tuple[str, str]]:
    """Return host and claim of each row whose lease is over."""
    found: list[tuple[str, str]] = []
    for claim in _claims(model):
        rows = held_rows(model, claim=claim).filter(lease_until__lt=Now())
        found += rows.values_list("holder", "claim")
    return found


def _claims(model: type[MailRow]) -> list[str]:
    held = (
        Batch.objects.exclude(claim="")
        if model is Delivery
        else model._default_manager.filter(state=MailState.CLAIMED)
    )
    return list(held.order_by("claim").values_list("claim", flat=True).distinct())
