"""A relay that misbehaves on request, over a real socket.

What it does depends on the recipient's local part, so that one mailing can meet every fault:

    later    451 at RCPT, always            soon     451 at RCPT, the first time
    busy     421 at RCPT, always            rush     421 at RCPT, the first time
    gone     550 at RCPT                    open     550 at RCPT, and yet a body is awaited
    mute     no answer to RCPT, ever        long     an answer to RCPT with a line of 10 kB
    cut      hangs up at DATA               full     452 after the dot
    spam     554 after the dot              garbage  nonsense after the dot
    drop     keeps the message, then hangs up without an answer
    stall    keeps the message, then says nothing for ever
    slow     keeps the message and answers a second later

Everybody else gets 250.
"""

import asyncio
import io
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.certificates import Certificate

#: Longer than any test waits.
_FOR_EVER = 3600.0

_AT_RCPT = {
    "later": "451 4.3.0 try again later",
    "soon": "451 4.3.0 try again soon",
    "busy": "421 4.3.2 too busy",
    "rush": "421 4.3.2 too busy just now",
    "gone": "550 5.1.1 no such user",
    "open": "550 5.1.1 no such user",
    "long": "250-" + "x" * 10_000 + "\r\n250 2.1.5 Ok",
}
_ONCE = ("soon", "rush")
_AFTER_DOT = {
    "full": "452 4.2.2 mailbox full",
    "spam": "554 5.7.1 looks like spam",
    "open": "554 5.5.1 no valid recipients",
}


class Misbehaving:
    """aiosmtpd's handler; `kept` holds (recipient, content) of every message it took in.

    `extensions` are announced beside aiosmtpd's own. Only the `faults` named are shown, all by
    default; `everybody` is a fault for every recipient. It takes `most` messages a connection.
    """

    def __init__(
        self,
        extensions: Collection[str] = (),
        *,
        faults: Collection[str] | None = None,
        everybody: str = "",
        most: int | None = None,
    ) -> None:
        self.extensions = extensions
        self.faults = faults
        self.everybody = everybody
        self.most = most
        self.kept: list[tuple[str, bytes]] = []
        self.connections = 0
        self._seen: set[str] = set()

    def fault_of(self, address: str) -> str:
        """Which fault this recipient meets; "" for none."""
        if self.everybody:
            return self.everybody
        name = address.split("@")[0].split("+")[0].rstrip("0123456789")
        return name if self.faults is None or name in self.faults else ""

    def keep(self, recipient: str, content: bytes) -> None:
        """Take the responsibility for a message; called before its 250."""
        self.kept.append((recipient, content))

    async def handle_EHLO(self, server, session: Session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        has_size = any(each.startswith("SIZE") for each in self.extensions)
        theirs = [each for each in responses if not (has_size and "SIZE" in each)]
        return [theirs[0], *(f"250-{each}" for each in self.extensions), *theirs[1:]]

    async def handle_MAIL(self, server, session, envelope: Envelope, address, options):  # noqa: N802
        if address.startswith("blocked"):
            return "550 5.7.1 sender blocked"
        if server.taken == self.most:
            return "421 4.7.0 too many messages in this connection"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope: Envelope, address, options):  # noqa: N802
        fault = self.fault_of(address)
        if fault == "mute":
            await asyncio.sleep(_FOR_EVER)
        is_over = fault in _ONCE and address in self._seen
        self._seen.add(address)
        answer = None if is_over else _AT_RCPT.get(fault)
        if answer is None or fault in ("open", "long"):
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope: Envelope):  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        fault = self.fault_of(recipient)
        if answer := _AFTER_DOT.get(fault):
            return answer
        if fault == "garbage":
            return "what is this"
        server.taken += 1
        self.keep(recipient, envelope.original_content or b"")
        if fault == "drop":
            server.hang_up()
        if fault == "stall":
            await asyncio.sleep(_FOR_EVER)
        if fault == "slow":
            await asyncio.sleep(1)
        return "250 2.0.0 queued"

    def recipients(self) -> list[str]:
        return sorted(recipient for recipient, _ in self.kept)


class Server(SMTP):
    """aiosmtpd's server, which hangs up where a relay would."""

    taken = 0

    def hang_up(self) -> None:
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.abort()

    async def push(self, status):
        await super().push(status)
        if status[:3] in ("421", b"421") and self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg):  # noqa: N802
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if recipients and self.event_handler.fault_of(recipients[0]) == "cut":
            self.hang_up()
            return
        await super().smtp_DATA(arg)


def _received(server: SMTP) -> bytearray:
    """What came in and was not read yet; asyncio has no other way to ask."""
    found: bytearray = vars(server._reader)["_buffer"]
    return found


class ForgetfulServer(Server):
    """Throws away what came before its reply, as one that does not know pipelining does."""

    async def push(self, status):
        _received(self).clear()
        await super().push(status)


class HastyServer(Server):
    """Answers the commands of a group in reverse."""

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self._held: list[str] = []

    async def push(self, status):
        self._held.append(status)
        if not _received(self):
            while self._held:
                await super().push(self._held.pop())


class BlindServer(Server):
    """Sees a final dot only at the end of what it has received."""

    async def smtp_DATA(self, arg):  # noqa: N802
        await self.push("354 Go ahead")
        while not bytes(_received(self)).endswith(b"\r\n.\r\n"):
            await asyncio.sleep(0.001)
        _received(self).clear()
        assert self.envelope is not None
        self.event_handler.keep(self.envelope.rcpt_tos[0], b"")
        self._set_rset_state()
        await self.push("250 2.0.0 queued")


@contextmanager
def misbehaving_relay(
    *extensions: str,
    server: type[Server] = Server,
    certificate: Certificate | None = None,
    password: str = "",
    most: int | None = None,
) -> Iterator[tuple[Misbehaving, str]]:
    """Run a relay on a free port of 127.0.0.1; yield its memory and its EMAIL_URL.

    `extensions` are announced beside aiosmtpd's own, such as PIPELINING, which it can do. With a
    certificate it offers STARTTLS and asks for it; with a password it asks `user` for that.
    """
    handler = Misbehaving(extensions, most=most)
    loop = asyncio.new_event_loop()
    # Its whole life is in the thread: a browser test leaves a running loop in the main one.
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        listening = asyncio.run_coroutine_threadsafe(
            listen(handler, server=server, certificate=certificate, password=password), loop
        ).result(timeout=5)
        port = listening.sockets[0].getsockname()[1]
        yield handler, f"{'submission' if certificate else 'smtp'}://127.0.0.1:{port}"
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result(timeout=5)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def listen(
    handler: Misbehaving,
    *,
    port: int = 0,
    server: type[Server] = Server,
    certificate: Certificate | None = None,
    password: str = "",
) -> asyncio.Server:
    """Listen on 127.0.0.1, on a free port unless one is given."""
    loop = asyncio.get_running_loop()
    context: ssl.SSLContext | None = certificate.for_server() if certificate else None

    def logs_in(server, session, envelope, mechanism, login) -> AuthResult:
        return AuthResult(success=password in ("", login.password.decode()), handled=False)

    return await loop.create_server(
        lambda: server(
            handler,
            hostname="relay.example.org",
            loop=loop,
            tls_context=context,
            require_starttls=context is not None,
            auth_required=bool(password),
            authenticator=logs_in,
        ),
        "127.0.0.1",
        port,
    )


async def _close(server: asyncio.Server) -> None:
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0.01)


@contextmanager
def scripted_relay(*visits: Callable[[io.RawIOBase], object]) -> Iterator[str]:
    """Serve as many connections as there are `visits`, each by one of them; yield the EMAIL_URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            for visit in visits:
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb", 0) as lines, suppress(OSError):
                    visit(lines)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()
