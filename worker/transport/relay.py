"""Opening a connection: the address of the relay, TLS and the password, by smtplib."""

import smtplib  # noqa: TID251 -- this is the place
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from worker.transport.wire import NotSMTP, Wire

_PORTS = {"smtp": 25, "smtps": 465, "submission": 587}


class RelayUnavailable(Exception):
    """No connection that we may use; `words` say why.

    `is_lasting` when only a person can mend it: the password, the certificate, STARTTLS missing.
    """

    def __init__(self, words: str, *, code: int | None = None, is_lasting: bool = False) -> None:
        self.words = words
        self.code = code
        self.is_lasting = is_lasting
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the relay is: `smtp://host:port`, `smtps://user:pass@host` (TLS from the start) or
    `submission://user:pass@host` (STARTTLS required: never back to clear text).

    A user name and password are sent over TLS only.
    """

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read EMAIL_URL. Raises ValueError with the forms that are known."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(
                "EMAIL_URL must look like smtp://host:port, smtps://user:pass@host "
                "or submission://user:pass@host"
            )
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


@dataclass(slots=True)
class Connection:
    """An open connection and what the relay offers on it. `size_max` is 0 when it sets no limit."""

    wire: Wire
    has_pipelining: bool
    has_8bitmime: bool
    size_max: int
    is_fresh: bool = True


class _Opening(smtplib.SMTP):
    """smtplib, but a reply is read as everywhere else: within a time and up to a length."""

    _wire: Wire | None = None
    login_refusal: smtplib.SMTPAuthenticationError | None = None

    @property
    def wire(self) -> Wire:
        """The connection as it is now; what came before TLS is not read any more (RFC 3207)."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("The relay hung up.")
        if self._wire is None or self._wire.sock is not self.sock:
            self._wire = Wire(self.sock, timeout=self.timeout)
        return self._wire

    def getreply(self) -> tuple[int, bytes]:
        try:
            code, lines = self.wire.reply_lines()
        except (OSError, NotSMTP):
            self.close()
            raise
        words = b"\n".join(lines)
        if code == 421:
            self.close()
            raise smtplib.SMTPResponseException(code, words)
        return code, words

    def auth(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        try:
            return super().auth(*arguments, **options)
        except smtplib.SMTPAuthenticationError as error:
            self.login_refusal = error
            raise


class _OpeningTLS(_Opening, smtplib.SMTP_SSL):
    """The same, under TLS from the first octet."""


def connect(address: Address, *, timeout: float, hostname: str) -> Connection:
    """Open a connection, ready for MAIL. Raises RelayUnavailable."""
    try:
        smtp = _open(address, timeout, hostname)
    except ssl.SSLError as error:
        # One that hangs up during the handshake may do better next time; a certificate does not.
        is_lasting = not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        raise RelayUnavailable(_words(error), is_lasting=is_lasting) from error
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise RelayUnavailable(
            text.replace("\x00", "")[:1000],
            code=error.smtp_code,
            is_lasting=500 <= error.smtp_code < 600,
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise RelayUnavailable(_words(error), is_lasting=True) from error
    except UnicodeError as error:
        # Its own words would show a part of the password.
        words = "The relay's name, the user name or the password has a character it cannot have."
        raise RelayUnavailable(words, is_lasting=True) from error
    except (OSError, NotSMTP, smtplib.SMTPException) as error:
        raise RelayUnavailable(_words(error)) from error
    # A reply waits for our last packet: it must not wait 40 ms for an acknowledgement first.
    smtp.wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    size = smtp.esmtp_features.get("size", "")
    return Connection(
        wire=smtp.wire,
        has_pipelining=smtp.has_extn("pipelining"),
        has_8bitmime=smtp.has_extn("8bitmime"),
        size_max=int(size) if size.isascii() and size.isdigit() else 0,
    )


def _open(address: Address, timeout: float, hostname: str) -> _Opening:
    host, port = address.host, address.port
    if address.user and address.scheme == "smtp":
        raise smtplib.SMTPNotSupportedError(
            "A password is not sent in clear text: use submission:// or smtps://."
        )
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        smtp: _Opening = _OpeningTLS(
            host, port, local_hostname=hostname, timeout=timeout, context=context
        )
    else:
        smtp = _Opening(host, port, local_hostname=hostname, timeout=timeout)
    try:
        if address.scheme == "submission":
            # Raises when the relay offers no STARTTLS or its certificate is wrong.
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if address.user:
            _log_in(smtp, address)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _log_in(smtp: _Opening, address: Address) -> None:
    """Raises SMTPNotSupportedError when there is no way to log in that both sides know."""
    try:
        smtp.login(address.user, address.password)
    except OSError as error:
        # Some hang up after a wrong password, while smtplib still tries another way to log in.
        if smtp.login_refusal is not None:
            raise smtp.login_refusal from None
        if type(error) is smtplib.SMTPException:
            raise smtplib.SMTPNotSupportedError(str(error)) from error
        raise


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
