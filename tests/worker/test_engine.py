"""A claim from beginning to end: nobody skipped, nobody twice, nothing reported untrue."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.enums import MailingState
from campaigns.models import Delivery
from contacts.addresses import address_hash
from contacts.enums import MAIL_MOVES, MailState, Source, SuppressionReason, SuppressionScope
from contacts.models import Notice, Suppression
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import make_contact, make_member, make_representation
from tests.worker.conftest import NOW, Notices, Wire, states
from worker import engine
from worker.engine import LeaseOverError, decide, send_batch
from worker.journal import boot_id, open_journal
from worker.ledger import claim_rows, release_rows
from worker.outcome import Outcome
from worker.policy import RELAY_REST, RETRY_AFTER
from worker.recovery import recover
from worker.sources import MailingSource, NoticeSource
from worker.transport import Reply, Trouble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


class Crash(Exception):
    """The worker dies."""


def run(source, wire, folder):
    return send_batch(source, wire, journal_dir=folder, clock=lambda: NOW)


def test_batch_sends_each_once(notices, tmp_path):
    notices(120)
    wire = Wire()
    result = run(Notices(), wire, tmp_path)
    assert (result.claimed, result.ended) == (120, {MailState.SENT: 120})
    assert sorted(wire.sent) == sorted(states())
    assert set(states().values()) == {"sent"}
    assert list(tmp_path.iterdir()) == []
    assert run(Notices(), wire, tmp_path).claimed == 0
    assert len(wire.sent) == 120


def test_batch_records_each_reply(notices, tmp_path):
    rows = notices(5)
    replies = {
        rows[0].address: Reply(MailState.REFUSED, 550, "5.1.1 no such user"),
        rows[1].address: Reply(MailState.DEFERRED, 451, "4.3.0 later"),
        rows[2].address: Reply(MailState.UNKNOWN, None, "SMTPServerDisconnected"),
    }
    run(Notices(obsolete={rows[3].pk}), Wire(replies), tmp_path)
    found = list(
        Notice.objects.order_by("pk").values_list("state", "reply_code", "reply_text", "tries")
    )
    assert found == [
        ("refused", 550, "5.1.1 no such user", 0),
        ("deferred", 451, "4.3.0 later", 1),
        ("unknown", None, "SMTPServerDisconnected", 0),
        ("expired", None, "", 0),
        ("sent", 250, "2.0.0 Ok", 0),
    ]


def test_batch_gives_the_rest_back_when_paused(notices, tmp_path, monkeypatch):
    notices(5)
    wire = Wire()
    # Asked before each message: two go out, then somebody pauses.
    monkeypatch.setattr(engine, "ASK_SECONDS", -1)
    result = run(Notices(goes_on=iter([True, True])), wire, tmp_path)
    assert (len(wire.sent), result.released) == (2, 3)
    assert list(states().values()) == ["sent", "sent", "queued", "queued", "queued"]


def test_batch_stops_at_a_relay_that_is_down_and_burns_nobody(notices, tmp_path):
    rows = notices(3)
    down = Reply(MailState.DEFERRED, 421, "4.3.2 too busy", relay_down=True)
    result = run(Notices(), Wire({rows[0].address: down}), tmp_path)
    assert result.trouble == Trouble("4.3.2 too busy")
    assert list(states().values()) == ["deferred", "queued", "queued"]
    assert Notice.objects.get(pk=rows[0].pk).tries == 0


def test_batch_that_loses_its_database_is_settled_by_recovery(notices, tmp_path):
    rows = notices(4)

    def crash(mail):
        if mail.recipient == rows[2].address:
            raise Crash

    with pytest.raises(Crash):
        run(Notices(), Wire(on_body=crash), tmp_path)
    assert set(states().values()) == {"claimed"}
    found = recover(journal_dir=tmp_path, now=NOW)
    assert (found.settled, found.unknown, found.requeued) == (2, 1, 1)
    assert list(states().values()) == ["sent", "sent", "unknown", "queued"]
    # Replaying changes nothing any more.
    assert not recover(journal_dir=tmp_path, now=NOW)


def test_recovery_after_a_reboot_believes_in_no_absence(notices, tmp_path):
    rows = notices(2)
    with suppress(Crash), open_journal(tmp_path) as journal:
        claim_rows(Notice.objects.all(), claim=journal.claim, limit=10)
        journal.intent("notice", rows[0].pk, 1)
        journal.outcome("notice", 1, Outcome(rows[0].pk, MailState.SENT, NOW, 250, "Ok"))
        raise Crash
    lines = journal.path.read_text()
    journal.path.write_text(lines.replace(boot_id(), "another-boot"))
    recover(journal_dir=tmp_path, now=NOW)
    assert list(states().values()) == ["sent", "unknown"]


def test_recovery_records_what_the_worker_would_have_recorded(notices, tmp_path):
    """A relay that is down costs no try, and a mail was sent when it was, not when we look."""
    rows = notices(3)
    replies = {rows[1].address: Reply(MailState.DEFERRED, 421, "4.3.2 no", relay_down=True)}
    wire = Wire(replies)

    class Lost(Notices):
        def told(self, row):
            return "what-it-told"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "record_outcomes", _crash)
        with pytest.raises(Crash):
            run(Lost(), wire, tmp_path)
    recover(journal_dir=tmp_path, now=NOW + timedelta(hours=1))
    sent, deferred, queued = Notice.objects.order_by("pk")
    assert (sent.state, sent.told, sent.sent_at) == ("sent", "what-it-told", NOW)
    assert (deferred.state, deferred.tries) == ("deferred", 0)
    assert deferred.next_attempt_at == NOW + 2 * RELAY_REST
    assert queued.state == "queued"


def _crash(*args, **kwargs):
    raise Crash


def test_recovery_ignores_entries_of_another_attempt(notices, tmp_path):
    (row,) = notices(1)
    claim_rows(Notice.objects.all(), claim="first", limit=1)
    release_rows(Notice, claim="first", row_ids=[row.pk])
    claim_rows(Notice.objects.all(), claim="second", limit=1)
    (tmp_path / "second.journal").write_text(f"H {boot_id()}\nI notice {row.pk} 1\n")
    recover(journal_dir=tmp_path, now=NOW)
    assert list(states().values()) == ["queued"]


def test_claim_takes_a_row_once(notices):
    ids = [row.pk for row in notices(3)]
    assert claim_rows(Notice.objects.all(), claim="a", limit=2) == ids[:2]
    assert claim_rows(Notice.objects.all(), claim="b", limit=5) == ids[2:]
    assert claim_rows(Notice.objects.all(), claim="c", limit=5) == []
    assert sorted(Notice.objects.values_list("claim", "attempt")) == [("a", 1), ("a", 1), ("b", 1)]


def test_claim_waits_for_a_deferred_row(notices):
    (row,) = notices(1)
    tomorrow = NOW + timedelta(days=36500)
    Notice.objects.update(state=MailState.DEFERRED, next_attempt_at=tomorrow)
    assert claim_rows(Notice.objects.all(), claim="a", limit=5) == []
    Notice.objects.update(next_attempt_at=NOW - timedelta(days=3650))
    assert claim_rows(Notice.objects.all(), claim="a", limit=5) == [row.pk]


def test_policy_gives_up_after_its_last_try(notices):
    (row,) = notices(1)
    later = Reply(MailState.DEFERRED, 451, "later")
    seen = []
    for _try in range(len(RETRY_AFTER) + 1):
        outcome = decide(row, later, told="", now=NOW)
        row.tries = outcome.tries
        seen.append(outcome.next_attempt_at and outcome.next_attempt_at - NOW)
    assert seen == [*RETRY_AFTER, None]
    assert outcome.state == MailState.REFUSED
    assert outcome.reply_text == "later"


def test_every_outcome_is_a_legal_move_of_a_claimed_row():
    ends = {MailState.SENT, MailState.DEFERRED, MailState.REFUSED, MailState.UNKNOWN}
    assert ends | {MailState.EXCLUDED, MailState.EXPIRED, MailState.QUEUED} == set(
        MAIL_MOVES[MailState.CLAIMED]
    )


def test_mail_that_cannot_be_made_keeps_nobody_else_waiting(notices, tmp_path):
    rows = notices(3)
    Notice.objects.filter(pk=rows[0].pk).update(address="renée@example.org")
    wire = Wire()
    run(NoticeSource(NOW), wire, tmp_path)
    assert sorted(wire.sent) == [rows[1].address, rows[2].address]
    refused = Notice.objects.get(pk=rows[0].pk)
    assert (refused.state, refused.reply_code) == (MailState.REFUSED, None)
    assert "could not be made" in refused.reply_text


def test_mail_is_prepared_while_the_relay_is_busy(notices, tmp_path):
    first, second = (row.address for row in notices(2))
    order = []

    class Source(Notices):
        def compose(self, row, now):
            order.append(row.address)
            return super().compose(row, now)

        def told(self, row):
            order.append("answered")
            return super().told(row)

    wire = Wire(on_body=lambda mail: order.append("body"))
    send_batch(Source(), wire, journal_dir=tmp_path, clock=lambda: NOW)
    assert order == [first, "body", second, "answered", "body", "answered"]


def test_failure_while_preparing_harms_neither_the_mail_on_the_wire_nor_others(notices, tmp_path):
    rows = notices(3)

    class Source(Notices):
        def compose(self, row, now):
            if row.pk == rows[1].pk:
                raise LookupError
            return super().compose(row, now)

    wire = Wire()
    send_batch(Source(), wire, journal_dir=tmp_path, clock=lambda: NOW)
    assert wire.sent == [rows[0].address, rows[2].address]
    assert list(states().values()) == ["sent", "refused", "sent"]


def test_notice_to_an_accented_domain_goes_out_in_ascii(notices, tmp_path):
    (row,) = notices(1)
    Notice.objects.filter(pk=row.pk).update(address="chef@bücher.example")
    wire = Wire()
    run(NoticeSource(NOW), wire, tmp_path)
    assert wire.sent == ["chef@xn--bcher-kva.example"]


def test_notice_goes_to_no_address_that_does_not_exist(notices, tmp_path):
    rows = notices(2)
    Suppression.objects.create(
        address_hash=address_hash(rows[0].address),
        scope=SuppressionScope.ALL,
        reason=SuppressionReason.HARD_BOUNCE,
        source=Source.MAIL,
        created_at=NOW,
    )
    wire = Wire()
    run(NoticeSource(NOW), wire, tmp_path)
    assert wire.sent == [rows[1].address]
    left_out = Notice.objects.get(pk=rows[0].pk)
    assert (left_out.state, left_out.reply_text) == (MailState.EXCLUDED, "suppressed")


def test_mail_that_upsets_the_relay_lets_others_go_first(notices, tmp_path):
    rows = notices(3)
    down = Reply(MailState.DEFERRED, 421, "4.3.2 too busy", relay_down=True)
    wire = Wire({rows[0].address: down})
    for _round in range(2):
        # The clock of the database decides what is due.
        send_batch(Notices(), wire, journal_dir=tmp_path, clock=timezone.now)
    assert wire.sent == [rows[1].address, rows[2].address]


def test_relay_that_refuses_everybody_is_noticed_after_a_few(notices, tmp_path):
    rows = notices(8)
    no = Reply(MailState.REFUSED, 554, "5.7.1 relay access denied")
    source = Notices()
    run(source, Wire({row.address: no for row in rows}), tmp_path)
    assert source.complaints == ["554 5.7.1 relay access denied"]


def test_refusals_after_somebody_was_accepted_are_only_theirs(notices, tmp_path):
    rows = notices(8)
    no = Reply(MailState.REFUSED, 550, "5.1.1 no such user")
    source = Notices()
    run(source, Wire({row.address: no for row in rows[1:]}), tmp_path)
    assert source.complaints == []


def test_mailing_that_is_refused_everywhere_pauses_and_says_why(tmp_path):
    mailing = make_mailing(state=MailingState.SENDING, audience={"everyone": True})
    people = [make_representation(make_contact(), make_member()).contact for _ in range(8)]
    for person in people:
        make_delivery(mailing=mailing, contact=person, address_key=person.address_key)
    no = Reply(MailState.REFUSED, 554, "5.7.1 relay access denied")
    wire = Wire({person.address_key: no for person in people})
    while run(MailingSource(mailing.pk), wire, tmp_path).claimed:
        pass
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("paused", "554 5.7.1 relay access denied")
    found = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(found) == ["refused"] * 5 + ["queued"] * 3


@pytest.mark.parametrize(("one_in", "complaints"), [(2, 1), (8, 0)])
def test_list_of_which_many_are_refused_waits_for_a_person(notices, tmp_path, one_in, complaints):
    rows = notices(400)
    no = Reply(MailState.REFUSED, 550, "5.1.1 no such user")
    source = Notices()
    run(source, Wire({row.address: no for row in rows[1::one_in]}), tmp_path)
    assert source.complaints == ["550 5.1.1 no such user"] * complaints


def test_nothing_leaves_from_a_claim_that_is_too_old(notices, tmp_path, monkeypatch):
    """A host that was frozen wakes up with a mail in hand; another may have been given its rows."""
    notices(2)
    monkeypatch.setattr(engine, "OLD", -1)
    wire = Wire()
    with pytest.raises(LeaseOverError):
        run(Notices(), wire, tmp_path)
    assert (wire.sent, set(states().values())) == ([], {"claimed"})
    assert recover(journal_dir=tmp_path, now=NOW).requeued == 2
