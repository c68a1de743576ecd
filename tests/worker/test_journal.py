"""The journal: what survives a killed worker, and what recovery may believe."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contacts.enums import MailState
from worker.journal import Entry, boot_id, lock_abandoned, open_journal, read
from worker.outcome import Outcome
from worker.policy import RETRY_AFTER

AT = datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)


def test_journal_reads_back_what_was_written(tmp_path):
    sent = Outcome(1, MailState.SENT, AT, 250, "2.0.0 Ok: queued\r\nas 4F", told="a1b2")
    later = Outcome(
        4, MailState.DEFERRED, AT, 451, "4.3.0 later", tries=2, next_attempt_at=AT + RETRY_AFTER[0]
    )
    with open_journal(tmp_path) as journal:
        journal.intent("delivery", 1, 1)
        journal.outcome("delivery", 1, sent)
        journal.intent("delivery", 2, 3)
        journal.outcome("delivery", 5, later)
        record = read(journal.path)
    assert record.same_boot
    assert record.entries == {
        ("delivery", 1, 1): Entry(replace(sent, reply_text="2.0.0 Ok: queued as 4F")),
        ("delivery", 2, 3): Entry(),
        ("delivery", 4, 5): Entry(later),
    }


def test_journal_is_removed_when_all_is_recorded(tmp_path):
    with open_journal(tmp_path):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_journal_is_left_unlocked_after_an_error(tmp_path):
    def crash() -> None:
        with open_journal(tmp_path) as journal:
            journal.intent("notice", 7, 1)
            raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError):
        crash()
    (path,) = tmp_path.iterdir()
    with lock_abandoned(path) as record:
        assert record is not None
        assert record.entries == {("notice", 7, 1): Entry()}


def test_journal_of_a_living_holder_cannot_be_taken(tmp_path):
    with open_journal(tmp_path) as journal, lock_abandoned(journal.path) as record:
        assert record is None


def test_journal_without_its_last_line_end_ignores_that_line(tmp_path):
    path = tmp_path / "a.journal"
    path.write_bytes(b"H boot\nI delivery 1 1\nI delivery 2")
    assert read(path).entries == {("delivery", 1, 1): Entry()}


def test_journal_of_another_boot_says_so(tmp_path):
    path = tmp_path / "a.journal"
    path.write_bytes(b"H a-boot-of-long-ago\nI delivery 1 1\n")
    assert not read(path).same_boot


def test_journal_survives_kill_9(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom worker.journal import open_journal\n"
        f"with open_journal(Path({str(tmp_path)!r})) as journal:\n"
        "    journal.intent('delivery', 5, 2)\n    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test",
             "PYTHONPATH": f".{os.pathsep}site"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    (path,) = tmp_path.iterdir()
    with lock_abandoned(path) as record:
        assert record is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with lock_abandoned(path) as record:
        assert record is not None
        assert record.entries == {("delivery", 5, 2): Entry()}


def test_damaged_journal_proves_nothing_by_what_is_not_in_it(tmp_path):
    path = tmp_path / "damaged.journal"
    path.write_text(f"H {boot_id()}\nI notice 7 1\nI noti\0\0 8 2 1\n")
    record = read(path)
    assert (record.same_boot, set(record.entries)) == (False, {("notice", 7, 1)})


def test_journal_on_a_full_disk_keeps_no_half_line(tmp_path, monkeypatch):
    write = os.write
    with open_journal(tmp_path) as journal:
        monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:5]))
        with pytest.raises(OSError, match="No space left"):
            journal.intent("notice", 7, 1)
        monkeypatch.undo()
        journal.intent("notice", 8, 1)
        assert set(read(journal.path).entries) == {("notice", 8, 1)}
