"""A whole house in a temporary folder, for tests that kill parts of it: real processes."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.certificates import make_certificate
from tests.migrated import migrated
from tests.servers import PostgreSQL, die_with_parent, new_postgres

ROOT = Path(__file__).resolve().parents[2]

#: The ways in which the workers may speak to the relay; `tls` is pipelined under STARTTLS.
WIRES = ("plain", "pipelined", "tls")

#: What a mailing needs, in this order.
SENDERS = ("worker-bulk", "worker-tick", "beat")

_PASSWORD = "secret"


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
    Servers that are named in it stay, unless `database` ("sqlite" or "postgresql") is given; the
    relay is that of `choose`. When `is_kept` the folder stays, for whoever wants to know why.
    """

    def __init__(self, *, database: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bijeen-house-"))
        web, catcher, valkey, self.relay_port = free_ports(4)
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
        if database:
            # This house has its own.
            for name in ("DATABASE_URL", "REDIS_URL"):
                os.environ.pop(name, None)
        # Two hosts of one house have the same secrets.
        for name in ("SECRET_KEY", "SUPPRESSION_KEY"):
            os.environ.setdefault(name, secrets.token_urlsafe(50))
        self.certificate = make_certificate(self.folder / "certificate")
        make_certificate(self.folder / "foreign", names="DNS:elsewhere.example.org")
        self.wire = "plain"
        self.is_kept = False
        self._mail: dict[str, str] = {}
        self._relay: list[str] = []
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, list[str]] = {}
        self._stack = ExitStack()
        self._database = ExitStack()
        self._postgres: PostgreSQL | None = None
        if database == "postgresql":
            self._postgres = self._stack.enter_context(new_postgres())
            os.environ["DATABASE_URL"] = self._postgres.url

    def __enter__(self) -> "House":
        self.start_database()
        if self._postgres is None:
            shutil.copyfile(migrated(), self.folder / "bijeen.sqlite3")
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
        self._database.close()
        self._stack.close()
        if self.is_kept:
            print(f"Kept for you to look at: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- programs -------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start these programs of `up`; each writes to its own log."""
        for name in names:
            self.run(name, self.commands[name])

    def start_elsewhere(self, name: str, host: str) -> None:
        """Start a program of `up` as on another machine: with a host name and a data folder of its
        own, and the same database and broker."""
        python, *arguments = self.commands[name]
        (self.folder / host).mkdir(exist_ok=True)
        command = [python, "-m", "tests.faults.elsewhere", host, *arguments[1:]]
        self.run(f"{host}/{name}", command, {"BIJEEN_DATA": str(self.folder / host)})

    def run(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a program that can be stopped and killed by this name."""
        path = self.folder / f"{name.replace('/', '-')}.log"
        with path.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self._mail, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def stop(self, name: str, number: int = signal.SIGTERM) -> bool:
        """End one program and wait for it; False when it had to be killed in the end."""
        process = self.processes.pop(name)
        process.send_signal(number)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
        return True

    def kill(self, name: str) -> None:
        """`kill -9` of a program with all its children: no goodbye."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_parent(self, name: str) -> None:
        """`kill -9` of a program, and not of its children."""
        self.stop(name, signal.SIGKILL)

    def kill_child(self, name: str, *, number: int) -> bool:
        """`kill -9` of one child of a program; False when it has none at the moment."""
        children = children_of(self.processes[name].pid)
        if children:
            with suppress(ProcessLookupError):
                os.kill(children[number % len(children)], signal.SIGKILL)
        return bool(children)

    # --- servers --------------------------------------------------------------------------------

    def start_database(self) -> None:
        """Start PostgreSQL, if that is the database."""
        if self._postgres is not None:
            self._database.enter_context(self._postgres.running())

    def stop_database(self) -> None:
        """Stop PostgreSQL as an administrator does who cannot wait: clients are thrown out."""
        from django.db import connections

        connections.close_all()
        self._database.close()

    def choose(self, wire: str, *, timeout: float = 20) -> None:
        """Let the programs that are started from now on speak to the relay in this way."""
        self.wire = wire
        scheme = f"submission://user:{_PASSWORD}@" if wire == "tls" else "smtp://"
        self._mail = {
            "EMAIL_URL": f"{scheme}127.0.0.1:{self.relay_port}",
            "SSL_CERT_FILE": str(self.certificate.path),
            "MAIL_TIMEOUT": f"{timeout:.0f}",
        }

    def start_relay(self, kept: Path, *options: str) -> None:
        """Start the relay on this house's wire; it notes in `kept` what it took.

        `options` are those of tests.faults.relay, with {folder} for the folder of this house.
        """
        command = [sys.executable, "-m", "tests.faults.relay", "--kept", str(kept)]
        command += ["--port", str(self.relay_port)]
        if self.wire != "plain":
            command.append("--pipelining")
        if self.wire == "tls":
            shown = self.certificate
            command += ["--certificate", str(shown.path), "--key", str(shown.key)]
            command += ["--password", _PASSWORD]
        self._relay = command
        self._run_relay([option.format(folder=self.folder) for option in options])

    def restart_relay(self) -> None:
        """Start the relay again, without the options that it had: somebody has mended it."""
        if "relay" in self.processes:
            self.kill("relay")
        self._run_relay([])

    def _run_relay(self, options: list[str]) -> None:
        self.run("relay", [*self._relay, *options])
        wait_for(self._relay_listens, seconds=20, what="the relay to listen")

    def _relay_listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.relay_port), 1):
            return True
        return False


def children_of(pid: int) -> list[int]:
    """The processes whose parent this is."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(path.parent.name))
    return sorted(found)


def wait_for(
    condition: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05
) -> None:
    """Wait until the condition holds; SystemExit with `what` when it does not in time."""
    if not holds_within(condition, seconds=seconds, every=every):
        raise SystemExit(f"Waited {seconds:.0f} s in vain: {what}.")


def holds_within(condition: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Wait until the condition holds, for so long at most; say whether it does."""
    ends_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends_at:
            return False
        time.sleep(every)
    return True
