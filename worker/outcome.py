"""What came of a mail: how the engine says it, the journal keeps it and the ledger records it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.enums import MailState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a claimed row at that moment, ready to be recorded."""

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
    def of(cls, row: Any, state: MailState, at: datetime, **changes: Any) -> "Outcome":
        """Return an outcome of `row` that keeps what it was told and how often it was tried."""
        return cls(row.pk, state, at, **{"told": row.told, "tries": row.tries, **changes})
