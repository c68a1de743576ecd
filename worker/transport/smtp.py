"""The SMTP dialogue (RFC 5321), pipelined where the relay offers it (RFC 2920), plain where not.

Pipelined, one write carries a body, its final dot and the envelope of the next message. A group
ends with DATA and no body follows before its 354, so at most one message is ever in doubt: the one
whose final dot may have arrived and whose reply has not (RFC 1047).

A relay that offers pipelining and cannot do it is found out by replies that do not come or come out
of step. Since no body leaves without its own 354, that costs nobody a mail; what it costs is the
connection, and for a while that relay is spoken to one command at a time.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from django.utils.translation import gettext_noop

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from worker.transport.contract import Observer, Reply, Trouble
from worker.transport.relay import Address, Connection, RelayUnavailable, connect
from worker.transport.wire import NotSMTP

_DOT = b".\r\n"
_DATA = b"DATA\r\n"

#: An address that can stand in a command: anything else could be a second command.
_CARRIED = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")


#: The first digit of a good reply to MAIL, RCPT and DATA.
_GOOD = (2, 2, 3)
_BAD_SEQUENCE = 503

#: Seconds without pipelining after a relay offered it and did not keep to it.
PLAIN_FOR = 3600.0

#: Seconds for the words of a relay that hung up: they are there already or not at all.
_LAST_WORDS = 0.5


class _Gone(Exception):
    """The connection is of no use any more. `code` is 421, or what refused our sender.

    `is_worth_another` says that a new connection may be tried at once, `is_out_of_step` that it
    was pipelining that went wrong.
    """

    def __init__(
        self,
        text: str,
        *,
        code: int | None = None,
        is_worth_another: bool = False,
        is_out_of_step: bool = False,
    ) -> None:
        self.text = text
        self.code = code
        self.is_worth_another = is_worth_another
        self.is_out_of_step = is_out_of_step
        super().__init__(text)

    @property
    def is_lasting(self) -> bool:
        return self.code is not None and self.code >= 500


class SMTPTransport:
    """A connection to one relay that stays open between calls. `url`: see relay.Address.

    `timeout` is in seconds, for every wait. `pipelining=False` never pipelines.
    """

    def __init__(self, url: str, *, timeout: float, hostname: str, pipelining: bool = True) -> None:
        self._address = Address.of(url)
        self._timeout = timeout
        self._hostname = hostname
        self._pipelining = pipelining
        self._plain_until = float("-inf")
        self._connection: Connection | None = None

    def send(self, mails: Iterator[OutgoingMail], observer: Observer) -> Trouble | None:
        try:
            return self._send(mails, observer)
        except BaseException:
            self._drop()
            raise

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError, NotSMTP):
                self._connection.wire.write(b"QUIT\r\n")
                self._connection.wire.reply()
            self._drop()

    def _send(self, mails: Iterator[OutgoingMail], observer: Observer) -> Trouble | None:
        mail = next(mails, None)
        while mail is not None:
            try:
                connection = self._connected()
            except RelayUnavailable as error:
                observer.answered(mail, _down(error.code, error.words))
                return Trouble(error.words, is_lasting=error.is_lasting)
            dialogue = _Dialogue(connection, observer, is_pipelined=self._may_pipeline(connection))
            try:
                dialogue.run(mail, mails)
                return None
            except _Gone as gone:
                self._drop()
                if gone.is_out_of_step:
                    self._plain_until = time.monotonic() + PLAIN_FOR
                mail = dialogue.in_hand
                if not gone.is_worth_another:
                    if mail is not None:
                        observer.answered(mail, _down(gone.code, gone.text))
                    return Trouble(gone.text, is_lasting=gone.is_lasting)
                mail = mail or next(mails, None)
        return None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect(
                self._address, timeout=self._timeout, hostname=self._hostname
            )
        return self._connection

    def _may_pipeline(self, connection: Connection) -> bool:
        is_trusted = time.monotonic() > self._plain_until
        return self._pipelining and connection.has_pipelining and is_trusted

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.wire.close()
            self._connection = None


class _Dialogue:
    """One connection from the first envelope of a call to the last. Raises _Gone when it is over.

    `in_hand` is the message whose body has not left and which has no answer yet.
    """

    def __init__(self, connection: Connection, observer: Observer, *, is_pipelined: bool) -> None:
        self._connection = connection
        self._wire = connection.wire
        self._observer = observer
        self._is_pipelined = is_pipelined
        #: Replies still to come that say nothing of the message in hand.
        self._to_skip = 0
        self.in_hand: OutgoingMail | None = None
        self._is_fresh = connection.is_fresh
        connection.is_fresh = False
        self._has_answered = False
        self._has_taken = False

    def run(self, first: OutgoingMail, mails: Iterator[OutgoingMail]) -> None:
        """Send `first` and all that `mails` gives. Raises _Gone."""
        carried = self._carried(chain([first], mails))
        mail = self.in_hand = next(carried, None)
        if mail is not None and self._is_pipelined:
            self._write(self._envelope(mail))
        while mail is not None:
            refusal, is_open = self._envelope_replies(mail)
            if refusal is not None:
                self.in_hand = None
                self._observer.answered(mail, refusal)
                mail = self._after_refusal(is_open, carried)
            else:
                mail = self._body(mail, carried)

    def _carried(self, mails: Iterator[OutgoingMail]) -> Iterator[OutgoingMail]:
        """Leave out, with an answer, what this relay cannot carry."""
        size_max = self._connection.size_max
        for mail in mails:
            if not _CARRIED.fullmatch(mail.sender):
                # No recipient's fault, and the next mail comes from the same.
                text = gettext_noop("The sender's address cannot be written in an SMTP command.")
                raise _Gone(text, code=553)
            if not _CARRIED.fullmatch(mail.recipient):
                text = gettext_noop("This address cannot be written in an SMTP command.")
                self._observer.answered(mail, Reply(MailState.REFUSED, None, text))
            elif size_max and len(mail.content) > size_max:
                text = f"The message is larger than the relay takes ({size_max} octets)."
                self._observer.answered(mail, Reply(MailState.REFUSED, 552, text))
            else:
                yield mail

    # --- the envelope -------------------------------------------------------------------------

    def _envelope(self, mail: OutgoingMail) -> bytes:
        return b"".join(self._commands(mail))

    def _commands(self, mail: OutgoingMail) -> tuple[bytes, bytes, bytes]:
        body = " BODY=8BITMIME" if mail.is_8bit and self._connection.has_8bitmime else ""
        return (
            f"MAIL FROM:<{mail.sender}>{body}\r\n".encode("ascii"),
            f"RCPT TO:<{mail.recipient}>\r\n".encode("ascii"),
            _DATA,
        )

    def _envelope_replies(self, mail: OutgoingMail) -> tuple[Reply | None, bool]:
        """Return the refusal of the envelope, if any, and whether a body is awaited all the same.

        Raises _Gone when the relay closes, or refuses our sender: that is no recipient's fault.
        """
        for _ in range(self._to_skip):
            self._reply()
        self._to_skip = 0
        replies = []
        for position, good in enumerate(_GOOD):
            if not self._is_pipelined:
                self._write(self._commands(mail)[position])
            code, text = self._reply()
            if code // 100 not in (good, 4, 5):
                raise self._lost_step(f"Not an SMTP reply: {code} {text}")
            replies.append((code, text))
            if code >= 400 and not self._is_pipelined:
                break
        refused = next(((code, text) for code, text in replies if code >= 400), None)
        if refused is None:
            return None, False
        code, text = refused
        if code == _BAD_SEQUENCE and self._is_pipelined:
            raise self._lost_step(f"{code} {text}")
        if replies[0][0] >= 400:
            raise _Gone(text, code=code)
        return _refusal(code, text), replies[-1][0] == 354

    def _after_refusal(self, is_open: bool, mails: Iterator[OutgoingMail]) -> OutgoingMail | None:
        """Make the connection ready for the next message and return it."""
        following = self.in_hand = next(mails, None)
        # Where a body is awaited although the recipient was refused, a lone dot ends it.
        clean = _DOT if is_open else b"RSET\r\n"
        if following is not None and self._is_pipelined:
            self._write(clean + self._envelope(following))
            self._to_skip = 1
        else:
            self._write(clean)
            self._reply()
        return following

    # --- the body -----------------------------------------------------------------------------

    def _body(self, mail: OutgoingMail, mails: Iterator[OutgoingMail]) -> OutgoingMail | None:
        """Send the body, and with it the next envelope; return the next message."""
        following = next(mails, None) if self._is_pipelined else None
        body = _stuffed(mail.content) if mail.is_dotted else mail.content
        envelope = self._envelope(following) if following is not None else b""
        end = len(body) + len(_DOT)
        self._observer.leaves(mail)
        self.in_hand = None
        if self._wire.write_counted(body + (_DOT + envelope), upto=end) < end:
            reply, gone = self._interrupted()
            self._observer.answered(mail, reply)
            raise gone
        self.in_hand = following
        self._observer.waits()
        reply, final = self._final_reply()
        self._observer.answered(mail, reply)
        if final is not None:
            raise final
        if not self._is_pipelined:
            following = self.in_hand = next(mails, None)
        return following

    def _interrupted(self) -> tuple[Reply, _Gone]:
        """Return what became of a body whose final dot has not left: it was not accepted
        (RFC 5321, 4.1.1.4). A relay that has had enough may have said why."""
        try:
            code, text = self._wire.reply(within=_LAST_WORDS)
        except (OSError, NotSMTP):
            text = gettext_noop("The connection broke before the end of the message.")
            code = None
        if code is None or code == 421:
            return _down(code, text), _Gone(text, code=code)
        if 400 <= code < 600:
            return _refusal(code, text), _Gone(text, is_worth_another=True)
        return _unreadable(code, text)

    def _final_reply(self) -> tuple[Reply, _Gone | None]:
        """Return what became of the body, and why the connection is over, if it is."""
        try:
            code, text = self._wire.reply()
        except (OSError, NotSMTP) as error:
            # The dot may have arrived, and the answer been lost (RFC 1047): nobody can know. Some
            # do not see a dot with which the next envelope came.
            words = _words(error)
            is_out_of_step = self._is_pipelined and isinstance(error, TimeoutError)
            return Reply(MailState.UNKNOWN, None, words), _Gone(
                words, is_worth_another=True, is_out_of_step=is_out_of_step
            )
        self._has_answered = True
        if 200 <= code < 300:
            self._has_taken = True
            return Reply(MailState.SENT, code, text), None
        if code == 421:
            return _down(code, text), _Gone(text, code=code)
        if 400 <= code < 600:
            return _refusal(code, text), None
        return _unreadable(code, text)

    # --- the wire -----------------------------------------------------------------------------

    def _reply(self) -> tuple[int, str]:
        """Read a reply that is not to a body. Raises _Gone."""
        try:
            code, text = self._wire.reply()
        except (OSError, NotSMTP) as error:
            if self._has_answered and isinstance(error, TimeoutError):
                raise self._lost_step(_words(error)) from error
            raise self._closed(_words(error)) from error
        if code == 421:
            raise self._closed(text, code=code)
        self._has_answered = True
        return code, text

    def _write(self, data: bytes) -> None:
        try:
            self._wire.write(data)
        except OSError as error:
            raise self._closed(_words(error)) from error

    def _closed(self, text: str, *, code: int | None = None) -> _Gone:
        """The relay hung up, which some do after a while or after so many messages."""
        was_idle = not self._is_fresh and not self._has_answered
        return _Gone(text, code=code, is_worth_another=was_idle or self._has_taken)

    def _lost_step(self, text: str) -> _Gone:
        """The replies are not those to our commands: nothing more may be said here."""
        if not self._is_pipelined:
            return _Gone(text)
        words = (
            "The relay offers PIPELINING but does not keep to it; "
            f"for an hour it gets one command at a time ({text})."
        )
        return _Gone(words, is_out_of_step=True)


def _refusal(code: int, text: str) -> Reply:
    """What a refusal of one message means: 4xx later, 5xx never."""
    return Reply(MailState.DEFERRED if code < 500 else MailState.REFUSED, code, text)


def _unreadable(code: int, text: str) -> tuple[Reply, _Gone]:
    """What a body's reply that is neither yes nor no leaves: it may have been accepted."""
    words = f"Not an SMTP reply: {code} {text}"
    return Reply(MailState.UNKNOWN, None, words), _Gone(words, is_worth_another=True)


def _down(code: int | None, text: str) -> Reply:
    return Reply(MailState.DEFERRED, code, text, relay_down=True)


def _stuffed(content: bytes) -> bytes:
    """Double every dot that begins a line (RFC 5321, 4.5.2)."""
    doubled = content.replace(b"\n.", b"\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
