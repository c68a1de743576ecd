"""The witness: a file outside the database that remembers how far the database had come.

A database that was restored from a backup, copied to another machine or rolled back does not know
it. In it, mail that went out long ago still waits, and the first tick would send it again. So each
tick counts itself in the database (base.Installation), commits, and then writes name and count to
the file, in that order: the database is never behind the file, wherever either is killed. What the
next tick may find, and what it makes of it:

    no name in the database                  it never ticked: both get a new name
    the same name, a count not above ours    all is well (one below: killed before the file)
    the same name, a higher count            the database went back: mail is held
    no file, a copy of one, another name     copied, moved, or a folder lost: mail is held

The file also says where on the disk it was written, so a copy of it gives itself away: when the
whole data folder is copied or restored, that is noticed too. A disk that is rolled back as a whole
looks like a machine that was switched off; docs/operations.md says what to do then.

The file belongs to the host that ticks. When the clock moves to another host, mail is held until
somebody confirms that the first one is gone: from there, a move and a copy look the same.
"""

import fcntl
import os
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.db import transaction
from django.db.models import F

from base import bell
from base.enums import HoldReason
from base.models import Duty, Installation

log = structlog.get_logger()

FILE = "witness"
_NOTE = "How far the database had come. Leave this file where it is, and out of backups.\n"

#: The key of the only row.
_OURS = 1

#: FS_IOC_GETVERSION of Linux.
_GET_GENERATION = 0x80087601


@dataclass(frozen=True, slots=True)
class Reading:
    """What the file says; `is_copy` when it was written elsewhere and copied to where it is."""

    name: str
    ticks: int
    is_copy: bool = False


def read(folder: Path) -> Reading | None:
    """Return what the witness in `folder` says; None without one, or when it makes no sense."""
    try:
        with (folder / FILE).open("rb") as file:
            name, ticks, place = file.readline().decode("ascii", "replace").split()
            return Reading(name, int(ticks), is_copy=place != _place(file.fileno()))
    except (FileNotFoundError, ValueError):
        return None


def write(folder: Path, reading: Reading) -> None:
    """Replace the witness at once: whoever reads it finds the old one or the new one, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.{os.getpid()}"
    with fresh.open("wb") as file:
        place = _place(file.fileno())
        file.write(f"{reading.name} {reading.ticks} {place}\n{_NOTE}".encode())
        file.flush()
        # Else a loss of power may leave an empty file behind.
        os.fsync(file.fileno())
    fresh.replace(folder / FILE)


def _place(descriptor: int) -> str:
    """Return what no copy of a file has: its inode, and of which generation.

    A file that is removed leaves its number to the next one, which has another generation.
    """
    inode = os.fstat(descriptor).st_ino
    try:
        generation = fcntl.ioctl(descriptor, _GET_GENERATION, bytes(8))
    except OSError:  # not every file system has them
        return str(inode)
    return f"{inode}.{generation.hex()}"


def consult(*, folder: Path, host: str, now: datetime) -> None:
    """Count this tick, in the database and then in the witness; where the two disagree, hold mail.

    Call it before a tick does anything.
    """
    found = read(folder)
    counted = _count(found)
    if counted is None:
        counted = _count(_settle_in(found, folder=folder, host=host, now=now))
    if counted is not None:  # None: somebody else settled in at this very moment
        write(folder, counted)


def is_held(*, folder: Path) -> bool:
    """Whether nothing may be claimed now: mail is held, or the next tick is going to hold it."""
    found = read(folder)  # before the database, which a tick raises first
    ours = Installation.objects.filter(pk=_OURS).first()
    if ours is None:
        return False
    # Hosts that do not tick have no witness, or one of long ago with another name.
    went_back = found is not None and found.name == ours.name and found.ticks > ours.ticks
    return ours.held_since is not None or went_back


def _count(found: Reading | None) -> Reading | None:
    """Count a tick if the database agrees with what was found; return what is to be written."""
    if found is None or found.is_copy:
        return None
    with transaction.atomic():
        ours = Installation.objects.filter(pk=_OURS, name=found.name, ticks__gte=found.ticks)
        if not ours.update(ticks=F("ticks") + 1):
            return None
        return Reading(found.name, ours.values_list("ticks", flat=True).get())


def _settle_in(found: Reading | None, *, folder: Path, host: str, now: datetime) -> Reading:
    """Give database and folder a new name in common; hold mail first, unless this is a beginning.

    Killed at any point, the next tick does it again, and what is held stays held.
    """
    ours, _created = Installation.objects.get_or_create(pk=_OURS)
    reason = _doubt(ours, found)
    if reason is not None:
        _hold(reason, host=host, now=now)
    ticks = max(ours.ticks, found.ticks if found else 0)
    settled = Reading(uuid.uuid4().hex, ticks)
    write(folder, settled)
    Installation.objects.filter(pk=_OURS).update(name=settled.name, ticks=settled.ticks)
    return settled


def _doubt(ours: Installation, found: Reading | None) -> HoldReason | None:
    """Return why this database may not be the one that last ticked here; None at a beginning."""
    if not ours.name:
        # A new database may come into an old folder; but one that ticked before ticks were counted
        # is older than a witness who has counted some.
        is_older = found is not None and found.ticks > 0 and _has_ticked()
        return HoldReason.WENT_BACK if is_older else None
    is_ours = found is not None and not found.is_copy and found.name == ours.name
    return HoldReason.WENT_BACK if is_ours else HoldReason.STRANGER


def _has_ticked() -> bool:
    return Duty.objects.filter(name="tick", done_at__isnull=False).exists()


def _hold(reason: HoldReason, *, host: str, now: datetime) -> None:
    """Hold mail and say so once; what is held already keeps its moment and its reason."""
    with transaction.atomic():
        held = Installation.objects.filter(pk=_OURS, held_since=None).update(
            held_since=now, held_reason=reason, held_host=host[:120]
        )
        bell.ring()
    if held:
        log.error("mail_held", reason=str(reason), host=host)
