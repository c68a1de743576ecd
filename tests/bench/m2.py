"""M2 and M3: a whole mailing of 50,000, from its start until every row is `sent` in the database.

By the programs that `up` starts: Celery with two processes that send, swift, tick and beat, and a
Valkey, on PostgreSQL (M2) and on SQLite (M3). Audience, ledger, claims, the check of every
recipient, journal and outcomes are all in it. Beside it, smtp-source sends as many messages of the
same size over two connections, half of them before and half after.
"""

import tempfile
from pathlib import Path

from tests.bench import child, databases, figures, mailing, postfix
from tests.bench.databases import Environment

RECIPIENTS = 50_000
REACH = 0.8

COLUMNS = {
    "source": "smtp-source/s",
    "ours": "ours/s",
    "ratio": "ratio",
    "since_click": "seconds since click",
}


def measure_postgresql() -> None:
    """M2: print a table and, as the last line, the result as JSON."""
    _measure("M2", "postgresql")


def measure_sqlite() -> None:
    """M3: the same on SQLite."""
    _measure("M3", "sqlite")


def _measure(name: str, database: str) -> None:
    count = figures.part_of(RECIPIENTS)
    facts: dict[str, int] = {}

    def prepare(environment: Environment) -> None:
        facts["octets"] = child.run(mailing.fill, environment=environment, people=count)

    with (
        tempfile.TemporaryDirectory(prefix=f"bijeen-{name.lower()}-") as folder,
        databases.DATABASES[database](Path(folder), prepare=prepare) as fresh,
        postfix.sink() as port,
    ):
        octets = facts["octets"]
        title = f"{name}: a whole mailing, {count:,} messages of {octets:,} octets, {database}"
        table = figures.Table(title, COLUMNS)
        for _round in range(figures.ROUNDS):
            environment = mailing.to_port(fresh(), port)
            run = child.run(
                mailing.send, environment=environment, port=port, source=count, octets=octets
            )
            run |= {
                "ours": count / run["seconds"],
                "ratio": run["source"] / run["seconds"],
                "source": count / run["source"],
            }
            table.add("", run)
        table.close()
    runs = table.of("")
    figures.conclude(
        name,
        value=round(figures.median(runs, "ratio"), 2),
        reach=REACH,
        unit="times smtp-source -d -s 2",
        runs=runs,
    )
