"""A whole mailing by the real programs: Celery's workers, the beat and a Valkey."""

import time
from pathlib import Path
from typing import Any

from tests.bench import postfix, processes
from tests.bench.databases import Environment
from tests.faults.house import House, wait_for

WORKERS = ("worker-bulk", "worker-swift", "worker-tick", "beat")
#: Nobody listens there: for a house that keeps its mail to itself.
NOWHERE = "smtp://127.0.0.1:9"


def to_port(environment: Environment, port: int | None) -> Environment:
    """Return the environment of a house whose relay listens there; None: it sends nothing."""
    return environment | {"EMAIL_URL": f"smtp://127.0.0.1:{port}" if port else NOWHERE}


# --- what runs in a process of its own --------------------------------------------------------


def fill(*, people: int) -> int:
    """Make people and an invitation to all of them; return the mean size of a message."""
    import django

    django.setup()
    from django.utils import timezone

    from content.services import ensure_site
    from tests.bench import scene

    ensure_site(now=timezone.now())
    # A few at first: what a mail weighs is seen without a ledger of a million.
    few = min(people, 200)
    scene.make_people(few)
    mailing = scene.make_invitation()
    octets = scene.mean_octets(mailing)
    scene.make_people(people - few, first=few)
    return octets


def send(*, port: int | None, source: int = 0, octets: int = 0) -> dict[str, Any]:
    """Send the mailing of this database, whole, and say what it took.

    `port` None: the workers send nothing (NullTransport). `source`: so many messages of `octets`
    are sent by smtp-source as well, half of them before and half after.

    `seconds` go from the start of the mailing to the moment at which its last row is recorded,
    `since_click` from the moment at which a person says so: the tick looks once a second.
    """
    with House() as house:
        from django.utils import timezone

        from campaigns.models import Delivery, Mailing
        from campaigns.services import mailings
        from contacts.enums import MAIL_OPEN

        mailing = Mailing.objects.get()
        start_workers(house, is_null=port is None)
        found: dict[str, Any] = {}
        if port and source:
            found["source"] = postfix.source(port, count=source // 2, octets=octets)
        before = _cpu(house)
        clicked_at = timezone.now()
        mailings.start(mailing_id=mailing.pk, now=clicked_at)
        batches, rows = mailing.batches, Delivery.objects.filter(mailing=mailing)
        waiting = rows.filter(state__in=MAIL_OPEN)

        def is_sent() -> bool:
            return not batches.exists() and rows.exists() and not waiting.exists()

        # Not often: who asks takes time from who sends.
        wait_for(is_sent, seconds=3600, what="the last row", every=0.2)
        ended_at = timezone.now()
        after = _cpu(house)
        if port and source:
            found["source"] += postfix.source(port, count=source // 2, octets=octets)
        mailing.refresh_from_db()
        states = list(rows.order_by().values_list("state", flat=True).distinct())
        if states != ["sent"]:
            raise RuntimeError(f"Not everything was sent: {states}")
        assert mailing.started_at is not None
        return found | {
            "recipients": rows.count(),
            "seconds": (ended_at - mailing.started_at).total_seconds(),
            "since_click": (ended_at - clicked_at).total_seconds(),
            "cpu": {name: after[name] - before[name] for name in after},
            "memory": _memory(house),
        }


# --- the house --------------------------------------------------------------------------------


def start_workers(house: House, *, is_null: bool = False) -> None:
    """Start Valkey, the three workers and the beat, and wait until they are at work."""
    from base.models import Duty

    if is_null:
        command = house.commands["worker-bulk"]
        command[command.index("worker.app")] = "tests.bench.null_worker"
    house.start("valkey")
    house.start(*WORKERS)
    ticked = Duty.objects.filter(name="tick", done_at__isnull=False)
    wait_for(ticked.exists, seconds=90, what="the first tick")
    wait_for(lambda: len(_senders(house)) >= 2, seconds=90, what="the sending processes")
    time.sleep(3)


def _senders(house: House) -> list[int]:
    return processes.family(house.processes["worker-bulk"].pid)[1:]


def _cpu(house: House) -> dict[str, float]:
    """Processor time so far, of our programs and of the servers that they use."""
    from django.db import connection

    used = {name: processes.cpu_seconds(process.pid) for name, process in house.processes.items()}
    found = {"broker": used.pop("valkey"), "ours": sum(used.values()), "database": 0.0}
    if connection.vendor == "postgresql":
        folder = Path(connection.get_connection_params()["host"])
        file = folder / "data" / "postmaster.pid"
        found["database"] = processes.cpu_seconds(int(file.read_text().split()[0]))
    return found


def _memory(house: House) -> dict[str, float]:
    """The most memory that each worker has had, in MB; of the two that send, the larger."""
    return {
        "bulk": max(map(processes.peak_memory, _senders(house))),
        "tick": processes.peak_memory(house.processes["worker-tick"].pid),
        "swift": processes.peak_memory(house.processes["worker-swift"].pid),
    }
