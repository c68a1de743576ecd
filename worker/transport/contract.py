"""What the engine asks of a way to send, and what it learns: the same for every provider."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from campaigns.mail import OutgoingMail
from contacts.enums import MailState


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of one message after it was offered.

    `state` is sent, deferred, refused or unknown. `relay_down` says that the trouble is the relay's
    or ours, not this recipient's, so that nobody's patience is spent.
    """

    state: MailState
    code: int | None
    text: str
    relay_down: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no point in offering more now, in the relay's words or ours.

    A lasting one (wrong password, wrong certificate) goes away only when a person mends it.
    """

    words: str
    is_lasting: bool = False


class Observer(Protocol):
    """Who is told what happens to each message, at the moment it happens."""

    def leaves(self, mail: OutgoingMail) -> None:
        """Its body is about to leave: called once, before the first byte of it."""

    def waits(self) -> None:
        """A body has left and its reply is still to come: time to prepare something. Raises
        nothing, since what became of that body is not known yet."""

    def answered(self, mail: OutgoingMail, reply: Reply) -> None:
        """This became of it."""


class Transport(Protocol):
    """One connection to one relay or provider, used by one thread."""

    def send(self, mails: Iterator[OutgoingMail], observer: Observer) -> Trouble | None:
        """Send what `mails` gives, one after another, until it ends or there is trouble.

        Every message taken is answered once, with one exception: what was never offered because
        trouble came first is not answered, and `leaves` was not called for it. Raises nothing for
        the wire's troubles; what `mails` or the observer raises passes through, and the connection
        is given up.
        """

    def close(self) -> None:
        """Say goodbye, if a connection is open."""
