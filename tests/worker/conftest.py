"""Rows and wires for the engine's tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from campaigns.mail import OutgoingMail
from contacts.enums import MailState, NoticeKind
from contacts.models import Notice
from worker.engine import ObsoleteError
from worker.ledger import claim_rows
from worker.transport import Observer, Reply, Trouble

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

    def send(self, mails: Iterator[OutgoingMail], observer: Observer) -> Trouble | None:
        for mail in mails:
            reply = self.replies.get(mail.recipient, Reply(MailState.SENT, 250, "2.0.0 Ok"))
            if reply.state in (MailState.SENT, MailState.UNKNOWN):
                observer.leaves(mail)
                self.on_body(mail)
                self.sent.append(mail.recipient)
                observer.waits()
            observer.answered(mail, reply)
            if reply.relay_down:
                return Trouble(reply.text)
        return None

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
    is_urgent: bool = True

    def claim(self, claim, limit):
        return claim_rows(Notice.objects.all(), claim=claim, limit=limit)

    def load(self, claim, row_ids):
        return list(Notice.objects.filter(pk__in=row_ids, claim=claim).order_by("pk"))

    def exclusions(self, rows, now):
        return {row.pk: self.excluded[row.pk] for row in rows if row.pk in self.excluded}

    def compose(self, row, now):
        if row.pk in self.obsolete:
            raise ObsoleteError
        return OutgoingMail("bijeen@example.org", row.address, b"\r\n", row_id=row.pk)

    def told(self, row):
        return row.told

    def may_go_on(self):
        return next(self.goes_on, False) if self.goes_on else True

    def refusals(self):
        return 0

    def refuses_all(self, words, now):
        self.complaints.append(words)


def states() -> dict[str, str]:
    """State of every notice by its address."""
    return dict(Notice.objects.order_by("pk").values_list("address", "state"))


@dataclass
class Watch:
    """Remembers what it was told, in order: ("leaves", recipient) and (recipient, reply)."""

    told: list[tuple[str, str | Reply]] = field(default_factory=list)

    def waits(self) -> None:
        pass

    def leaves(self, mail: OutgoingMail) -> None:
        self.told.append(("leaves", mail.recipient))

    def answered(self, mail: OutgoingMail, reply: Reply) -> None:
        self.told.append((mail.recipient, reply))

    @property
    def replies(self) -> dict[str, Reply]:
        return {name: reply for name, reply in self.told if isinstance(reply, Reply)}
