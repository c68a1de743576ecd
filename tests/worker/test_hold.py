"""A database that was restored, copied, moved or rolled back sends nothing until released."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from structlog.testing import capture_logs

from base.enums import HoldReason
from base.models import Duty, Installation
from campaigns.models import Delivery, Mailing
from campaigns.services import mailings
from campaigns.services.release import release_mail
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import make_contact, make_member, make_representation
from tests.factories.content import make_session
from tests.factories.participation import make_registration
from tests.worker.conftest import NOW, Wire, states
from worker import tasks, witness
from worker.engine import Source, send_batch
from worker.health import problems
from worker.scheduler import tick
from worker.sources import MailingSource, NoticeSource
from worker.witness import Reading

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _tick(folder: Path, *, host: str = "here", times: int = 1, now=NOW):
    for _ in range(times):
        work = tick(now=now, holder=host, journal_dir=folder)
    return work


def _held() -> tuple[str, str] | None:
    ours = Installation.objects.get()
    return (ours.held_reason, ours.held_host) if ours.held_since else None


def _release(*, sends_waiting: bool = True) -> None:
    release_mail(sends_waiting=sends_waiting, now=NOW)


# --- nothing to hold ----------------------------------------------------------------------------


def test_first_tick_names_database_and_folder(tmp_path):
    _tick(tmp_path)
    ours = Installation.objects.get()
    assert witness.read(tmp_path) == Reading(ours.name, 1)
    assert (len(ours.name), ours.ticks, _held()) == (32, 1, None)


def test_ticks_are_counted_in_both(tmp_path):
    _tick(tmp_path, times=3)
    ours = Installation.objects.get()
    assert ours.ticks == 3
    assert witness.read(tmp_path) == Reading(ours.name, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["witness"]


def test_another_process_with_the_same_folder_goes_on(tmp_path, notices):
    """A new container, or a new version beside the old one: another host name, the same folder."""
    _tick(tmp_path, host="old")
    notices(1)
    assert _tick(tmp_path, host="new").notices
    assert _tick(tmp_path, host="old").notices
    assert _held() is None


def test_folder_that_was_renamed_goes_on(tmp_path):
    _tick(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    _tick(tmp_path / "after")
    assert _held() is None


def test_tick_that_died_before_it_wrote_the_witness_is_no_doubt(tmp_path):
    _tick(tmp_path, times=2)
    name = Installation.objects.get().name
    witness.write(tmp_path, Reading(name, 1))
    _tick(tmp_path)
    assert _held() is None
    assert witness.read(tmp_path) == Reading(name, 3)


@pytest.mark.parametrize("last_words", [None, Reading("another", 0)])
def test_first_tick_that_died_halfway_is_no_doubt(tmp_path, last_words):
    Installation.objects.create(pk=1)
    if last_words:
        witness.write(tmp_path, last_words)
    _tick(tmp_path)
    assert _held() is None


def test_new_database_in_an_old_folder_is_no_doubt(tmp_path):
    _tick(tmp_path, times=3)
    Installation.objects.all().delete()
    Duty.objects.all().delete()
    _tick(tmp_path)
    assert _held() is None


# --- doubt --------------------------------------------------------------------------------------


def test_database_without_its_folder_is_held(tmp_path, notices):
    """A copy on another machine; or a volume that was lost."""
    _tick(tmp_path / "original")
    notices(2)
    assert not _tick(tmp_path / "copy", host="there").notices
    assert _held() == (HoldReason.STRANGER, "there")


def test_database_with_a_copy_of_its_folder_is_held(tmp_path):
    _tick(tmp_path / "original", times=5)
    shutil.copytree(tmp_path / "original", tmp_path / "copy")
    _tick(tmp_path / "copy")
    assert _held() == (HoldReason.STRANGER, "here")


def test_folder_that_was_restored_in_its_place_is_held(tmp_path):
    folder, backup = tmp_path / "journal", tmp_path / "backup"
    _tick(folder, times=5)
    shutil.copytree(folder, backup)
    shutil.rmtree(folder)
    backup.rename(folder)
    _tick(folder)
    assert _held() == (HoldReason.STRANGER, "here")


def test_database_that_went_back_is_held(tmp_path):
    _tick(tmp_path, times=5)
    Installation.objects.update(ticks=4)
    _tick(tmp_path)
    assert _held() == (HoldReason.WENT_BACK, "here")


def test_database_from_before_ticks_were_counted_is_held(tmp_path):
    _tick(tmp_path, times=3)
    Installation.objects.all().delete()  # the table was not in the backup; Duty was
    _tick(tmp_path)
    assert _held() == (HoldReason.WENT_BACK, "here")


@pytest.mark.parametrize(
    "damage", [b"", b"\0" * 60, b"name twelve 1\n", b"name 12\n", b"\xff 1 1\n"]
)
def test_damaged_witness_is_held(tmp_path, damage):
    _tick(tmp_path)
    (tmp_path / "witness").write_bytes(damage)
    _tick(tmp_path)
    assert _held() == (HoldReason.STRANGER, "here")


def test_clock_that_moved_to_another_host_is_held_until_released(tmp_path, notices):
    _tick(tmp_path / "a", host="a")
    _tick(tmp_path / "b", host="b")
    notices(1)
    assert not _tick(tmp_path / "b", host="b").notices
    _release()
    assert _tick(tmp_path / "b", host="b").notices
    assert _held() is None
    # The first host is not gone after all: two clocks are one too many.
    assert not _tick(tmp_path / "a", host="a").notices
    assert _held() == (HoldReason.STRANGER, "a")


def test_host_that_only_looked_in_does_not_keep_its_hold(tmp_path):
    _tick(tmp_path / "a", host="a")
    _tick(tmp_path / "b", host="b")  # started by mistake, and stopped
    _tick(tmp_path / "a", host="a")
    _release()
    _tick(tmp_path / "a", host="a")
    assert _held() is None


def test_hold_is_said_once_and_keeps_its_moment(tmp_path):
    _tick(tmp_path)
    shutil.rmtree(tmp_path)
    with capture_logs() as logs:
        _tick(tmp_path, host="there")
        shutil.rmtree(tmp_path)
        _tick(tmp_path, host="elsewhere", now=NOW + timedelta(hours=1))
    said = [line for line in logs if line["event"] == "mail_held"]
    assert [(line["reason"], line["host"]) for line in said] == [("stranger", "there")]
    assert Installation.objects.get().held_since == NOW


_NOT_READY = (
    "mail: held since 2026-03-02T09:00:00+00:00 (manage.py release). The database is older than it "
    "was: it was restored from a backup, or it lost what was written last."
)


def test_held_installation_is_not_ready_and_says_why(tmp_path):
    _tick(tmp_path, times=2)
    assert problems(now=NOW) == []
    Installation.objects.update(ticks=1)
    _tick(tmp_path)
    assert problems(now=NOW) == [_NOT_READY]


# --- what is held, and what is not --------------------------------------------------------------


@pytest.fixture
def held(tmp_path) -> Path:
    """A folder whose database went back."""
    _tick(tmp_path, times=2)
    Installation.objects.update(ticks=1)
    _tick(tmp_path)
    return tmp_path


def _start_mailing(recipients: int = 1) -> Mailing:
    """A mailing to people of members that the next tick starts."""
    for number in range(recipients):
        make_representation(make_contact(email=f"person{number}@leden.example.org"), make_member())
    times = {"starts_at": NOW + timedelta(days=7), "ends_at": NOW + timedelta(days=7, hours=2)}
    mailing = make_mailing(session=make_session(**times), audience={"member": True})
    return mailings.start(mailing_id=mailing.pk, now=NOW)


def test_held_tick_starts_expires_and_finishes_nothing(held):
    mailing = _start_mailing()
    row = make_delivery(mailing=make_mailing(state="cancelled"))
    done = make_mailing(state="sending")
    _tick(held)
    for each in (mailing, row, done):
        each.refresh_from_db()
    assert (mailing.state, row.state, done.state) == ("planned", "queued", "sending")
    _release()
    _tick(held)
    for each in (mailing, row, done):
        each.refresh_from_db()
    assert (mailing.state, row.state, done.state) == ("sending", "expired", "done")


def test_held_tick_goes_on_with_what_is_no_mail(held):
    before = Duty.objects.get(name="publish").done_at
    later = NOW + timedelta(minutes=2)
    work = _tick(held, now=later)
    assert (before, Duty.objects.get(name="publish").done_at) == (NOW, later)
    assert work.cleaning
    assert Duty.objects.get(name="tick").done_at == later


def test_held_tick_lets_no_offer_of_a_seat_run_out_unheard(held):
    offered = make_registration(
        session=make_session(capacity=1), state="offered", offered_until=NOW + timedelta(minutes=1)
    )
    waits = make_registration(session=offered.session, state="waiting")
    found: list[tuple[str, str]] = []
    for minutes in (2, 4):
        if found:
            _release()
        _tick(held, now=NOW + timedelta(minutes=minutes))
        for each in (offered, waits):
            each.refresh_from_db()
        found.append((offered.state, waits.state))
    assert found == [("offered", "waiting"), ("lapsed", "offered")]


@pytest.mark.filterwarnings("ignore:(?s).*task attribute is deprecated")  # Celery, of itself
def test_tasks_that_come_late_claim_nothing_while_held(held, notices, settings):
    settings.JOURNAL_DIR = held
    notices(1)
    row = make_delivery()
    tasks.send_notices.run()
    tasks.send_mailing.run(mailing_id=row.mailing_id)
    row.refresh_from_db()
    assert (row.state, row.attempt) == ("queued", 0)
    assert states() == {"person0@example.org": "queued"}


@pytest.mark.filterwarnings("ignore:(?s).*task attribute is deprecated")  # Celery, of itself
def test_database_that_went_back_claims_nothing_even_before_the_tick(tmp_path, settings, notices):
    settings.JOURNAL_DIR = tmp_path
    _tick(tmp_path, times=2)
    assert not witness.is_held(folder=tmp_path)
    Installation.objects.update(ticks=1)
    assert witness.is_held(folder=tmp_path)
    notices(1)
    tasks.send_notices.run()
    assert states() == {"person0@example.org": "queued"}


def test_host_that_does_not_tick_asks_the_database_alone(tmp_path):
    assert not witness.is_held(folder=tmp_path / "empty")
    _tick(tmp_path / "ticks")
    witness.write(tmp_path / "ticked once", Reading("before", 999))
    for folder in ("empty", "ticked once"):
        assert not witness.is_held(folder=tmp_path / folder)
    Installation.objects.update(held_since=NOW, held_reason=HoldReason.STRANGER)
    for folder in ("empty", "ticked once"):
        assert witness.is_held(folder=tmp_path / folder)


def test_batch_under_way_stops_when_mail_is_held(tmp_path):
    _tick(tmp_path)
    sources: list[Source] = [MailingSource(make_delivery().mailing_id), NoticeSource(NOW)]
    assert [source.may_go_on() for source in sources] == [True, True]
    Installation.objects.update(held_since=NOW, held_reason=HoldReason.STRANGER)
    assert [source.may_go_on() for source in sources] == [False, False]


# --- the whole story ----------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the backup is a copy of a file")
def test_restored_backup_does_not_mail_the_world_again(file_database, tmp_path):
    path = Path(str(connection.settings_dict["NAME"]))
    folder, backup = tmp_path / "journal", tmp_path / "backup.sqlite3"
    mailing = _start_mailing(recipients=3)
    _tick(folder)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)

    wire = Wire()
    _tick(folder)
    send_batch(MailingSource(mailing.pk), wire, journal_dir=folder, clock=lambda: NOW)
    assert len(wire.sent) == 3

    connection.close()
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    shutil.copy(backup, path)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"queued"}

    assert _tick(folder).mailing_ids == []
    assert _held() == (HoldReason.WENT_BACK, "here")
    _release(sends_waiting=False)
    assert _tick(folder).mailing_ids == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"unknown"}
    mailing.refresh_from_db()
    assert mailing.state == "done"


#: Ticks of processes of their own, each killed when it puts the witness in its place the n-th time.
_MORTALS = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.utils import timezone
from base.models import Duty
from worker.scheduler import tick

def live(deadly):
    replace, left = os.replace, deadly
    def dies(*names, **values):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(*names, **values)
    Path.replace = dies
    Duty.objects.filter(name="tick").update(held_until=None)  # the dead one still holds it
    tick(now=timezone.now(), holder="here", journal_dir=Path(sys.argv[1]))

for deadly in map(int, sys.argv[2:]):
    child = os.fork()
    if child == 0:
        live(deadly)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the processes share a file")
def test_kill_between_the_commit_and_the_witness_holds_nothing(file_database, tmp_path):
    folder, path = tmp_path / "journal", connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "BIJEEN_DATA": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{path}",
        "PYTHONPATH": os.pathsep.join([str(settings.ROOT), str(settings.SITE_DIR)]),
        "LOG_LEVEL": "ERROR",
    }
    connection.close()
    # While they settle in; after that, before the first count; in the midst of life; not at all.
    deadly = ["1", "1", "2", "1", "1", "9"]
    run = [sys.executable, "-c", _MORTALS, str(folder), *deadly]
    done = subprocess.run(run, env=environment, check=True, capture_output=True, text=True)
    ended = [int(line) for line in done.stdout.split()]
    assert ended == [-signal.SIGKILL] * 5 + [0]
    ours = Installation.objects.get()
    assert (ours.held_since, ours.ticks) == (None, 4)
    assert witness.read(folder) == Reading(ours.name, 4)
