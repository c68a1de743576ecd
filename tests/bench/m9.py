"""M9: pages and the public API against Wagtail's own API v2, by two gunicorn workers.

The demonstration, asked for over and over by Debian's `ab` on four connections that stay open.
Cached is what a visitor gets; uncached the same with a cookie that keeps a page from being shared:
it is made anew, from the pieces that a process keeps while nothing changes (decision 15).
Requests a second suffer from what else the machine does; the processor time of the web server, told
beside them, does not count the database's.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import child, databases, figures, processes
from tests.bench.databases import Environment
from tests.faults.house import free_ports, wait_for
from tests.servers import die_with_parent

CONNECTIONS = 4
#: Requests, of the slow ones and of those that come from memory.
SLOW, QUICK = 400, 4000
UNSHARED = "sessionid=nobody"
COLUMNS = {
    "rate": "requests/s",
    "p95": "p95 ms",
    "ratio": "of API v2",
    "cpu": "CPU ms",
    "by_cpu": "of API v2",
}
REACH = {"cached": 10.0, "uncached": 1.0}


class _Server(NamedTuple):
    url: str
    pid: int


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    table = figures.Table("M9: requests a second, two gunicorn workers", COLUMNS)
    runs: list[figures.Run] = []
    for name, new_databases in databases.DATABASES.items():
        with (
            tempfile.TemporaryDirectory(prefix="bijeen-m9-") as folder,
            new_databases(Path(folder), prepare=_prepare) as fresh,
        ):
            environment = fresh() | {"DJANGO_SETTINGS_MODULE": "tests.bench.pages.settings"}
            paths = child.run(addresses, environment=environment)
            with _served(environment) as server:
                for _round in range(figures.ROUNDS):
                    runs += _one_round(table, name, server, paths)
    table.close()
    labels = dict.fromkeys(_label(run) for run in runs if run["how"] != "v2")
    value = {label: round(figures.median(table.of(label), "ratio"), 2) for label in labels}
    figures.conclude(
        "M9", value=value, reach=REACH, unit="times Wagtail's API v2, uncached", runs=runs
    )


def _one_round(
    table: figures.Table, database: str, server: _Server, paths: dict[str, str]
) -> list[figures.Run]:
    base = _ask(server, paths["v2"], SLOW, shared=False)
    runs: list[figures.Run] = [base | {"what": "API v2", "how": "v2"}]
    for what, path in paths.items():
        if what == "v2":
            continue
        for how, count in (("uncached", SLOW), ("cached", QUICK)):
            run = _ask(server, path, count, shared=how == "cached")
            runs.append(run | {"what": what, "how": how})
    for run in runs:
        run["database"] = database
        run["ratio"], run["by_cpu"] = run["rate"] / base["rate"], base["cpu"] / run["cpu"]
        table.add(_label(run), run)
    return runs


def _label(run: figures.Run) -> str:
    return f"{run['database']} {run['what']} {run['how']}"


def _ask(server: _Server, path: str, count: int, *, shared: bool) -> figures.Run:
    """Ask for one address `count` times.

    Return requests a second, the 95th percentile and the server's own time for one, in ms.
    SystemExit when an answer was not a 200.
    """
    url, count = server.url + path, figures.part_of(count)
    program = shutil.which("ab")
    if program is None:
        raise SystemExit("ab is missing: apt-get install --no-install-recommends apache2-utils.")
    command = [program, "-q", "-k", "-l", "-c", str(CONNECTIONS), "-n", str(count)]
    if not shared:
        command += ["-C", UNSHARED]
    before = processes.cpu_seconds(server.pid)
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    cpu = processes.cpu_seconds(server.pid) - before
    if "Non-2xx responses" in said or "Failed requests:        0" not in said:
        raise SystemExit(f"Not every answer of {url} was right:\n{said}")
    rate = re.search(r"Requests per second:\s+([\d.]+)", said)
    p95 = re.search(r"\s95%\s+(\d+)", said)
    assert rate
    assert p95
    return {"rate": float(rate[1]), "p95": float(p95[1]), "cpu": cpu / count * 1000}


@contextmanager
def _served(environment: Environment) -> Iterator[_Server]:
    """The product's own web server, as `up` starts it."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    command += ["--no-control-socket", "--log-level", "warning"]
    process = subprocess.Popen(command, env=environment, preexec_fn=die_with_parent)
    try:
        wait_for(lambda: _answers(url), seconds=60, what="gunicorn")
        yield _Server(url, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:  # noqa: S310 -- our own
            return bool(response.status == 200)
    except OSError:
        return False


def _prepare(environment: Environment) -> None:
    child.run(fill, environment=environment)


# --- what runs in a process of its own --------------------------------------------------------


def fill() -> None:
    """Load the demonstration."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from content.services import ensure_site

    ensure_site(now=timezone.now())
    call_command("demo", verbosity=0)


def addresses() -> dict[str, Any]:
    """Return the paths to ask for: those of a session that is open for sign-up, and the lists."""
    import django

    django.setup()
    from django.utils import timezone

    from content.enums import SignUpPhase
    from content.models import QAIndexPage, SessionPage
    from content.selectors import sign_up_phase, upcoming_sessions

    now = timezone.now()
    coming = upcoming_sessions(now)
    session = next(one for one in coming if sign_up_phase(one, now) == SignUpPhase.OPEN)
    page = SessionPage.objects.live().get(session=session, locale__language_code="nl")
    answers = QAIndexPage.objects.live().get(locale__language_code="nl")
    return {
        "v2": f"/wagtail-api/pages/{page.pk}/",
        "session page": page.get_url_parts()[2],
        "agenda": "/nl/agenda/",
        "Q&A search": f"{answers.get_url_parts()[2]}?q=mensen",
        "API session": f"/api/sessions/{session.slug}",
        "API sessions": "/api/sessions?upcoming=true",
    }
