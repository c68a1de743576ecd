"""The servers that tests stand on are real, and leave nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from tests.house import sources

pytestmark = pytest.mark.services


def test_postgres_answers(postgres_url):
    with psycopg.connect(postgres_url) as server:
        assert server.execute("SELECT current_database()").fetchone() == ("bijeen",)


def test_valkey_answers(valkey_url):
    with redis.Redis.from_url(valkey_url) as server:
        assert server.ping() is True


@pytest.mark.database
@pytest.mark.django_db
def test_database_is_the_one_asked_for():
    wanted = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    assert connection.vendor == wanted
    assert connection.settings_dict["ENGINE"] == settings.DATABASES["default"]["ENGINE"]


def _alive(pid: int) -> bool:
    """Whether the process runs; one that has ended but is not yet reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal on a parent's death")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_servers_end_with_the_process_that_started_them(ending):
    runner = subprocess.Popen(
        [sys.executable, "-m", "tests.servers", "postgres", "valkey", "--", "sleep", "60"],
        cwd=sources.ROOT,
        start_new_session=True,
    )
    try:
        children = _wait_for_children(runner.pid, count=3)
        servers = [pid for pid, name in children.items() if name != "sleep"]
        folders = [Path(f"/proc/{pid}/cwd").readlink() for pid in servers]
    finally:
        runner.send_signal(ending)
        runner.wait(30)
    assert len(servers) == 2
    deadline = time.monotonic() + 20
    while any(map(_alive, servers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in servers if _alive(pid)] == []
    if ending == signal.SIGKILL:
        _clear_away(children, folders)
    assert [folder for folder in folders if folder.exists()] == []


def _clear_away(children: dict[int, str], folders: list[Path]) -> None:
    """Do what a killed runner can no longer do: end its command, remove the folders."""
    for pid, name in children.items():
        if name == "sleep" and _alive(pid):
            os.kill(pid, signal.SIGKILL)
    for folder in folders:
        # PostgreSQL works in a folder inside the one that was made for it.
        shutil.rmtree(folder.parent if folder.name == "data" else folder)


def _wait_for_children(parent: int, *, count: int) -> dict[int, str]:
    """Children by process id, with their names, as soon as there are `count`."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        names = {int(pid): Path(f"/proc/{pid}/comm").read_text().strip() for pid in listed}
        if len(names) == count and "sleep" in names.values():
            return names
        time.sleep(0.1)
    raise TimeoutError(f"process {parent} has {names}")
