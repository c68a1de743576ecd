"""How far a mailing is, how fast, and what stands still; what the relay said, in groups."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from base.models import Duty
from campaigns.models import Delivery
from campaigns.selectors.pauses import last_pause
from campaigns.selectors.progress import AbsentHost, Rest, progress
from campaigns.selectors.replies import find_group, reply_groups, rows_of_group
from campaigns.services import mailings
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW
from worker import duties

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _rows(mailing, number, **values):
    return [make_delivery(mailing=mailing, **values) for _ in range(number)]


# --- how far, how fast ------------------------------------------------------------------------


def test_progress_counts_those_who_were_to_get_it_and_those_settled():
    mailing = make_mailing(state="sending")
    for state, number in {
        "queued": 2,
        "claimed": 1,
        "deferred": 1,
        "sent": 3,
        "refused": 1,
        "unknown": 1,
        "excluded": 4,
        "expired": 1,
    }.items():
        _rows(mailing, number, state=state)
    make_delivery()

    found = progress(mailing, NOW)

    assert (found.to_send, found.settled) == (10, 6)
    assert sum(found.counts.values()) == 14


def test_rate_is_that_of_the_last_half_minute_and_tells_the_end():
    mailing = make_mailing(state="sending")
    _rows(mailing, 3, state="sent", reply_code=250, sent_at=NOW - timedelta(minutes=2))
    _rows(mailing, 10, state="sent", reply_code=250, sent_at=NOW - timedelta(seconds=20))
    _rows(mailing, 10, state="sent", reply_code=250, sent_at=NOW - timedelta(seconds=1))
    _rows(mailing, 9, state="sent", sent_at=NOW)
    _rows(mailing, 4, state="queued")
    _rows(mailing, 1, state="claimed")
    later = NOW + timedelta(hours=1)
    _rows(mailing, 1, state="deferred", next_attempt_at=later)
    _rows(mailing, 1, state="deferred", next_attempt_at=later + timedelta(hours=1))

    found = progress(mailing, NOW)

    assert (found.rate, found.ends_at) == (1.0, NOW + timedelta(seconds=5))
    assert found.deferred_until == later


def test_nothing_goes_out_without_a_rate():
    mailing = make_mailing(state="sending")
    _rows(mailing, 1, state="queued")
    still = progress(mailing, NOW)
    assert (still.rate, still.ends_at) == (None, None)

    mailing.state = "paused"
    _rows(mailing, 1, state="sent", reply_code=250, sent_at=NOW)
    paused = progress(mailing, NOW)
    assert (paused.rate, paused.ends_at) == (None, None)


def test_first_mails_of_a_second_are_no_rate_beyond_reason():
    mailing = make_mailing(state="sending")
    _rows(mailing, 3, state="sent", reply_code=250, sent_at=NOW - timedelta(milliseconds=5))
    _rows(mailing, 1, state="queued")

    assert progress(mailing, NOW).rate == 3.0


# --- what stands still ------------------------------------------------------------------------


def test_relay_that_is_left_alone_is_told_until_when_and_why():
    mailing = make_mailing(state="sending")
    _rows(mailing, 1, state="queued")
    until = NOW + timedelta(seconds=30)
    duties.open_breaker(words="4.3.2 too busy", until=until)
    Duty.objects.create(name="tick", holder="x", held_until=until)

    assert progress(mailing, NOW).rest == Rest("4.3.2 too busy", until)
    assert progress(mailing, until).rest is None


def test_host_whose_time_is_over_is_absent_with_its_rows():
    mailing, now = make_mailing(state="sending"), timezone.now()
    gone = now - timedelta(minutes=5)
    _rows(mailing, 2, state="claimed", holder="worker-2", lease_until=gone)
    _rows(mailing, 1, state="claimed", holder="worker-2", lease_until=gone + timedelta(minutes=1))
    _rows(mailing, 1, state="claimed", holder="worker-1", lease_until=now + timedelta(minutes=5))
    _rows(mailing, 1, state="sent", holder="worker-3", lease_until=gone)
    make_delivery(state="claimed", holder="worker-4", lease_until=gone)

    assert progress(mailing, now).absent == (AbsentHost("worker-2", 3, gone),)


def test_pause_names_the_person_or_nobody_for_the_engine():
    mailing = make_mailing(state="sending")
    noor = User.objects.create_user("noor", first_name="Noor", last_name="Berg")
    assert last_pause(mailing) is None

    mailings.pause_mailing(mailing_id=mailing.pk, by=noor, now=NOW)
    person = last_pause(mailing)
    mailings.resume_mailing(mailing_id=mailing.pk, by=noor, now=NOW)
    mailings.pause_mailing(mailing_id=mailing.pk, reason="550 no", now=NOW)
    engine = last_pause(mailing)

    assert person is not None
    assert engine is not None
    assert (person.by, engine.by) == ("Noor Berg", "")
    assert engine.at > person.at


# --- what the relay said ----------------------------------------------------------------------


def _said(mailing, state, code, text, number=1, **values):
    for row in _rows(mailing, number, state=state, reply_code=code, **values):
        row.reply_text = text.replace("ADDRESS", row.address_key)
        row.save(update_fields=["reply_text"])


def test_replies_are_grouped_without_the_address_the_commonest_first():
    mailing = make_mailing(state="sending")
    first, second = NOW + timedelta(minutes=5), NOW + timedelta(minutes=15)
    _said(mailing, "refused", 550, "5.1.1 <ADDRESS>: no such user", 3)
    _said(mailing, "refused", 550, "5.7.1 looks like spam")
    _said(mailing, "deferred", 451, "4.3.0 later", 1, next_attempt_at=second)
    _said(mailing, "deferred", 451, "4.3.0 later", 1, next_attempt_at=first)
    _said(mailing, "unknown", None, "The relay hung up.")
    _said(mailing, "sent", 250, "2.0.0 Ok", 5)
    _said(make_mailing(state="sending"), "refused", 550, "5.7.1 looks like spam")

    found = reply_groups(mailing.pk)

    assert [(each.state, each.code, each.text, each.number) for each in found] == [
        ("refused", 550, "5.1.1 <…>: no such user", 3),
        ("deferred", 451, "4.3.0 later", 2),
        ("refused", 550, "5.7.1 looks like spam", 1),
        ("unknown", None, "The relay hung up.", 1),
    ]
    assert [each.next_attempt_at for each in found] == [None, first, None, None]
    assert len({each.key for each in found}) == 4
    assert reply_groups(mailing.pk, limit=1) == found[:1]


def test_our_own_words_are_in_the_language_of_the_reader_and_the_relays_are_not():
    mailing = make_mailing(state="sending")
    _said(mailing, "refused", None, "This address cannot be written in an SMTP command.", 2)
    _said(mailing, "deferred", 451, "Later")
    ours, theirs = reply_groups(mailing.pk)
    with override("nl"):
        assert ours.words == "Dit adres kan niet aan een mailserver worden doorgegeven."
        assert theirs.words == "Later"
    with override("en"):
        assert ours.words == ours.text


def test_rows_of_a_group_are_found_by_its_key():
    mailing = make_mailing(state="sending")
    _said(mailing, "refused", 550, "5.1.1 <ADDRESS>: no such user", 2)
    _said(mailing, "refused", None, "5.1.1 <…>: no such user")
    _said(mailing, "deferred", 550, "5.1.1 <…>: no such user")
    _said(make_mailing(state="sending"), "refused", 550, "5.1.1 <ADDRESS>: no such user")
    largest = reply_groups(mailing.pk)[0]

    group = find_group(mailing.pk, largest.key)

    assert group == largest
    assert set(rows_of_group(mailing.pk, largest)) == set(
        Delivery.objects.filter(mailing=mailing, state="refused", reply_code=550)
    )
    (without_code,) = [each for each in reply_groups(mailing.pk) if each.code is None]
    assert rows_of_group(mailing.pk, without_code).count() == 1
    assert find_group(mailing.pk, "0" * 16) is None


def test_reply_of_somebody_erased_is_a_group_too():
    mailing = make_mailing(state="sending")
    make_delivery(mailing=mailing, state="refused", address_key=None, reply_code=550)

    assert [(each.text, each.number) for each in reply_groups(mailing.pk)] == [("", 1)]


def test_progress_takes_as_many_queries_for_one_row_as_for_many():
    def ask(mailing):
        with CaptureQueriesContext(connection) as queries:
            progress(mailing, NOW)
            reply_groups(mailing.pk)
        return len(queries)

    few, many = make_mailing(state="sending"), make_mailing(state="sending")
    for mailing, number in ((few, 1), (many, 20)):
        for state in ("queued", "claimed", "deferred", "refused", "unknown", "sent"):
            _rows(mailing, number, state=state)
    assert ask(few) == ask(many)
