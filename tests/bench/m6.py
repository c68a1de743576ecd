"""M6: processor time for a recipient, from a thousand to a million in one mailing.

A whole mailing by the programs that `up` starts, with a transport that sends nothing, so that all
sizes do the same; up to 100,000 also through the wire. Counted is what our programs and PostgreSQL
use between the order to send and the last recorded row; the ticks of every second are in it. The
largest size is measured once.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import child, databases, figures, mailing, postfix
from tests.bench.databases import Environment, Fresh

SIZES = (1_000, 10_000, 100_000, 1_000_000)
COMPARED = (10_000, 1_000_000)
ONCE = 1_000_000
ON_THE_WIRE = 100_000
REACH = 1.2

COLUMNS = {
    "total_us": "all µs",
    "ours_us": "ours µs",
    "database_us": "database µs",
    "broker_us": "broker µs",
    "rate": "recipients/s",
}


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    with ExitStack() as stack:
        port = stack.enter_context(postfix.sink())
        title = "M6: processor time for a recipient, by the size of the mailing"
        table = figures.Table(title, COLUMNS)
        runs = [run for name in databases.DATABASES for run in _measure(table, name, port)]
        table.close()
    value = {}
    for name in databases.DATABASES:
        small, large = (
            [
                run
                for run in runs
                if (run["database"], run["size"], run["wire"]) == (name, size, False)
            ]
            for size in COMPARED
        )
        value[name] = round(
            figures.median(large, "total_us") / figures.median(small, "total_us"), 2
        )
    figures.conclude(
        "M6", value=value, reach=REACH, unit="times the CPU seconds at 10,000", runs=runs
    )


def _measure(table: figures.Table, name: str, port: int) -> list[figures.Run]:
    with ExitStack() as stack:
        fresh = {size: _databases(stack, name, size) for size in SIZES}
        runs = []
        for number in range(figures.ROUNDS):
            # In the middle, so that what it is compared with stands on both sides of it.
            is_time = number == figures.ROUNDS // 2
            for size in SIZES:
                if size < ONCE or is_time:
                    runs.append(_one_run(table, name, size, fresh[size], None))
                if size <= ON_THE_WIRE:
                    runs.append(_one_run(table, name, size, fresh[size], port))
    return runs


def _databases(stack: ExitStack, name: str, size: int) -> Fresh:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bijeen-m6-"))

    def prepare(environment: Environment) -> None:
        child.run(mailing.fill, environment=environment, people=figures.part_of(size))

    return stack.enter_context(databases.DATABASES[name](Path(folder), prepare=prepare))


def _one_run(
    table: figures.Table, name: str, size: int, fresh: Fresh, port: int | None
) -> figures.Run:
    """Microseconds of processor time for a recipient, by who used it."""
    environment = mailing.to_port(fresh(), port)
    run = child.run(mailing.send, environment=environment, port=port)
    used = {f"{who}_us": cpu / run["recipients"] * 1e6 for who, cpu in run["cpu"].items()}
    run |= used | {
        "database": name,
        "size": size,
        "wire": port is not None,
        "total_us": sum(used.values()),
        "rate": run["recipients"] / run["seconds"],
    }
    table.add(f"{name} {run['recipients']:,}{' wire' if port else ''}", run)
    return run
