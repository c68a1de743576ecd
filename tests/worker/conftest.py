"""Rows and wires for the engine's tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from campaigns.mail import OutgoingMail
from contacts.enums import MailState, NoticeKind
from contacts.models import Notice
from worker.engine import ObsoleteError
from worker.transport import Reply

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def notices(db) -> Callable[[int], list[Notice]]:
    """Make that many waiting notices, to person0@example.org and so on."""

    def make(count: int) -> list[Notice]:
        return [
            Notice.objects.create(
                kind=NoticeKind.SYSTEM,
                address=f"person{number}@example.org",
                key=f"test-{number}",
                created_at=NOW,
                not_before=NOW,
            )
            for number in range(count)
        ]

    return make


@dataclass
class Wire:
    """A transport in memory: answers `replies` by recipient, 250 for everybody else."""

    replies: dict[str, Reply] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    on_body: Callable[[OutgoingMail], None] = lambda mail: None

    def deliver(self, mail: OutgoingMail, *, before_body: Callable[[], None]) -> Reply:
        reply = self.replies.get(mail.recipient, Reply(MailState.SENT, 250, "2.0.0 Ok"))
        if reply.state in (MailState.SENT, MailState.UNKNOWN):
            before_body()
            self.on_body(mail)
            self.sent.append(mail.recipient)
        return reply

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Notices:
    """The engine's source for these tests: every notice, composed to its address alone."""

    excluded: dict[int, str] = field(default_factory=dict)
    obsolete: set[int] = field(default_factory=set)
    goes_on: Iterator[bool] | None = None
    complaints: list[str] = field(default_factory=list)
    table: str = "notice"
    model: type[Notice] = Notice

    def due(self):
        return Notice.objects.all()

    def load(self, claim):
        return list(Notice.objects.filter(claim=claim).order_by("pk"))

    def exclusions(self, rows, now):
        return {row.pk: self.excluded[row.pk] for row in rows if row.pk in self.excluded}

    def compose(self, row, now):
        if row.pk in self.obsolete:
            raise ObsoleteError
        return OutgoingMail("bijeen@example.org", row.address, b"\r\n")

    def told(self, row):
        return row.told

    def may_go_on(self):
        return next(self.goes_on, False) if self.goes_on else True

    def refuses_all(self, words, now):
        self.complaints.append(words)


def states() -> dict[str, str]:
    """State of every notice by its address."""
    return dict(Notice.objects.order_by("pk").values_list("address", "state"))
