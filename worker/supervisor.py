"""A small supervisor: starts children, restarts the dead, stops all in order, leaves no orphan.

Each child asks the kernel for SIGTERM when the supervisor dies, so that even `kill -9` of it ends
them (Linux). docs/decisions/0006 says why none of the existing ones serves.
"""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

# Loaded before any fork: the child may do nothing but call it.
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

#: Seconds that a child gets to end by itself.
GRACE = 30.0


class PortTakenError(Exception):
    """A port that we need is in use; the message is one line for the person at the keyboard."""


@dataclass(slots=True)
class Child:
    """A program to keep running. A server is one that the others need to the end."""

    name: str
    command: Sequence[str]
    is_server: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0


def check_port(port: int, *, used_by: str, variable: str) -> None:
    """Raise PortTakenError unless `port` on 127.0.0.1 is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} is taken; {used_by} needs it. "
                f"Free it, or choose another with {variable}=…"
            ) from error


@dataclass(slots=True)
class Supervisor:
    """Runs `children` until SIGINT, SIGTERM or SIGHUP; stops the servers among them last.

    `logs` gets a file for each child; `say` is given one line for the person at the keyboard.
    """

    children: list[Child]
    environment: Mapping[str, str]
    folder: Path
    logs: Path
    say: Callable[[str], object]
    stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        """Start every child, in order, and listen to signals from now on."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_soon)
        for child in self.children:
            self._start(child)

    def run(self) -> None:
        """Keep the children running; return when all have been stopped."""
        while not self.stopping:
            for child in self.children:
                self._look_after(child)
            time.sleep(0.2)
        self.stop()

    def stop(self) -> None:
        """Stop the children, all at once and within the grace; the servers after the others."""
        for is_server in (False, True):
            ending = [
                child.process
                for child in self.children
                if child.process is not None and child.is_server == is_server
            ]
            for process in ending:
                process.terminate()
            ends_at = time.monotonic() + GRACE
            for process in ending:
                try:
                    process.wait(timeout=max(ends_at - time.monotonic(), 0))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> None:
        """Start a dead child again, waiting longer each time it dies at once."""
        if child.process is None or child.process.poll() is None:
            return
        lived = time.monotonic() - child.started_at
        if lived > 60:
            child.failures = 0
        if lived < min(2**child.failures, 30):
            return
        child.failures += 1
        self.say(
            f"{child.name} ended with {child.process.returncode}; starting it again. "
            f"Its log: {self.logs / (child.name + '.log')}"
        )
        self._start(child)

    def _start(self, child: Child) -> None:
        with (self.logs / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 -- our own commands
                child.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C reaches the supervisor alone, which stops in order.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        child.started_at = time.monotonic()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
