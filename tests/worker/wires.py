"""Transports to try, and what is offered to them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from tests.certificates import Certificate
from tests.relay import Misbehaving, misbehaving_relay
from tests.worker.conftest import Watch
from worker.transport import Reply, SMTPTransport, Transport, Trouble

#: The ways to speak SMTP; `tls` is pipelined under STARTTLS.
WIRES = ["plain", "pipelined", "tls"]

FINE = "fine@example.org"

#: Seconds in which a relay of these tests answers.
TIMEOUT = 5.0


def smtp(url: str, *, timeout: float = TIMEOUT) -> SMTPTransport:
    return SMTPTransport(url, timeout=timeout, hostname="localhost")


@contextmanager
def open_wire(
    wire: str, certificate: Certificate, *, most: int | None = None
) -> Iterator[tuple[Misbehaving, SMTPTransport]]:
    """Give a relay's memory and a transport to it. SSL_CERT_FILE must name the certificate."""
    extensions = [] if wire == "plain" else ["PIPELINING"]
    shown = certificate if wire == "tls" else None
    with misbehaving_relay(*extensions, certificate=shown, most=most) as (memory, url):
        transport = smtp(url)
        yield memory, transport
        transport.close()


def mail_to(recipient: str, content: bytes = b"Subject: Dag\r\n\r\nHallo\r\n") -> OutgoingMail:
    return OutgoingMail(sender="bijeen@example.org", recipient=recipient, content=content)


def offer(transport: Transport, *recipients: str) -> tuple[Watch, Trouble | None]:
    """Offer a message to each of these; return what was told, and the trouble."""
    watch = Watch()
    trouble = transport.send(iter([mail_to(each) for each in recipients]), watch)
    return watch, trouble


def deliver(transport: Transport, recipient: str) -> tuple[Reply, int]:
    """Return the reply and how often the body was announced."""
    watch, _ = offer(transport, recipient)
    return watch.replies[recipient], watch.told.count(("leaves", recipient))


def refused_connection(url: str, *, timeout: float = TIMEOUT) -> Trouble:
    """Offer a message to a relay with which no connection is possible; return the trouble.

    The message waits, its body was never announced, and nobody's patience is spent.
    """
    transport = smtp(url, timeout=timeout)
    watch, trouble = offer(transport, FINE, "fine2@example.org")
    assert trouble is not None
    (told,) = watch.told
    assert told[0] == FINE
    reply = watch.replies[FINE]
    assert (reply.state, reply.relay_down, reply.text) == (
        MailState.DEFERRED, True, trouble.words,
    )  # fmt: skip
    return trouble


def greet(lines: io.RawIOBase, *extensions: bytes) -> None:
    """The part of a scripted relay up to the answer to EHLO."""
    lines.write(b"220 relay\r\n")
    lines.readline()
    lines.write(
        b"".join(b"250-%b\r\n" % each for each in (b"relay", *extensions)) + b"250 HELP\r\n"
    )


def answer(lines: io.RawIOBase, *answers: bytes) -> None:
    """Answer as many commands with these, in order."""
    for each in answers:
        lines.readline()
        lines.write(each + b"\r\n")


def read_body(lines: io.RawIOBase) -> None:
    """Read up to the final dot."""
    while lines.readline() != b".\r\n":
        pass
