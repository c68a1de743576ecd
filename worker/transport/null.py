"""A transport that sends nothing, for measuring all that comes before the wire."""

from collections.abc import Iterator

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from worker.transport.contract import Observer, Reply, Trouble

_TAKEN = Reply(MailState.SENT, 250, "Ok")


class NullTransport:
    """Says yes to every message and keeps none."""

    def send(self, mails: Iterator[OutgoingMail], observer: Observer) -> Trouble | None:
        for mail in mails:
            observer.leaves(mail)
            observer.answered(mail, _TAKEN)
        return None

    def close(self) -> None:
        """Nothing is open."""
