"""Debian's smtp-sink and smtp-source: what the wire is measured against, on 127.0.0.1."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.house import free_ports, wait_for
from tests.servers import die_with_parent

#: What smtp-source puts before the octets that it is asked for: a header of four lines.
_HEADER = 125


def find(program: str) -> str:
    """Return the path of a program of Debian's postfix package. SystemExit when it is missing."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/lib/postfix/sbin")
    if path is None:
        raise SystemExit(
            f"{program} is missing: apt-get install --no-install-recommends postfix "
            "(it need not be set up)."
        )
    return path


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink, which takes all and keeps nothing; yield its port."""
    (port,) = free_ports(1)
    command = [find("smtp-sink"), f"127.0.0.1:{port}", "1000"]
    if os.geteuid() == 0:
        command[1:1] = ["-u", "root"]
    process = subprocess.Popen(command, preexec_fn=die_with_parent)
    try:
        wait_for(lambda: _answers(port), seconds=10, what="smtp-sink")
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def source(port: int, *, count: int, octets: int) -> float:
    """Send `count` messages of that size by smtp-source, over two connections that stay open.

    Returns seconds.
    """
    command = [
        find("smtp-source"), "-d", "-s", "2", "-l", str(octets - _HEADER), "-m", str(count),
        "-f", "a@example.org", "-t", "b@example.org", f"127.0.0.1:{port}",
    ]  # fmt: skip
    started = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - started
