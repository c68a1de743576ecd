"""The mail catcher: an SMTP server that keeps every message as a file. Never for production.

A message becomes one file, named by the moment it came, with the envelope in two lines of its own
on top; it is written aside and renamed, so that a reader never sees half a message.
"""

import argparse
import asyncio
import signal
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

#: Two header lines of our own, for what the message itself does not say.
ENVELOPE_FROM = "X-Envelope-From"
ENVELOPE_TO = "X-Envelope-To"


class Keeper:
    """aiosmtpd's handler: keeps each message in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        self.count += 1
        name = f"{time.time_ns()}-{self.count:06}.eml"
        recipients = ",".join(envelope.rcpt_tos)
        head = f"{ENVELOPE_FROM}: {envelope.mail_from}\r\n{ENVELOPE_TO}: {recipients}\r\n"
        aside = self.folder / f".{name}"
        aside.write_bytes(head.encode() + (envelope.original_content or b""))
        aside.rename(self.folder / name)
        return f"250 2.0.0 kept as {name}"


async def serve(*, folder: Path, port: int) -> None:
    """Catch mail on 127.0.0.1:`port` until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", loop=loop), "127.0.0.1", port
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keep every mail as a file.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(folder=arguments.folder, port=arguments.port))
