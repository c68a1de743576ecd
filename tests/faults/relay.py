"""The relay of the faults, a process of its own, and the file in which it notes what it took.

One line a message, appended before the 250 is written: whatever is killed afterwards, the file is
the truth about who was mailed.
"""

import argparse
import asyncio
import os
import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from tests.certificates import Certificate
from tests.relay import BlindServer, ForgetfulServer, HastyServer, Misbehaving, Server, listen

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)

SERVERS: dict[str, type[Server]] = {
    "": Server,
    "forgetful": ForgetfulServer,
    "hasty": HastyServer,
    "blind": BlindServer,
}


class Noting(Misbehaving):
    """Notes the recipient and the Message-ID of what it takes, and forgets the rest."""

    def __init__(
        self,
        path: Path,
        extensions: Collection[str],
        *,
        faults: Collection[str],
        everybody: str,
        most: int | None,
    ) -> None:
        super().__init__(extensions, faults=faults, everybody=everybody, most=most)
        self._fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def keep(self, recipient: str, content: bytes) -> None:
        found = _MESSAGE_ID.search(content)
        name = found[1].decode("ascii", "replace") if found else "-"
        os.write(self._fd, f"{recipient} {name}\n".encode())


class Taken:
    """What a relay has taken, by its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = 0
        self._count = 0

    def count(self) -> int:
        """How many messages; cheap to ask often."""
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self._size)
                new = file.read()
            self._size += len(new)
            self._count += new.count(b"\n")
        return self._count

    def recipients(self) -> Counter[str]:
        """How many messages each got."""
        return Counter(recipient for recipient, _ in self._lines())

    def message_ids(self) -> Counter[str]:
        return Counter(name for _, name in self._lines())

    def _lines(self) -> list[tuple[str, str]]:
        if not self.path.exists():
            return []
        lines = (line.partition(" ") for line in self.path.read_text().splitlines())
        return [(recipient, name) for recipient, _, name in lines]


async def serve(arguments: argparse.Namespace) -> None:
    certificate = None
    if arguments.certificate and not arguments.clear:
        certificate = Certificate(arguments.certificate, arguments.key)
    relay = Noting(
        arguments.kept,
        ["PIPELINING"] if arguments.pipelining else [],
        faults=arguments.faults.split(",") if arguments.faults else [],
        everybody=arguments.everybody,
        most=arguments.most,
    )
    server = await listen(
        relay,
        port=arguments.port,
        server=SERVERS[arguments.broken],
        certificate=certificate,
        password=arguments.password if certificate else "",
    )
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--kept", type=Path, required=True, help="the file of what it took")
    parser.add_argument("--pipelining", action="store_true", help="offer PIPELINING")
    parser.add_argument("--certificate", type=Path, help="offer STARTTLS, and ask for it")
    parser.add_argument("--key", type=Path)
    parser.add_argument("--clear", action="store_true", help="offer no STARTTLS after all")
    parser.add_argument("--password", default="", help="let nobody in without it")
    parser.add_argument("--faults", default="", help="the faults to show, by recipient (a,b)")
    parser.add_argument("--everybody", default="", help="one fault for every recipient")
    parser.add_argument("--most", type=int, help="messages that it takes in one connection")
    parser.add_argument("--broken", default="", choices=sorted(SERVERS), help="how it pipelines")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
