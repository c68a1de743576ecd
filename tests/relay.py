"""A relay that misbehaves on request, over a real socket.

What it does depends on the recipient's local part, so that one mailing can meet every fault:
`later` 451 at RCPT, `gone` 550 at RCPT, `busy` 421 at RCPT, `full` 452 after the dot, `spam` 554
after the dot, `drop` keeps the message and hangs up before its reply, `cut` hangs up at DATA,
`garbage` answers nonsense after the dot. Everybody else gets 250.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session


class Misbehaving:
    """aiosmtpd's handler; `kept` holds (recipient, content) of every message it took in."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, bytes]] = []
        self.connections = 0

    async def handle_EHLO(self, server, session: Session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope: Envelope, address, options):  # noqa: N802
        if address.startswith("blocked"):
            return "550 5.7.1 sender blocked"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope: Envelope, address, options):  # noqa: N802
        answers = {
            "later": "451 4.3.0 try again later",
            "gone": "550 5.1.1 no such user",
            "busy": "421 4.3.2 too busy",
        }
        if answer := answers.get(_fault(address)):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session, envelope: Envelope):  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        match _fault(recipient):
            case "full":
                return "452 4.2.2 mailbox full"
            case "spam":
                return "554 5.7.1 looks like spam"
            case "drop":
                self.kept.append((recipient, envelope.original_content or b""))
                _hang_up(server)
            case "garbage":
                return "what is this"
            case _:
                self.kept.append((recipient, envelope.original_content or b""))
        return "250 2.0.0 queued"

    def recipients(self) -> list[str]:
        return sorted(recipient for recipient, _ in self.kept)


def _fault(address: str) -> str:
    return address.split("@")[0].split("+")[0].rstrip("0123456789")


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


class _Server(SMTP):
    async def smtp_DATA(self, arg):  # noqa: N802
        if self.envelope and self.envelope.rcpt_tos and _fault(self.envelope.rcpt_tos[0]) == "cut":
            _hang_up(self)
            return
        await super().smtp_DATA(arg)


@contextmanager
def misbehaving_relay() -> Iterator[tuple[Misbehaving, str]]:
    """Run a relay on a free port of 127.0.0.1; yield its memory and its EMAIL_URL."""
    handler = Misbehaving()
    loop = asyncio.new_event_loop()
    # Its whole life is in the thread: a browser test leaves a running loop in the main one.
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(_listen(handler), loop).result(timeout=5)
        port = server.sockets[0].getsockname()[1]
        yield handler, f"smtp://127.0.0.1:{port}"
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(timeout=5)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(handler: Misbehaving) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: _Server(handler, hostname="relay.example.org", loop=loop), "127.0.0.1", 0
    )


async def _close(server: asyncio.Server) -> None:
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0.01)
