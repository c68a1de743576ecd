"""M5: the start of a mailing to 100,000, audience and ledger, against a bare INSERT … SELECT.

The start freezes the text, decides for everybody who may be mailed and why not, writes the ledger,
lays out the batches and notes who was invited, in one transaction. The bare statement writes the
same rows into the same ledger, with its keys and indexes, as if for another mailing. It runs before
and after a third one, which copies them into a table without keys: what the rows alone cost.
"""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import child, databases, figures, mailing
from tests.bench.databases import Environment

CONTACTS = 100_000
REACH = 0.3

COLUMNS = {
    "start": "start rows/s",
    "bare": "bare rows/s",
    "ratio": "ratio",
    "keyless": "keyless rows/s",
    "keyless_ratio": "ratio",
}


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    count = figures.part_of(CONTACTS)

    def prepare(environment: Environment) -> None:
        child.run(mailing.fill, environment=environment, people=count)

    with ExitStack() as stack:
        fresh = {}
        for name, new_databases in databases.DATABASES.items():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bijeen-m5-"))
            fresh[name] = stack.enter_context(new_databases(Path(folder), prepare=prepare))
        table = figures.Table(f"M5: the start of a mailing to {count:,}", COLUMNS)
        for _round in range(figures.ROUNDS):
            for name in fresh:
                table.add(name, _one_round(name, fresh[name](), count))
        table.close()
    figures.conclude(
        "M5",
        value={name: round(figures.median(table.of(name), "ratio"), 2) for name in fresh},
        reach=REACH,
        unit="times a bare INSERT … SELECT",
        runs=[run for name in fresh for run in table.of(name)],
    )


def _one_round(name: str, environment: Environment, count: int) -> figures.Run:
    seconds = child.run(start_and_copy, environment=environment)
    if seconds.pop("rows") != count:
        raise RuntimeError("The ledger is not as long as it should be.")
    return {
        "database": name,
        **{what: count / took for what, took in seconds.items()},
        "ratio": seconds["bare"] / seconds["start"],
        "keyless_ratio": seconds["keyless"] / seconds["start"],
    }


# --- what runs in a process of its own --------------------------------------------------------


def start_and_copy() -> dict[str, float]:
    """Start the mailing and copy its ledger; return the seconds that each took."""
    import django

    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from campaigns.models import Delivery, Mailing
    from campaigns.services import mailings, planning
    from tests.factories.campaigns import make_mailing

    mailing, now = Mailing.objects.get(), timezone.now()
    table = Delivery._meta.db_table
    columns = [field.column for field in Delivery._meta.concrete_fields]
    names = ", ".join(name for name in columns if name and name not in ("id", "mailing_id"))
    again = f"INSERT INTO {table} (mailing_id, {names}) SELECT %s, {names} FROM {table}"  # noqa: S608 -- our own names
    keyless = f"INSERT INTO keyless SELECT * FROM {table}"  # noqa: S608 -- the same

    def timed(sql: str, *parameters: int) -> float:
        started = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{sql} WHERE mailing_id = %s", [*parameters, mailing.pk])
        return time.perf_counter() - started

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE keyless AS SELECT * FROM {table} WHERE id < 0")  # noqa: S608 -- the same
    mailings.start(mailing_id=mailing.pk, now=now)
    started = time.perf_counter()
    planning.start_mailing(mailing_id=mailing.pk, now=now)
    start = time.perf_counter() - started
    first = timed(again, make_mailing().pk)
    alone = timed(keyless)
    second = timed(again, make_mailing().pk)
    return {
        "start": start,
        "bare": (first + second) / 2,
        "keyless": alone,
        "rows": Delivery.objects.filter(mailing=mailing).count(),
    }
