"""A house for the story: everything `up` starts, in a temporary folder, on free ports."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.demo.errors import StoryFailed
from worker.supervisor import Child, Supervisor

ORGANISER = "organisator@samenspel.example.org"

#: What of the environment would point the house at somebody's real data, relay or broker.
_OUTSIDE = (
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "FRONTEND_URL", "BOUNCE_DOMAIN", "SENTRY_DSN"),
    *(
        "DEFAULT_FROM_EMAIL",
        "SECRET_KEY",
        "SUPPRESSION_KEY",
        "ADMIN_PASSWORD",
        "CSRF_TRUSTED_ORIGINS",
    ),
)
_START_SECONDS = 300


class House:
    """A running house. `url` is its address, `inbox` the folder with the mail that arrived."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], supervisor: Supervisor
    ) -> None:
        self.folder = folder
        self.environment = environment
        self.url = environment["SITE_URL"]
        self.inbox = folder / "inbox"
        self._supervisor = supervisor

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait until it holds. Raises StoryFailed after so many seconds, and when told to stop."""
        ends_at = time.monotonic() + seconds
        while not condition():
            if self._supervisor.stopping:
                raise StoryFailed("Stopped halfway.")
            if self._has_died():
                raise StoryFailed(f"The services ended by themselves:\n{self._last_words()}")
            if time.monotonic() > ends_at:
                raise StoryFailed(
                    f"Waited {seconds:.0f} s in vain for: {what}.\n{self._last_words()}"
                )
            time.sleep(0.2)

    def manage(self, *arguments: str) -> str:
        """Run a command of the house; return what it wrote. Raises StoryFailed."""
        done = subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, str(settings.SITE_DIR / "manage.py"), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            raise StoryFailed(f"manage.py {arguments[0]} failed:\n{done.stderr[-2000:]}")
        return done.stdout

    def token(self) -> str:
        """Return a new token of the first account."""
        return str(
            json.loads(self.manage("api_token", ORGANISER, "--json", "--days", "1"))["token"]
        )

    def is_ready(self) -> bool:
        """Whether pages come and mail can go out."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 -- our own
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _has_died(self) -> bool:
        return any(
            child.process is not None and child.process.poll() is not None
            for child in self._supervisor.children
        )

    def _last_words(self) -> str:
        """Return the end of what `up` wrote, and of every log with an error in it."""
        logs = {
            path.name: path.read_text(errors="replace").strip()
            for path in sorted(self.folder.glob("log/*.log"))
        }
        telling = {name: text for name, text in logs.items() if name == "up.log" or "Error" in text}
        return "\n".join(f"--- {name}\n{text[-1500:]}" for name, text in telling.items())


@contextmanager
def running_house(say: Callable[[str], object]) -> Iterator[House]:
    """Start a house with the demonstration in it; stop it and remove its folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="bijeen-story-"))
    environment = _environment(folder)
    supervisor = Supervisor(
        children=[Child("up", [sys.executable, str(settings.SITE_DIR / "manage.py"), "up"])],
        environment=environment,
        folder=settings.ROOT,
        logs=folder / "log",
        say=say,
    )
    house = House(folder, environment, supervisor)
    try:
        supervisor.start()
        house.wait_until(house.is_ready, seconds=_START_SECONDS, what="the services to start")
        yield house
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in _OUTSIDE
    }
    web, catcher, valkey = _free_ports(3)
    return kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "BIJEEN_DATA": str(folder),
        # Nobody is there to withdraw anything.
        "WITHDRAWAL_SECONDS": "0",
        "PORT": str(web),
        "CATCHER_PORT": str(catcher),
        "VALKEY_PORT": str(valkey),
        "SITE_URL": f"http://127.0.0.1:{web}",
        "ADMIN_EMAIL": ORGANISER,
        "ADMIN_PASSWORD": secrets.token_urlsafe(16),
        "LOG_LEVEL": "WARNING",
    }


def _free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that are free at this moment."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
