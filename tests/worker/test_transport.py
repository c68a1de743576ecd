"""What every transport keeps, and the SMTP dialogue against a real relay on a real socket."""

import random

import pytest

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from tests.relay import scripted_relay
from tests.worker.conftest import Watch
from tests.worker.wires import (
    WIRES,
    answer,
    deliver,
    greet,
    mail_to,
    offer,
    open_wire,
    read_body,
    smtp,
)
from worker.transport import NullTransport, Reply, Trouble


@pytest.fixture(params=WIRES)
def relay(request, certificate, monkeypatch):
    """A relay's memory, and a transport to it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with open_wire(request.param, certificate) as opened:
        yield opened


@pytest.fixture(params=["null", *WIRES])
def transport(request, certificate, monkeypatch):
    """Every transport there is, to a relay that takes all."""
    if request.param == "null":
        yield NullTransport()
        return
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with open_wire(request.param, certificate) as (_, opened):
        yield opened


# --- what every transport keeps ---------------------------------------------------------------


def test_transport_announces_and_answers_each_message_once(transport):
    recipients = [f"fine{number}@example.org" for number in range(20)]
    watch, trouble = offer(transport, *recipients)
    sent = {name: reply.state for name, reply in watch.replies.items()}
    assert (sent, trouble) == (dict.fromkeys(recipients, MailState.SENT), None)
    assert [name for what, name in watch.told if what == "leaves"] == recipients
    assert len(watch.told) == 40
    for recipient in recipients:
        announced = watch.told.index(("leaves", recipient))
        assert announced < watch.told.index((recipient, watch.replies[recipient]))


def test_transport_that_is_offered_nothing_does_nothing(transport):
    assert offer(transport) == (Watch(), None)


def test_transport_lets_through_what_the_mails_raise(transport):
    def mails():
        yield mail_to("fine1@example.org")
        raise LookupError

    watch = Watch()
    with pytest.raises(LookupError):
        transport.send(mails(), watch)
    # The next call starts afresh.
    assert deliver(transport, "fine2@example.org")[0].state == MailState.SENT


def test_transport_lets_through_what_the_observer_raises(transport):
    class Refusing(Watch):
        def leaves(self, mail):
            raise LookupError

    with pytest.raises(LookupError):
        transport.send(iter([mail_to("fine1@example.org")]), Refusing())
    assert deliver(transport, "fine2@example.org")[0].state == MailState.SENT


def test_transport_may_be_closed_at_any_time(transport):
    transport.close()
    assert deliver(transport, "fine@example.org")[0].state == MailState.SENT
    transport.close()
    transport.close()
    assert deliver(transport, "fine@example.org")[0].state == MailState.SENT


# --- the dialogue -----------------------------------------------------------------------------


def test_transport_sends_over_one_connection(relay):
    memory, transport = relay
    replies = [deliver(transport, f"fine{n}@example.org") for n in range(3)]
    assert replies == [(Reply(MailState.SENT, 250, "2.0.0 queued"), 1)] * 3
    assert memory.recipients() == [f"fine{n}@example.org" for n in range(3)]
    # Under STARTTLS everybody says EHLO twice.
    assert memory.connections in (1, 2)


@pytest.mark.parametrize(
    ("recipient", "state", "code", "relay_down", "announced"),
    [
        ("later@example.org", MailState.DEFERRED, 451, False, 0),
        ("gone@example.org", MailState.REFUSED, 550, False, 0),
        ("busy@example.org", MailState.DEFERRED, 421, True, 0),
        ("full@example.org", MailState.DEFERRED, 452, False, 1),
        ("spam@example.org", MailState.REFUSED, 554, False, 1),
        ("cut@example.org", MailState.DEFERRED, None, True, 0),
        ("open@example.org", MailState.REFUSED, 550, False, 0),
        ("long@example.org", MailState.SENT, 250, False, 1),
        ("drop@example.org", MailState.UNKNOWN, None, False, 1),
        ("garbage@example.org", MailState.UNKNOWN, None, False, 1),
    ],
)
def test_transport_translates_fault(relay, recipient, state, code, relay_down, announced):
    memory, transport = relay
    reply, times = deliver(transport, recipient)
    assert (reply.state, reply.code, reply.relay_down, times) == (
        state, code, relay_down, announced,
    )  # fmt: skip
    # Whatever happened, the next recipient is served.
    assert deliver(transport, "fine@example.org")[0].state == MailState.SENT
    assert "fine@example.org" in memory.recipients()


def test_transport_blames_sender_not_recipient(relay):
    _, transport = relay
    mail = OutgoingMail("blocked@example.org", "fine@example.org", b"\r\n")
    watch = Watch()
    trouble = transport.send(iter([mail]), watch)
    down = Reply(MailState.DEFERRED, 550, "5.7.1 sender blocked", relay_down=True)
    assert watch.told == [("fine@example.org", down)]
    assert trouble == Trouble("5.7.1 sender blocked", is_lasting=True)


def test_transport_keeps_dots_at_line_starts(relay):
    memory, transport = relay
    content = b"Subject: .\r\n\r\n.\r\n..\r\n.leading\r\n"
    transport.send(iter([mail_to("fine@example.org", content)]), Watch())
    assert memory.kept == [("fine@example.org", content)]


def test_transport_carries_a_large_message_whole(relay):
    memory, transport = relay
    content = b"Subject: Dag\r\n\r\n" + b"".join(b"%06d.\r\n" % line for line in range(40_000))
    watch = Watch()
    mails = [mail_to(f"fine{number}@example.org", content) for number in range(2)]
    assert transport.send(iter(mails), watch) is None
    assert memory.kept == [(mail.recipient, content) for mail in mails]


FAULTS = ["later", "gone", "open", "full", "spam", "drop", "garbage", "fine"]


@pytest.mark.parametrize("seed", range(6))
def test_each_reply_belongs_to_its_message(relay, seed):
    """Whatever comes before and after it, a message gets its own answer, once."""
    memory, transport = relay
    names = FAULTS * 3
    random.Random(seed).shuffle(names)
    recipients = [f"{name}{number}@example.org" for number, name in enumerate(names)]
    watch, trouble = offer(transport, *recipients)
    expected = {
        "later": MailState.DEFERRED,
        "gone": MailState.REFUSED,
        "open": MailState.REFUSED,
        "full": MailState.DEFERRED,
        "spam": MailState.REFUSED,
        "drop": MailState.UNKNOWN,
        "garbage": MailState.UNKNOWN,
        "fine": MailState.SENT,
    }
    answered = [name for name, what in watch.told if isinstance(what, Reply)]
    assert (answered, trouble) == (recipients, None)
    assert {name: reply.state for name, reply in watch.replies.items()} == {
        recipient: expected[name] for recipient, name in zip(recipients, names, strict=True)
    }
    kept = [each for each in recipients if each.startswith(("fine", "drop"))]
    assert memory.recipients() == sorted(kept)


def test_trouble_leaves_the_rest_untouched(relay):
    memory, transport = relay
    watch, trouble = offer(transport, "fine1@example.org", "busy@example.org", "fine2@example.org")
    assert trouble == Trouble("4.3.2 too busy")
    assert [what for name, what in watch.told if name == "fine2@example.org"] == []
    assert memory.recipients() == ["fine1@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        "a b@example.org",
        "a>\r\nRSET@example.org",
        "a>b@example.org",
        "a\x00b@example.org",
        "é@example.org",
        "nobody",
        "",
    ],
)
def test_address_that_no_command_can_carry_is_refused(relay, address):
    memory, transport = relay
    watch, trouble = offer(transport, address, "fine@example.org")
    assert (watch.replies[address].state, trouble) == (MailState.REFUSED, None)
    assert memory.recipients() == ["fine@example.org"]


def test_sender_that_no_command_can_carry_costs_nobody_a_mail(relay):
    memory, transport = relay
    watch = Watch()
    mails = [
        mail_to("fine1@example.org"),
        OutgoingMail("bij een@example.org", "fine2@example.org", b"\r\n"),
    ]
    trouble = transport.send(iter(mails), watch)
    assert trouble == Trouble(
        "The sender's address cannot be written in an SMTP command.", is_lasting=True
    )
    # Only pipelining looks one message ahead; then the one in hand waits too.
    assert {reply.state for reply in watch.replies.values()} <= {
        MailState.SENT,
        MailState.DEFERRED,
    }
    assert "fine2@example.org" not in watch.replies
    assert "fine2@example.org" not in memory.recipients()


@pytest.mark.parametrize("wire", WIRES)
def test_transport_comes_back_to_a_relay_that_takes_so_many_a_connection(
    wire, certificate, monkeypatch
):
    """Some say 421 after the hundredth message; the next connection takes a hundred more."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    recipients = [f"fine{number}@example.org" for number in range(7)]
    with open_wire(wire, certificate, most=3) as (memory, transport):
        watch, trouble = offer(transport, *recipients)
    assert trouble is None
    assert {reply.state for reply in watch.replies.values()} == {MailState.SENT}
    assert sorted(memory.recipients()) == recipients


def test_transport_comes_back_to_a_relay_that_closed_an_idle_connection():
    """It said 421 while nobody listened; NUL in an answer is left out."""

    def visit(lines):
        greet(lines)
        answer(lines, b"250 Ok", b"250 Ok", b"354 Go")
        read_body(lines)
        lines.write(b"250 que\x00ued\r\n421 4.4.2 timeout exceeded\r\n")

    with scripted_relay(visit, visit) as url:
        transport = smtp(url)
        replies = [deliver(transport, "fine@example.org") for _mail in range(2)]
        transport.close()
    assert replies == [(Reply(MailState.SENT, 250, "queued"), 1)] * 2
