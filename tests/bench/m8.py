"""M8: how long a transactional mail takes while a mailing runs at full speed, against idle.

From the commit of the notice to the relay's reply to it, by the programs that `up` starts. Notices
come one by one at moments that have nothing to do with the ticks. First nothing else is sent; then
a mailing runs that is long enough for as many notices.
"""

import random
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench import child, databases, figures, mailing, postfix
from tests.bench.databases import Environment
from tests.faults.house import House, wait_for

NOTICES = 40
#: More than can be sent while the notices come; what is left of it is not waited for.
RECIPIENTS = 250_000
#: Seconds between two notices, at random.
BETWEEN = (0.2, 1.2)
REACH = 2.0

COLUMNS = {
    "idle": "idle ms",
    "idle_p95": "p95 ms",
    "busy": "busy ms",
    "busy_p95": "p95 ms",
    "ratio": "ratio",
    "rate": "mailing/s",
}


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""

    def prepare(environment: Environment) -> None:
        people = figures.part_of(RECIPIENTS)
        child.run(mailing.fill, environment=environment, people=people)

    with ExitStack() as stack:
        port = stack.enter_context(postfix.sink())
        fresh = {}
        for name, new_databases in databases.DATABASES.items():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bijeen-m8-"))
            fresh[name] = stack.enter_context(new_databases(Path(folder), prepare=prepare))
        title = "M8: a notice from commit to the relay's reply, beside a mailing"
        table = figures.Table(title, COLUMNS)
        for number in range(figures.ROUNDS):
            for name, new in fresh.items():
                run = child.run(
                    take_times,
                    environment=mailing.to_port(new(), port),
                    notices=figures.part_of(NOTICES),
                    seed=number,
                )
                table.add(name, run | {"database": name})
        table.close()
    figures.conclude(
        "M8",
        value={name: round(figures.median(table.of(name), "ratio"), 2) for name in fresh},
        reach=REACH,
        unit="times the median when idle",
        runs=[run for name in fresh for run in table.of(name)],
    )


# --- what runs in a process of its own --------------------------------------------------------


def take_times(*, notices: int, seed: int) -> dict[str, Any]:
    """Send notices, first by themselves and then beside the mailing; return milliseconds."""
    chance = random.Random(seed)
    with House() as house:
        from django.utils import timezone

        from campaigns.models import Delivery, Mailing
        from campaigns.services import mailings

        sending = Mailing.objects.get()
        mailing.start_workers(house)
        idle = _notices("idle", notices, chance)
        mailings.start(mailing_id=sending.pk, now=timezone.now())
        sent = Delivery.objects.filter(mailing=sending, state="sent")
        wait_for(sent.exists, seconds=120, what="the mailing under way")
        started, before = time.monotonic(), sent.count()
        busy = _notices("busy", notices, chance)
        rate = (sent.count() - before) / (time.monotonic() - started)
        sending.refresh_from_db()
        if sending.state != "sending":
            raise RuntimeError(f"The mailing is {sending.state}: it is too small for this machine.")
    return {
        "idle": statistics.median(idle),
        "idle_p95": statistics.quantiles(idle, n=20)[-1],
        "busy": statistics.median(busy),
        "busy_p95": statistics.quantiles(busy, n=20)[-1],
        "ratio": statistics.median(busy) / statistics.median(idle),
        "rate": rate,
    }


def _notices(name: str, count: int, chance: random.Random) -> list[float]:
    """Commit that many notices, one after another; return how long each took."""
    from django.utils import timezone

    from contacts.enums import NoticeKind
    from contacts.models import Notice
    from contacts.services.notices import create_notice

    committed: dict[str, datetime] = {}
    for number in range(count):
        key = f"bench:{name}:{number}"
        create_notice(
            kind=NoticeKind.SYSTEM,
            address=f"{name}{number}@example.org",
            contact=None,
            language="nl",
            context={"subject": "Je aanmelding", "body": "Je bent aangemeld.", "html": ""},
            key=key,
            now=timezone.now(),
        )
        committed[key] = timezone.now()
        time.sleep(chance.uniform(*BETWEEN))
    rows = Notice.objects.filter(key__in=committed)
    wait_for(lambda: not rows.exclude(state="sent").exists(), seconds=60, what="the notices")
    return [
        (sent_at - committed[key]).total_seconds() * 1000
        for key, sent_at in rows.values_list("key", "sent_at")
        if sent_at is not None
    ]
