"""Relays that break their word in the middle of a dialogue: clear words, and nobody lost."""

import time

import pytest

from contacts.enums import MailState
from tests.relay import (
    BlindServer,
    ForgetfulServer,
    HastyServer,
    misbehaving_relay,
    scripted_relay,
)
from tests.worker.conftest import Watch
from tests.worker.wires import (
    FINE,
    answer,
    deliver,
    greet,
    mail_to,
    offer,
    read_body,
    refused_connection,
    smtp,
)
from worker.transport import Reply, Trouble

# --- pipelining offered, and not kept to ------------------------------------------------------


@pytest.mark.parametrize("server", [ForgetfulServer, HastyServer])
def test_broken_pipelining_costs_nobody_a_mail(server):
    """One message waits, with words that say why; from then on it goes one command at a time."""
    with misbehaving_relay("PIPELINING", server=server) as (memory, url):
        transport = smtp(url, timeout=0.5)
        watch, trouble = offer(transport, "fine1@example.org", "fine2@example.org")
        assert trouble is not None
        assert "does not keep to it" in trouble.words
        assert not trouble.is_lasting
        assert watch.told == [
            ("fine1@example.org", Reply(MailState.DEFERRED, None, trouble.words, relay_down=True))
        ]
        assert memory.recipients() == []
        again = [f"fine{number}@example.org" for number in range(1, 5)]
        watch, trouble = offer(transport, *again)
        transport.close()
    assert trouble is None
    assert {reply.state for reply in watch.replies.values()} == {MailState.SENT}
    assert memory.recipients() == again


def test_relay_that_forgets_what_came_with_the_dot_costs_nobody_a_mail():
    """It knows how to read a group, but not one that follows a body."""

    def forgetful(lines):
        greet(lines, b"PIPELINING")
        answer(lines, b"250 Ok", b"250 Ok", b"354 Go")
        read_body(lines)
        for _command in ("MAIL", "RCPT", "DATA"):
            lines.readline()
        lines.write(b"250 queued\r\n")
        lines.readline()

    def plain(lines):
        greet(lines, b"PIPELINING")
        answer(lines, b"250 Ok", b"250 Ok", b"354 Go")
        read_body(lines)
        lines.write(b"250 queued\r\n")

    with scripted_relay(forgetful, plain) as url:
        transport = smtp(url, timeout=0.5)
        watch, trouble = offer(transport, "fine1@example.org", "fine2@example.org")
        assert trouble is not None
        assert "does not keep to it" in trouble.words
        states = {name: reply.state for name, reply in watch.replies.items()}
        assert states == {
            "fine1@example.org": MailState.SENT,
            "fine2@example.org": MailState.DEFERRED,
        }
        assert ("leaves", "fine2@example.org") not in watch.told
        assert deliver(transport, "fine2@example.org")[0].state == MailState.SENT
        transport.close()


def test_relay_that_does_not_see_the_dot_costs_one_doubt():
    """What it did with the message cannot be known; the others go one command at a time."""
    recipients = [f"fine{number}@example.org" for number in range(4)]
    with misbehaving_relay("PIPELINING", server=BlindServer) as (memory, url):
        transport = smtp(url, timeout=0.5)
        watch, trouble = offer(transport, *recipients)
        transport.close()
    assert trouble is None
    assert [reply.state for reply in watch.replies.values()] == [
        MailState.UNKNOWN,
        *[MailState.SENT] * 3,
    ]
    assert memory.recipients() == recipients[1:]


@pytest.mark.parametrize(
    "replies",
    [
        [b"250 Ok", b"250 Ok", b"250 Ok"],  # a body would be read as commands
        [b"354 Go", b"250 Ok", b"250 Ok"],
        [b"250 Ok", b"503 need MAIL first"],
        [b"503 need MAIL first"],
        [b"250 Ok", b"334 VXNlcg=="],
    ],
)
def test_body_leaves_only_after_its_own_354(replies):
    heard = []

    def visit(lines):
        greet(lines, b"PIPELINING")
        lines.write(b"\r\n".join(replies) + b"\r\n")
        while line := lines.readline():
            heard.append(line.split(b":")[0].strip())

    with scripted_relay(visit) as url:
        transport = smtp(url, timeout=0.5)
        watch, trouble = offer(transport, FINE)
    assert trouble is not None
    assert not trouble.is_lasting
    assert watch.replies[FINE].state == MailState.DEFERRED
    assert heard == [b"MAIL FROM", b"RCPT TO", b"DATA"]


# --- replies of any length and none -----------------------------------------------------------


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_lines_of_any_length_are_read(size):
    def visit(lines):
        lines.write(b"220 " + b"x" * size + b"\r\n")
        lines.readline()
        lines.write(b"250-" + b"y" * size + b"\r\n250 PIPELINING\r\n")
        answer(lines, *(b"%d %b" % (code, b"z" * size) for code in (250, 250, 354)))
        read_body(lines)
        lines.write(b"250 " + b"z" * size + b"\r\n")

    with scripted_relay(visit) as url:
        transport = smtp(url)
        reply, announced = deliver(transport, FINE)
        transport.close()
    # Of such a reply as much is kept as fits in a row.
    assert (reply, announced) == (Reply(MailState.SENT, 250, "z" * 1000), 1)


def babble(lines, text: bytes) -> None:
    """Say this for ever, until the other side has had enough."""
    while True:
        lines.write(text * 1000)


@pytest.mark.parametrize("text", [b"220-hello\r\n", b"220 hello", b"x"])
def test_greeting_without_end_is_cut_off(text):
    with scripted_relay(lambda lines: babble(lines, text)) as url:
        trouble = refused_connection(url)
    assert trouble.words.startswith("NotSMTP: ")
    assert not trouble.is_lasting


@pytest.mark.parametrize("text", [b"250-hello\r\n", b"250 hello", b"x"])
def test_answer_to_ehlo_without_end_is_cut_off(text):
    def visit(lines):
        lines.write(b"220 relay\r\n")
        lines.readline()
        babble(lines, text)

    with scripted_relay(visit) as url:
        assert refused_connection(url).words.startswith("NotSMTP: ")


@pytest.mark.parametrize("extensions", [[], [b"PIPELINING"]])
def test_answer_to_a_body_without_end_is_a_doubt(extensions):
    def visit(lines):
        greet(lines, *extensions)
        answer(lines, b"250 Ok", b"250 Ok", b"354 Go")
        read_body(lines)
        babble(lines, b"250-queued\r\n")

    with scripted_relay(visit) as url:
        reply, announced = deliver(smtp(url), FINE)
    assert (reply.state, announced) == (MailState.UNKNOWN, 1)


def dribble(lines, text: bytes) -> None:
    """Say this an octet at a time, each well within the time-out."""
    for octet in text:
        lines.write(bytes([octet]))
        time.sleep(0.05)


def test_answer_that_never_comes_to_an_end_takes_no_longer_than_one_that_does_not_come():
    started = time.monotonic()
    with scripted_relay(lambda lines: dribble(lines, b"220 " + b"x" * 200)) as url:
        trouble = refused_connection(url, timeout=0.5)
        took = time.monotonic() - started
    assert "did not answer in time" in trouble.words
    assert took < 3


def test_relay_that_says_nothing_at_all():
    with scripted_relay(lambda lines: lines.readline()) as url:
        trouble = refused_connection(url, timeout=0.3)
    assert trouble == Trouble("TimeoutError: The relay did not answer in time.")


@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]])
@pytest.mark.parametrize(
    ("recipient", "state", "relay_down", "announced", "kept"),
    [
        ("mute@example.org", MailState.DEFERRED, True, 0, []),
        ("stall@example.org", MailState.UNKNOWN, False, 1, ["stall@example.org"]),
    ],
)
def test_relay_that_stops_answering(extensions, recipient, state, relay_down, announced, kept):
    with misbehaving_relay(*extensions) as (memory, url):
        transport = smtp(url, timeout=0.3)
        reply, times = deliver(transport, recipient)
        assert (reply.state, reply.relay_down, times) == (state, relay_down, announced)
        assert memory.recipients() == kept
        assert deliver(transport, FINE)[0].state == MailState.SENT
        transport.close()


# --- size -------------------------------------------------------------------------------------


def test_message_larger_than_the_relay_takes_is_refused_here():
    with misbehaving_relay("SIZE 50") as (memory, url):
        transport = smtp(url)
        watch = Watch()
        mails = [mail_to("fine1@example.org", b"x" * 60 + b"\r\n"), mail_to("fine2@example.org")]
        transport.send(iter(mails), watch)
        transport.close()
    assert [(name, reply.state) for name, reply in watch.replies.items()] == [
        ("fine1@example.org", MailState.REFUSED),
        ("fine2@example.org", MailState.SENT),
    ]
    assert "larger than the relay takes (50 octets)" in watch.replies["fine1@example.org"].text
    assert memory.recipients() == ["fine2@example.org"]


LARGE = b"x" * 70 + b"\r\n"


def reads_no_more(lines, *words: bytes) -> None:
    """Take an envelope and the beginning of a body, say these words, and hang up."""
    greet(lines, b"PIPELINING")
    answer(lines, b"250 Ok", b"250 Ok", b"354 Go")
    lines.readline()
    for each in words:
        lines.write(each + b"\r\n")
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            [b"552 5.3.4 message too large"],
            Reply(MailState.REFUSED, 552, "5.3.4 message too large"),
        ),
        (
            [b"421 4.3.2 closing"],
            Reply(MailState.DEFERRED, 421, "4.3.2 closing", relay_down=True),
        ),
        (
            [],
            Reply(
                MailState.DEFERRED,
                None,
                "The connection broke before the end of the message.",
                relay_down=True,
            ),
        ),
    ],
)
def test_relay_that_hangs_up_in_the_middle_of_a_body(words, expected):
    """Without its final dot a message is not accepted: there is no doubt about it."""
    with scripted_relay(lambda lines: reads_no_more(lines, *words)) as url:
        transport = smtp(url)
        watch = Watch()
        transport.send(iter([mail_to(FINE, LARGE * 300_000)]), watch)
    assert watch.told == [("leaves", FINE), (FINE, expected)]


def test_relay_that_reads_ever_so_slowly_is_given_up():
    """Each octet is within the time-out; the whole would outlast the lease of the claim."""

    def visit(lines):
        greet(lines)
        answer(lines, b"250 Ok", b"250 Ok", b"354 Go")
        while lines.read(20_000):
            time.sleep(0.01)

    started = time.monotonic()
    with scripted_relay(visit) as url:
        watch = Watch()
        smtp(url, timeout=0.5).send(iter([mail_to(FINE, LARGE * 300_000)]), watch)
        took = time.monotonic() - started
    assert watch.replies[FINE].state == MailState.DEFERRED
    assert took < 6
