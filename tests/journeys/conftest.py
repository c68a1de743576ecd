"""A running house and a real browser."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.faults.house import free_ports
from tests.migrated import migrated

ROOT = Path(__file__).parents[2]
EMAIL = "organisator@example.org"
PASSWORD = "een-lang-wachtwoord-voor-de-proef"


@dataclass(frozen=True)
class Running:
    """A house that `up` started: where it answers, and what its catcher keeps."""

    url: str
    inbox: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    def mails_to(self, address: str) -> list[Path]:
        """The kept mails for one address, oldest first."""
        wanted = f"X-Envelope-To: {address}".encode()
        return [
            path
            for path in sorted(self.inbox.glob("[0-9]*.eml"))
            if wanted in path.read_bytes()[:500]
        ]

    def mail(self, address: str, number: int) -> EmailMessage:
        """The mail with this number for an address, counted from 1, read once it has arrived."""
        wait_until(lambda: len(self.mails_to(address)) >= number)
        content = self.mails_to(address)[number - 1].read_bytes()
        return message_from_bytes(content, policy=policy.default)

    def link(self, mail: EmailMessage, kind: str) -> str:
        """The personal link in a mail: "c" confirms, "i" invites, "r" leads to a sign-up."""
        found = re.findall(rf"{self.url}/{kind}/[^\s>)]+", text_of(mail))
        assert len(found) == 1, text_of(mail)
        return found[0]

    def shell(self, code: str) -> str:
        """Run this in Django's shell in the house; return what it prints."""
        done = subprocess.run(
            [sys.executable, "site/manage.py", "shell", "--verbosity", "0", "--command", code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def publish_session(self, *, title: str, english: str, slug: str, **facts: object) -> int:
        """Publish a session for everyone, in the demonstration's series; return its id."""
        facts = {"eligibility": "everyone", "first_day": day_ahead(), "publish": True} | facts
        code = (
            "import datetime\n"
            "from content.models import SeriesPage\n"
            "from tests.factories.content import make_session_page\n"
            "series = {each.locale.language_code: each for each in SeriesPage.objects.all()}\n"
            f"facts = {facts!r}\n"
            f"page = make_session_page(parent=series['nl'], title={title!r}, slug={slug!r},"
            " **facts)\n"
            f"make_session_page(parent=series['en'], title={english!r}, slug={slug + '-en'!r},"
            " translation_key=page.translation_key, **facts)\n"
            "print(page.session_id)\n"
        )
        return int(self.shell(code).split()[-1])

    def copy_invitation(self) -> int:
        """Make an invitation like that of the demonstration, checked; return its id."""
        code = (
            "from django.utils.timezone import now\n"
            "from campaigns.models import Mailing\n"
            "from campaigns.services.beginning import copy_mailing\n"
            "from campaigns.services.mailings import check_mailing\n"
            "first = Mailing.objects.get(pk=1)\n"
            "made = copy_mailing(mailing_id=1, session=first.session, by=None, now=now())\n"
            "assert check_mailing(mailing_id=made.pk, now=now()) == []\n"
            "print(made.pk)\n"
        )
        return int(self.shell(code).split()[-1])

    def invited(self, mailing: int) -> list[str]:
        """The addresses that have the Dutch mail of an invitation, as they came in."""
        found = []
        for path in sorted(self.inbox.glob("[0-9]*.eml")):
            head = path.read_bytes().split(b"\r\n\r\n", 1)[0]
            if f"\r\nFeedback-ID: {mailing}:".encode() in head and b"Denk je mee" in head:
                address = head.split(b"X-Envelope-To: ", 1)[1].split(b"\r\n", 1)[0]
                found.append(address.decode())
        return found


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of a house in this folder."""
    web, catcher, valkey = free_ports(3)
    return {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "BIJEEN_DATA": str(folder),
        "WITHDRAWAL_SECONDS": "0",
        "PORT": str(web),
        "CATCHER_PORT": str(catcher),
        "VALKEY_PORT": str(valkey),
        "SITE_URL": f"http://127.0.0.1:{web}",
        "ADMIN_EMAIL": EMAIL,
        "ADMIN_PASSWORD": PASSWORD,
    }


@pytest.fixture(scope="session")
def furnished(tmp_path_factory) -> Path:
    """The folder of a house with the demonstration, to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copyfile(migrated(), folder / "bijeen.sqlite3")
    subprocess.run(
        [sys.executable, "site/manage.py", "prepare", "--demonstration"],
        cwd=ROOT,
        env=_environment(folder),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return folder


@pytest.fixture(scope="session")
def running(furnished, tmp_path_factory) -> Iterator[Running]:
    """A house for all journeys of this process; each brings along what it changes."""
    with _up(furnished, tmp_path_factory.mktemp("up")) as house:
        yield house


@pytest.fixture(scope="module")
def running_alone(furnished, tmp_path_factory) -> Iterator[Running]:
    """A house for one module, that may do with it what would hinder others."""
    with _up(furnished, tmp_path_factory.mktemp("up")) as house:
        yield house


@contextmanager
def _up(furnished: Path, folder: Path) -> Iterator[Running]:
    """Run `manage.py up` with the demonstration in this folder."""
    shutil.copytree(furnished, folder, dirs_exist_ok=True)
    environment = _environment(folder)
    url = environment["SITE_URL"]
    process = subprocess.Popen(
        [sys.executable, "site/manage.py", "up"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Bijeen is up"):
            break
    else:
        pytest.fail("`up` ended before it was up:\n" + "".join(said))
    yield Running(url, folder / "inbox", environment)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=90) == 0
    process.stdout.close()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=2)  # noqa: S310 -- our own


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window. While it is there, an event loop runs in this thread."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("No Chromium on this machine: install it to run the browser journeys.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """A fresh Dutch visitor, without cookies; anything the page complains of fails the test."""
    context = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []

    def listen(message) -> None:
        # A form that comes back with errors is a 422, and Chromium says so. What Wagtail's editor
        # tries to save while somebody is typing is a 400 until the questions are complete.
        place = (message.location or {}).get("url", "")
        is_unfinished = "400" in message.text and place.endswith("/edit/")
        if message.type == "error" and "422" not in message.text and not is_unfinished:
            complaints.append(f"{message.text} {message.location}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def day_ahead(days: int = 40) -> date:
    """A day that has yet to come."""
    return datetime.now(tz=UTC).date() + timedelta(days=days)


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail, on one line."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def entry_of(mail: EmailMessage) -> tuple[str, int]:
    """The METHOD and the SEQUENCE of the calendar entry in a mail; empty and -1 without one."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            lines = dict(
                line.split(":", 1) for line in part.get_content().split("\n") if ":" in line
            )
            return lines["METHOD"].strip(), int(lines["SEQUENCE"])
    return "", -1


def wait_until(condition, *, seconds: float = 60.0) -> None:
    """Wait for something that happens outside the browser."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "waited in vain"
        time.sleep(0.1)
