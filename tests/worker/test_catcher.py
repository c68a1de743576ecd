"""The catcher keeps what the transport sends, and the inbox shows it."""

import os
import signal
import smtplib  # noqa: TID251 -- the test is the client
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.urls import reverse

from campaigns.mail import OutgoingMail
from contacts.enums import MailState
from tests.worker.conftest import Watch
from worker import inbox
from worker.transport import SMTPTransport

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catcher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inbox")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "worker.catcher", "--folder", str(folder), "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield folder, f"smtp://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def message(subject: str = "Denk je mee?") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Vereniging <bijeen@example.org>"
    mail["To"] = "amina@example.org"
    mail["Subject"] = subject
    mail.set_content("Hallo\n.\nDag\n")
    mail.add_alternative("<html><head></head><body><p>Hallo</p></body></html>", subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="a.ics")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def test_catcher_keeps_the_exact_message(catcher):
    folder, url = catcher
    transport = SMTPTransport(url, timeout=5, hostname="localhost")
    content = message()
    mail = OutgoingMail("bounce@example.org", "amina@example.org", content)
    watch = Watch()
    transport.send(iter([mail]), watch)
    transport.close()
    assert watch.replies["amina@example.org"].state == MailState.SENT
    name = inbox.names(folder)[0]
    kept = (folder / name).read_bytes()
    assert kept == (
        b"X-Envelope-From: bounce@example.org\r\nX-Envelope-To: amina@example.org\r\n" + content
    )
    shown = inbox.read(folder, name)
    assert shown is not None
    assert (shown.subject, shown.recipient, shown.text) == (
        "Denk je mee?",
        "amina@example.org",
        "Hallo\n.\nDag\n",
    )
    assert [part.name for part in shown.attachments] == ["a.ics"]


def test_inbox_reads_nothing_outside_its_folder(tmp_path):
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")
    (tmp_path / "inbox").mkdir()
    assert inbox.read(tmp_path / "inbox", "../secret.eml") is None


@pytest.mark.django_db
def test_inbox_shows_mail_and_its_parts(client, settings, tmp_path):
    settings.INBOX_DIR = tmp_path
    name = "1700000000000000000-000001.eml"
    (tmp_path / name).write_bytes(b"X-Envelope-To: amina@example.org\r\n" + message())
    page = client.get(reverse("worker:inbox")).content.decode()
    assert "Denk je mee?" in page
    page = client.get(reverse("worker:mail", args=[name])).content.decode()
    assert "amina@example.org" in page
    html = client.get(reverse("worker:mail_html", args=[name]))
    assert "<p>Hallo</p>" in html.content.decode()
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert client.get(reverse("worker:attachment", args=[name, 99])).status_code == 404
    assert client.get(reverse("worker:mail", args=["nothing.eml"])).status_code == 404


def test_smtplib_client_agrees(catcher):
    folder, url = catcher
    before = len(inbox.names(folder))
    with smtplib.SMTP("127.0.0.1", int(url.rsplit(":", 1)[1]), local_hostname="localhost") as smtp:
        smtp.sendmail("a@example.org", ["b@example.org"], message("Tweede"))
    assert len(inbox.names(folder)) == before + 1
