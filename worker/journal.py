"""The journal of one claim: what was about to go on the wire, and what came of it.

A claim is worth nothing without its journal, so the file is made and locked first. The holder keeps
the exclusive lock (flock) for as long as it works on the claim; the kernel gives it back when the
process dies, however it dies, and recovery then reads what is left. One line is one write, so a
killed process leaves whole lines. A machine that lost power may have lost its last lines: the
header names the boot, and recovery trusts the absence of a line only within the same boot.

    H <boot id>
    I <table> <row id> <attempt>
    O <table> <row id> <attempt> <state> <tries> <at> <again at> <told> <reply code> <reply text>

Moments are in seconds since 1970; 0 stands for no moment and no code, - for nothing told.
"""

import errno
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contacts.enums import MailState
from worker.outcome import Outcome

SUFFIX = ".journal"


def boot_id() -> str:
    """Return a name for this run of the machine (Linux), or "" where there is none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal says of one attempt: intent alone, or intent and outcome."""

    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A journal as read: entries by (table, row id, attempt)."""

    same_boot: bool
    entries: dict[tuple[str, int, int], Entry]


class Journal:
    """The journal of a claim while its holder is alive. Make it with `open_journal`."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd

    @property
    def claim(self) -> str:
        return self.path.stem

    def intent(self, table: str, row_id: int, attempt: int) -> None:
        """Say that the body of this attempt goes on the wire now. Call before its first byte."""
        self._append(f"I {table} {row_id} {attempt}")

    def outcome(self, table: str, attempt: int, came: Outcome) -> None:
        """Say what came of the attempt. Call as soon as the reply is there."""
        again_at = came.next_attempt_at.timestamp() if came.next_attempt_at else 0
        words = " ".join(came.reply_text.split())
        self._append(
            f"O {table} {came.row_id} {attempt} {came.state} {came.tries} {came.at.timestamp()}"
            f" {again_at} {came.told or '-'} {came.reply_code or 0} {words}"
        )

    def _append(self, line: str) -> None:
        data = f"{line}\n".encode()
        written = os.write(self._fd, data)
        if written != len(data):
            # The disk is full: half a line would spoil the next one, and counts for nothing.
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """Make and lock a journal for a new claim.

    Leaving without an exception means that everything in it stands in the database: it is removed.
    After an exception it is left, unlocked, for recovery.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}{SUFFIX}"
    fd = _open_locked(path)
    try:
        os.write(fd, f"H {boot_id()}\n".encode())
        _put_on_disk(fd, folder)
        yield Journal(path, fd)
        path.unlink(missing_ok=True)
    finally:
        os.close(fd)


def _put_on_disk(fd: int, folder: Path) -> None:
    """Let the file outlive a loss of power: a claim that is on the disk must find its journal."""
    os.fsync(fd)
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)


def _open_locked(path: Path) -> int:
    """Create and lock `path`; again if recovery removed it between the two steps."""
    while True:
        fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            if path.stat().st_ino == os.fstat(fd).st_ino:
                return fd
        except FileNotFoundError:
            pass
        os.close(fd)


@contextmanager
def lock_abandoned(path: Path) -> Iterator[Record | None]:
    """Lock and read a journal whose holder is gone; None while it lives, or the file vanished."""
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield read(path)
    finally:
        os.close(fd)


def read(path: Path) -> Record:
    """Read a journal. A last line without its end was never finished and does not count."""
    entries: dict[tuple[str, int, int], Entry] = {}
    boot = None
    lines = path.read_bytes().split(b"\n")[:-1]
    for raw in lines:
        kind, _, rest = raw.decode("utf-8", "replace").partition(" ")
        if kind == "H":
            boot = rest
        else:
            try:
                entries |= _entry(kind, rest)
            except (ValueError, OverflowError, OSError):
                # Damaged, by a loss of power perhaps: what is not in it proves nothing.
                boot = None
    return Record(same_boot=boot == boot_id(), entries=entries)


def _entry(kind: str, rest: str) -> dict[tuple[str, int, int], Entry]:
    """Read one line. Raises ValueError when it is not one of ours."""
    if kind == "I":
        table, row_id, attempt = rest.split(" ")
        return {(table, int(row_id), int(attempt)): Entry()}
    if kind == "O":
        table, row_id, attempt, state, tries, at, again_at, told, code, text = rest.split(" ", 9)
        came = Outcome(
            row_id=int(row_id),
            state=MailState(state),
            at=_moment(at),
            reply_code=int(code) or None,
            reply_text=text,
            told="" if told == "-" else told,
            tries=int(tries),
            next_attempt_at=_moment(again_at) if again_at != "0" else None,
        )
        return {(table, came.row_id, int(attempt)): Entry(came)}
    raise ValueError(kind)


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
