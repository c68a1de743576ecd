"""From a message to the relay's answer. Knows SMTP; knows nothing of mailings or rows.

One transport holds one connection and is used by one thread. Providers with an HTTP API fit behind
the same `Transport`. The dialogue is RFC 5321's, a command at a time.
"""

import re
import smtplib  # noqa: TID251 -- this is the place
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from campaigns.mail import OutgoingMail
from contacts.enums import MailState


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay made of one message.

    `state` is sent, deferred, refused or unknown. `relay_down` says that the trouble is the relay's
    or ours, not this recipient's: nobody else need be tried now, and nobody's patience is spent.
    """

    state: MailState
    code: int | None
    text: str
    relay_down: bool = False


class Transport(Protocol):
    """What the engine asks of a way to send."""

    def deliver(self, mail: OutgoingMail, *, before_body: Callable[[], None]) -> Reply:
        """Send one message and return what is known of it; never raises for the wire's troubles.

        `before_body` is called once, right before the first byte of the body leaves.
        """

    def close(self) -> None:
        """Say goodbye, if a connection is open."""


class SMTPTransport:
    """A persistent SMTP connection to one relay.

    `url` is `smtp://host:port`, `smtps://user:pass@host` (TLS from the start) or
    `submission://user:pass@host` (STARTTLS required: never back to clear text). A user name and
    password are only sent over TLS. `timeout` is in seconds, for every wait.
    """

    def __init__(self, url: str, *, timeout: float, hostname: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps", "submission") or not parts.hostname:
            raise ValueError(
                "EMAIL_URL must look like smtp://host:port, smtps://user:pass@host "
                "or submission://user:pass@host"
            )
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = parts.port or {"smtp": 25, "smtps": 465, "submission": 587}[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._timeout = timeout
        self._hostname = hostname
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, mail: OutgoingMail, *, before_body: Callable[[], None]) -> Reply:
        try:
            smtp, fresh = self._connected()
            try:
                code, text = self._begin(smtp, mail)
            except smtplib.SMTPServerDisconnected:
                if fresh:
                    raise
                code, text = 421, b""
            if code == 421 and not fresh:
                # The relay closed a connection that had been idle, and may have said so while
                # nobody listened. That is no trouble: nothing was said of this mail yet.
                self._drop()
                smtp, _ = self._connected()
                code, text = self._begin(smtp, mail)
        except smtplib.SMTPResponseException as error:
            self._drop()
            return _reply_down(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Reply(MailState.DEFERRED, None, _words(error), relay_down=True)
        if not 200 <= code < 300:
            self._drop()
            return _reply_down(code, text)
        return self._recipient_and_body(smtp, mail, before_body)

    def close(self) -> None:
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._drop()

    def _begin(self, smtp: smtplib.SMTP, mail: OutgoingMail) -> tuple[int, bytes]:
        return smtp.docmd("MAIL", f"FROM:<{mail.sender}>")

    def _recipient_and_body(
        self, smtp: smtplib.SMTP, mail: OutgoingMail, before_body: Callable[[], None]
    ) -> Reply:
        """The rest of the dialogue, after MAIL was accepted."""
        try:
            code, text = smtp.docmd("RCPT", f"TO:<{mail.recipient}>")
            if not 200 <= code < 300:
                return self._turned_down(smtp, code, text)
            code, text = smtp.docmd("DATA")
            if code != 354:
                return self._turned_down(smtp, code, text)
            before_body()
            sock = smtp.sock
            if sock is None:
                raise smtplib.SMTPServerDisconnected("The connection is gone.")
            sock.sendall(_stuffed(mail.content))
        except (OSError, smtplib.SMTPException) as error:
            # Without its final dot a message is not accepted (RFC 5321, 4.1.1.4): safe to repeat.
            self._drop()
            return Reply(MailState.DEFERRED, None, _words(error), relay_down=True)
        try:
            sock.sendall(b".\r\n")
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            # The dot may have arrived, and the answer been lost (RFC 1047): nobody can know.
            self._drop()
            return Reply(MailState.UNKNOWN, None, _words(error))
        if 200 <= code < 300:
            return Reply(MailState.SENT, code, _decoded(text))
        if 400 <= code < 600:
            return self._turned_down(smtp, code, text, reset=False)
        self._drop()
        return Reply(MailState.UNKNOWN, None, f"Not an SMTP reply: {_decoded(text)}")

    def _turned_down(
        self, smtp: smtplib.SMTP, code: int, text: bytes, *, reset: bool = True
    ) -> Reply:
        """A refusal of this message; the connection is made ready for the next one."""
        if code == 421 or not 400 <= code < 600:
            self._drop()
            return _reply_down(code, text)
        if reset:
            try:
                smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        state = MailState.DEFERRED if code < 500 else MailState.REFUSED
        return Reply(state, code, _decoded(text))

    def _connected(self) -> tuple[smtplib.SMTP, bool]:
        """Return an open connection and whether it was opened just now."""
        if self._smtp is not None and self._smtp.sock is not None:
            return self._smtp, False
        context = ssl.create_default_context()
        if self._scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                self._port,
                local_hostname=self._hostname,
                timeout=self._timeout,
                context=context,
            )
        else:
            smtp = smtplib.SMTP(
                self._host, self._port, local_hostname=self._hostname, timeout=self._timeout
            )
        self._smtp = smtp
        # The final dot is a small write of its own: it must not wait 40 ms for an acknowledgement.
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if self._scheme == "submission":
            # Raises when the relay offers no STARTTLS or its certificate is wrong.
            smtp.starttls(context=context)
            smtp.ehlo()
        if self._user:
            if self._scheme == "smtp":
                raise smtplib.SMTPException(
                    "A password is not sent in clear text: use submission:// or smtps://."
                )
            smtp.login(self._user, self._password)
        return smtp, True

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _reply_down(code: int, text: bytes | str) -> Reply:
    return Reply(MailState.DEFERRED, code if code > 0 else None, _decoded(text), relay_down=True)


_LEADING_DOT = re.compile(rb"(?m)^\.")


def _stuffed(content: bytes) -> bytes:
    """Double every dot that begins a line (RFC 5321, 4.5.2)."""
    return _LEADING_DOT.sub(b"..", content)


def _decoded(text: bytes | str) -> str:
    """Return what the relay said, without NUL, which PostgreSQL cannot store."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return words.replace("\x00", "")


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
