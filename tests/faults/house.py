"""A whole house in a temporary folder, for tests that kill parts of it: real processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that are free at this moment."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class House:
    """Settings, database and programs in a folder of their own. Use as a context manager.

    Call it before anything of Django is imported: it sets the environment of this process too.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bijeen-house-"))
        web, catcher, valkey = free_ports(3)
        os.environ.update(
            BIJEEN_DATA=str(self.folder),
            DJANGO_SETTINGS_MODULE="config.settings.local",
            PORT=str(web),
            CATCHER_PORT=str(catcher),
            VALKEY_PORT=str(valkey),
            SITE_URL=f"http://127.0.0.1:{web}",
            PYTHONPATH=f"{ROOT}{os.pathsep}{ROOT / 'site'}",
            LOG_LEVEL="WARNING",
        )
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, list[str]] = {}

    def __enter__(self) -> "House":
        sys.path[:0] = [str(ROOT), str(ROOT / "site")]
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from content.services import ensure_site
        from worker.programs import programs

        call_command("migrate", verbosity=0)
        ensure_site(now=timezone.now())
        self.commands = {child.name: list(child.command) for child in programs()}
        return self

    def __exit__(self, *error: object) -> None:
        for name in reversed(list(self.processes)):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *names: str) -> None:
        """Start these programs of `up`; each writes to its own log."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    self.commands[name],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """End one program and wait for it."""
        process = self.processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self, name: str) -> None:
        """`kill -9`: no goodbye."""
        self.stop(name, signal.SIGKILL)

    def caught(self) -> dict[str, int]:
        """How many messages the catcher keeps for each recipient."""
        counts: dict[str, int] = {}
        for path in (self.folder / "inbox").glob("[0-9]*.eml"):
            with path.open("rb") as file:
                file.readline()
                recipient = file.readline().split(b":", 1)[1].strip().decode()
            counts[recipient] = counts.get(recipient, 0) + 1
        return counts


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until the condition holds; SystemExit with `what` when it does not in time."""
    ends_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends_at:
            raise SystemExit(f"Waited {seconds:.0f} s in vain: {what}.")
        time.sleep(0.05)
