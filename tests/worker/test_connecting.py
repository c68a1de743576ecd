"""Relays with which no connection is possible: clear words, and every message waits."""

import socket

import pytest

from contacts.enums import MailState
from tests.certificates import make_certificate
from tests.relay import misbehaving_relay, scripted_relay
from tests.worker.wires import FINE, answer, deliver, greet, refused_connection, smtp
from worker.transport import SMTPTransport, Trouble, relay

# --- no connection ----------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "relay:25", "http://relay", "smtp://"])
def test_address_of_no_relay_is_refused(url):
    with pytest.raises(ValueError, match="EMAIL_URL must look like"):
        SMTPTransport(url, timeout=5, hostname="localhost")


def test_nobody_listens():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    trouble = refused_connection(f"smtp://127.0.0.1:{port}")
    assert "ConnectionRefusedError" in trouble.words
    assert not trouble.is_lasting


def test_name_that_cannot_exist_is_a_lasting_trouble():
    trouble = refused_connection(f"smtp://{'x' * 70}.example.org")
    assert trouble.is_lasting
    assert "has a character it cannot have" in trouble.words


@pytest.mark.parametrize(
    ("greeting", "trouble"),
    [
        (b"554 5.7.1 you are on a list", Trouble("5.7.1 you are on a list", is_lasting=True)),
        (b"421 4.3.2 too busy", Trouble("4.3.2 too busy")),
        (b"HTTP/1.1 400 Bad Request", Trouble("NotSMTP: HTTP/1.1 400 Bad Request")),
    ],
)
def test_greeting_that_sends_us_away(greeting, trouble):
    with scripted_relay(lambda lines: lines.write(greeting + b"\r\n")) as url:
        assert refused_connection(url) == trouble


def test_relay_that_closes_at_the_answer_to_ehlo_is_understood():
    def visit(lines):
        lines.write(b"220 relay\r\n")
        answer(lines, b"421 4.3.2 shutting down")

    with scripted_relay(visit) as url:
        assert refused_connection(url) == Trouble("4.3.2 shutting down")


# --- TLS --------------------------------------------------------------------------------------


def test_relay_without_starttls_never_gets_clear_text():
    with misbehaving_relay() as (memory, url):
        trouble = refused_connection(url.replace("smtp://", "submission://user:secret@"))
    assert trouble.is_lasting
    assert "STARTTLS extension not supported" in trouble.words
    assert memory.recipients() == []


def test_relay_that_cannot_do_starttls_now_is_asked_again_later():
    def visit(lines):
        greet(lines, b"STARTTLS")
        answer(lines, b"454 4.7.0 TLS not available")

    with scripted_relay(visit) as url:
        trouble = refused_connection(url.replace("smtp:", "submission:"))
    assert trouble == Trouble("4.7.0 TLS not available")


def test_relay_that_hangs_up_during_the_handshake_is_asked_again_later():
    def visit(lines):
        greet(lines, b"STARTTLS")
        answer(lines, b"220 Go ahead")

    with scripted_relay(visit) as url:
        trouble = refused_connection(url.replace("smtp:", "submission:"))
    assert not trouble.is_lasting


def test_certificate_that_nobody_vouches_for_is_a_lasting_trouble(certificate):
    with misbehaving_relay(certificate=certificate) as (memory, url):
        trouble = refused_connection(url)
    assert trouble.is_lasting
    assert "certificate verify failed" in trouble.words
    assert memory.recipients() == []


def test_certificate_of_somebody_else_is_a_lasting_trouble(tmp_path, monkeypatch):
    foreign = make_certificate(tmp_path, names="DNS:elsewhere.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(foreign.path))
    with misbehaving_relay(certificate=foreign) as (memory, url):
        trouble = refused_connection(url)
    assert trouble.is_lasting
    assert "IP address mismatch" in trouble.words
    assert memory.recipients() == []


def test_tls_from_the_start(certificate, monkeypatch):
    """The other relay that speaks clear text is a lasting trouble, and hears nothing of us."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with misbehaving_relay() as (memory, url):
        trouble = refused_connection(url.replace("smtp:", "smtps:"))
    assert trouble.is_lasting
    assert memory.recipients() == []


# --- the password -----------------------------------------------------------------------------


def test_password_is_used_under_tls(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with misbehaving_relay(certificate=certificate, password="right") as (_, url):
        transport = smtp(url.replace("//", "//user:right@"))
        assert deliver(transport, FINE)[0].state == MailState.SENT
        transport.close()


def test_wrong_password_is_a_lasting_trouble(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with misbehaving_relay(certificate=certificate, password="right") as (memory, url):
        trouble = refused_connection(url.replace("//", "//user:wrong@"))
    assert trouble == Trouble("5.7.8 Authentication credentials invalid", is_lasting=True)
    assert memory.recipients() == []


@pytest.mark.parametrize(
    ("offered", "answers", "expected"),
    [
        # Hangs up after the refusal, while smtplib would try another way to log in.
        (b"AUTH PLAIN LOGIN", [b"535 5.7.8 no"], Trouble("5.7.8 no", is_lasting=True)),
        (b"AUTH PLAIN", [b"454 4.7.0 not now"], Trouble("4.7.0 not now")),
        (
            b"AUTH XOAUTH2",
            [],
            Trouble(
                "SMTPNotSupportedError: No suitable authentication method found.", is_lasting=True
            ),
        ),
    ],
)
def test_login_that_fails(monkeypatch, offered, answers, expected):
    # No TLS in a script: the rule that a password needs it is another test's.
    monkeypatch.setattr(
        relay.Address, "of", lambda url: relay.Address("", "127.0.0.1", int(url[-5:]), "u", "p")
    )

    def visit(lines):
        greet(lines, offered)
        answer(lines, *answers)

    with scripted_relay(visit) as url:
        assert refused_connection(url) == expected


def test_password_beyond_ascii_is_a_lasting_trouble_that_keeps_it_secret(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with misbehaving_relay(certificate=certificate, password="right") as (_, url):
        trouble = refused_connection(url.replace("//", "//user:gehe%C3%AFm@"))
    assert trouble.is_lasting
    assert "ï" not in trouble.words


def test_password_is_never_sent_in_clear_text():
    with misbehaving_relay() as (memory, url):
        trouble = refused_connection(url.replace("smtp://", "smtp://user:secret@"))
    assert trouble.is_lasting
    assert "not sent in clear text" in trouble.words
    assert memory.connections == 0
