"""One look at the clock: idempotent, and alone."""

from datetime import timedelta

import pytest

from base.models import Duty
from campaigns.services import planning
from tests.worker.conftest import NOW
from worker import duties
from worker.scheduler import tick

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_tick_reports_waiting_notices(notices, tmp_path):
    notices(1)
    work = tick(now=NOW, holder="here", journal_dir=tmp_path)
    assert (work.mailing_ids, work.notices, work.import_ids) == ([], True, [])
    assert Duty.objects.get(name="tick").done_at == NOW


def test_tick_leaves_a_notice_whose_moment_has_not_come(notices, tmp_path):
    notices(1)
    work = tick(now=NOW - timedelta(minutes=1), holder="here", journal_dir=tmp_path)
    assert not work.notices


def test_tick_does_nothing_while_another_is_at_it(notices, tmp_path):
    notices(1)
    assert duties.take("tick", holder="there", until=NOW + timedelta(seconds=9), now=NOW)
    assert not tick(now=NOW, holder="here", journal_dir=tmp_path).notices
    # A tick that died gives its duty back by itself.
    assert tick(now=NOW + timedelta(seconds=9), holder="here", journal_dir=tmp_path).notices


def test_tick_reports_no_work_while_the_relay_rests(notices, tmp_path):
    notices(1)
    duties.open_breaker(words="421 too busy", until=NOW + timedelta(seconds=30))
    assert duties.breaker_words(now=NOW) == "421 too busy"
    assert not tick(now=NOW, holder="here", journal_dir=tmp_path).notices
    assert tick(now=NOW + timedelta(seconds=30), holder="here", journal_dir=tmp_path).notices


def test_tick_that_fails_is_not_reported_as_done(tmp_path, monkeypatch):
    def fail(**values):
        raise RuntimeError

    monkeypatch.setattr(planning, "finish_mailings", fail)
    with pytest.raises(RuntimeError):
        tick(now=NOW, holder="here", journal_dir=tmp_path)
    duty = Duty.objects.get(name="tick")
    assert (duty.done_at, duty.held_until) == (None, None)
