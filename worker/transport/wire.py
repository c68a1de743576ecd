"""An open connection as octets: whole replies in, whole groups of commands out."""

import re
import socket
import ssl
import time

#: What a reply may be at most, all its lines together; more is no SMTP (RFC 5321 asks for 512).
REPLY_MAX = 65536
#: Octets that are read at once. Python sets them aside before each reading.
_AT_ONCE = 4096

_LINE = re.compile(rb"(\d\d\d)([ -]?)([^\r\n]*)\r?\n")
#: A reply of one line, as most are.
_WHOLE = re.compile(rb"(\d\d\d)(?: ([^\r\n]{0,500}))?\r?\n")
#: A body may take this many times as long as a reply: a large one on a slow line, but not so long
#: that a relay which reads a little every minute keeps a claim past its lease.
_BODY_PATIENCE = 4

#: A TLS record holds at most this much, and reaches the other side whole or not at all.
_TLS_RECORD = 16384


class NotSMTP(Exception):
    """The other side does not speak SMTP (any more); holds what it said."""


class Wire:
    """Reads replies and writes groups, each within `timeout` seconds.

    Raises OSError when the connection fails or the time is over, NotSMTP for a reply that is none.
    """

    def __init__(self, sock: socket.socket, *, timeout: float) -> None:
        self.sock = sock
        self._timeout = timeout
        self._waits_for = -1.0
        self._unread = b""

    def reply(self, *, within: float | None = None) -> tuple[int, str]:
        """Return the code and the text of the next reply; the lines of a long one in one.

        `within` is in seconds, for a reply that must be there already.
        """
        if found := _WHOLE.match(self._unread):
            self._unread = self._unread[found.end() :]
            return int(found[1]), _words(found[2] or b"")
        code, lines = self.reply_lines(within=within)
        return code, _words(b" ".join(lines))

    def reply_lines(self, *, within: float | None = None) -> tuple[int, list[bytes]]:
        """Return the code of the next reply and its lines without it."""
        ends_at = time.monotonic() + (self._timeout if within is None else within)
        code, texts, length = 0, [], 0
        while True:
            line = self._line(ends_at)
            length += len(line)
            found = _LINE.fullmatch(line)
            if found is None or length > REPLY_MAX or (code and int(found[1]) != code):
                raise NotSMTP(_words(line))
            code = int(found[1])
            texts.append(found[3])
            if found[2] != b"-":
                return code, texts

    def _line(self, ends_at: float) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            if len(self._unread) > REPLY_MAX:
                raise NotSMTP(_words(self._unread))
            self._wait_for(self._left(ends_at))
            try:
                data = self.sock.recv(_AT_ONCE)
            except TimeoutError:
                continue
            if not data:
                raise ConnectionResetError("The relay hung up.")
            self._unread += data
        line, self._unread = self._unread[: end + 1], self._unread[end + 1 :]
        return line

    def _left(self, ends_at: float) -> float:
        """Seconds until then. Raises TimeoutError when there are none."""
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("The relay did not answer in time.")
        return left

    def _wait_for(self, seconds: float) -> None:
        """Let the next operation take so long, to a tenth of a second: to change it is a call to
        the kernel, and one for each message would be felt."""
        if not 0 <= self._waits_for - seconds < 0.1:
            self.sock.settimeout(seconds)
            self._waits_for = seconds

    def write(self, data: bytes) -> None:
        """Write all of it."""
        self._wait_for(self._timeout)
        self.sock.sendall(data)

    def write_counted(self, data: bytes, *, upto: int) -> int:
        """Write `data` and return `upto`, or, when the connection fails, at least as many octets
        as can have arrived by then: fewer than `upto` proves that octet `upto` has not."""
        ends_at = time.monotonic() + _BODY_PATIENCE * self._timeout
        # Under TLS one record at a time: of a longer write that fails nobody knows how many left.
        in_doubt = _TLS_RECORD if isinstance(self.sock, ssl.SSLSocket) else 0
        most = in_doubt or len(data)
        left = memoryview(data)
        try:
            while left:
                self._wait_for(min(self._timeout, self._left(ends_at)))
                left = left[self.sock.send(left[:most]) :]
        except OSError:
            return min(len(data) - len(left) + in_doubt, upto)
        return upto

    def close(self) -> None:
        self.sock.close()


def _words(text: bytes) -> str:
    """What the relay said, as much as fits in a row, without NUL, which PostgreSQL cannot store."""
    return text[:1000].decode("utf-8", "replace").replace("\x00", "").strip()
