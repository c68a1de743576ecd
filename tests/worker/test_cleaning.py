"""The night's cleaning: once a night, made up for, and alone."""

from datetime import UTC, datetime, timedelta

import pytest

from base.models import Duty, FormHit
from contacts.models import RetentionRun
from tests.worker.conftest import NOW
from worker import duties, scheduler
from worker.scheduler import is_cleaning_due, tick

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the site's own time (Amsterdam, in winter an hour before UTC)."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def clean(now: datetime, *, goes_on: bool = True) -> None:
    scheduler.clean(now=now, holder="here", may_go_on=lambda: goes_on, pause=lambda seconds: None)


def test_cleaning_is_due_once_a_night_after_three() -> None:
    clean(at(2, 2, 30))
    assert [is_cleaning_due(now=at(2, 2, 59)), is_cleaning_due(now=at(2, 3))] == [False, True]
    clean(at(2, 3, 1))
    assert [is_cleaning_due(now=at(2, 23)), is_cleaning_due(now=at(3, 2, 59))] == [False, False]
    # A night on which nothing ran is made up for at noon.
    assert is_cleaning_due(now=at(3, 12))
    clean(at(3, 12))
    assert [is_cleaning_due(now=at(4, 2)), is_cleaning_due(now=at(4, 3))] == [False, True]
    assert RetentionRun.objects.count() == 3


def test_cleaning_that_must_stop_goes_on_later_in_the_same_run() -> None:
    FormHit.objects.create(form="a", key="b", at=NOW - timedelta(days=2))
    clean(NOW, goes_on=False)
    assert (FormHit.objects.count(), is_cleaning_due(now=NOW)) == (1, True)
    assert RetentionRun.objects.get().finished_at is None
    later = NOW + timedelta(seconds=20)
    clean(later)
    assert (FormHit.objects.count(), is_cleaning_due(now=later)) == (0, False)
    run = RetentionRun.objects.get()
    assert (run.ran_at, run.finished_at) == (NOW, later)


def test_cleaning_is_done_by_one_worker_at_a_time() -> None:
    duties.take(scheduler.CLEANING, holder="there", until=NOW + timedelta(minutes=1), now=NOW)
    clean(NOW)
    assert not RetentionRun.objects.exists()
    # One that died gives the duty back by itself.
    clean(NOW + timedelta(minutes=1))
    assert RetentionRun.objects.count() == 1


def test_cleaning_of_which_two_workers_were_told_is_done_once() -> None:
    clean(NOW)
    clean(NOW + timedelta(seconds=1))
    assert RetentionRun.objects.count() == 1
    assert Duty.objects.get(name=scheduler.CLEANING).held_until is None


def test_tick_tells_of_the_cleaning_until_it_is_done(tmp_path) -> None:
    assert tick(now=NOW, holder="here", journal_dir=tmp_path).cleaning
    clean(NOW)
    assert not tick(now=NOW, holder="here", journal_dir=tmp_path).cleaning
    assert Duty.objects.get(name=scheduler.CLEANING).done_at == NOW
