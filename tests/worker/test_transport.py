"""The wire, against a real server on a real socket."""

import socket
import threading

import pytest

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from tests.relay import misbehaving_relay
from worker.transport import Reply, SMTPTransport


def mail_to(recipient: str, content: bytes = b"Subject: Dag\r\n\r\nHallo\r\n") -> OutgoingMail:
    return OutgoingMail(sender="bijeen@example.org", recipient=recipient, content=content)


@pytest.fixture
def relay():
    with misbehaving_relay() as (memory, url):
        transport = SMTPTransport(url, timeout=5, hostname="localhost")
        yield memory, transport
        transport.close()


def deliver(transport: SMTPTransport, recipient: str) -> tuple[Reply, int]:
    """Return the reply and how often the body was announced."""
    announced = []
    reply = transport.deliver(mail_to(recipient), before_body=lambda: announced.append(1))
    return reply, len(announced)


def test_transport_sends_over_one_connection(relay):
    memory, transport = relay
    replies = [deliver(transport, f"fine{n}@example.org") for n in range(3)]
    assert replies == [(Reply(MailState.SENT, 250, "2.0.0 queued"), 1)] * 3
    assert memory.recipients() == [f"fine{n}@example.org" for n in range(3)]
    assert memory.connections == 1


@pytest.mark.parametrize(
    ("recipient", "state", "code", "relay_down", "announced"),
    [
        ("later@example.org", MailState.DEFERRED, 451, False, 0),
        ("gone@example.org", MailState.REFUSED, 550, False, 0),
        ("busy@example.org", MailState.DEFERRED, 421, True, 0),
        ("full@example.org", MailState.DEFERRED, 452, False, 1),
        ("spam@example.org", MailState.REFUSED, 554, False, 1),
        ("cut@example.org", MailState.DEFERRED, None, True, 0),
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
    assert memory.recipients()[-1] == "fine@example.org"


def test_transport_blames_sender_not_recipient(relay):
    _, transport = relay
    mail = OutgoingMail("blocked@example.org", "fine@example.org", b"\r\n")
    reply = transport.deliver(mail, before_body=lambda: None)
    assert reply == Reply(MailState.DEFERRED, 550, "5.7.1 sender blocked", relay_down=True)


def test_transport_defers_when_nobody_listens():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    transport = SMTPTransport(f"smtp://127.0.0.1:{port}", timeout=5, hostname="localhost")
    reply, announced = deliver(transport, "fine@example.org")
    assert (reply.state, reply.relay_down, announced) == (MailState.DEFERRED, True, 0)


def test_transport_never_falls_back_to_clear_text():
    with misbehaving_relay() as (memory, url):
        port = url.rsplit(":", 1)[1]
        transport = SMTPTransport(
            f"submission://user:secret@127.0.0.1:{port}", timeout=5, hostname="localhost"
        )
        reply, announced = deliver(transport, "fine@example.org")
    assert (reply.state, reply.relay_down, announced) == (MailState.DEFERRED, True, 0)
    assert memory.recipients() == []


def test_transport_sends_no_password_in_clear_text():
    with misbehaving_relay() as (memory, url):
        transport = SMTPTransport(
            url.replace("smtp://", "smtp://user:secret@"), timeout=5, hostname="localhost"
        )
        reply, _ = deliver(transport, "fine@example.org")
    assert reply.relay_down
    assert "clear text" in reply.text
    assert memory.recipients() == []


def test_transport_keeps_dots_at_line_starts(relay):
    memory, transport = relay
    content = b"Subject: .\r\n\r\n.\r\n..\r\n.leading\r\n"
    transport.deliver(mail_to("fine@example.org", content), before_body=lambda: None)
    assert memory.kept == [("fine@example.org", content)]


def test_transport_times_out_as_unknown_after_the_dot():
    """A relay that takes the message and then says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))

    def stall() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", 0) as lines:
            lines.write(b"220 relay\r\n")
            for answer in (b"250 relay\r\n", b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n"):
                lines.readline()
                lines.write(answer)
            while lines.readline():
                pass

    thread = threading.Thread(target=stall)
    thread.start()
    port = listener.getsockname()[1]
    transport = SMTPTransport(f"smtp://127.0.0.1:{port}", timeout=0.5, hostname="localhost")
    reply, announced = deliver(transport, "fine@example.org")
    transport.close()
    thread.join()
    listener.close()
    assert (reply.state, announced) == (MailState.UNKNOWN, 1)


@pytest.mark.parametrize("url", ["", "relay:25", "http://relay", "smtp://"])
def test_transport_refuses_address_it_cannot_use(url):
    with pytest.raises(ValueError, match="EMAIL_URL must look like"):
        SMTPTransport(url, timeout=5, hostname="localhost")


def test_transport_comes_back_to_a_relay_that_closed_an_idle_connection():
    """It said 421 while nobody listened; NUL in an answer is left out."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _connection in range(2):
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb", 0) as lines:
                lines.write(b"220 relay\r\n")
                for answer in (b"250 relay\r\n", b"250 Ok\r\n", b"250 Ok\r\n", b"354 Go\r\n"):
                    lines.readline()
                    lines.write(answer)
                while lines.readline() != b".\r\n":
                    pass
                lines.write(b"250 que\x00ued\r\n421 4.4.2 timeout exceeded\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    transport = SMTPTransport(f"smtp://127.0.0.1:{port}", timeout=5, hostname="localhost")
    replies = []
    for _mail in range(2):
        replies.append(deliver(transport, "fine@example.org"))
        thread.join(0.3)
    transport.close()
    thread.join()
    listener.close()
    assert replies == [(Reply(MailState.SENT, 250, "queued"), 1)] * 2
