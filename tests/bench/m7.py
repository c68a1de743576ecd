"""M7: the memory of the workers in a mailing of 200,000, against one of 10,000.

Peak resident memory of a sending process (the larger of the two), of the tick, which starts the
mailing, and of swift, in a whole mailing through the wire by the programs that `up` starts.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import child, databases, figures, mailing, postfix
from tests.bench.databases import Environment

SMALL, LARGE = 10_000, 200_000
REACH = 20  # MB

COLUMNS = {"bulk": "bulk MB", "tick": "tick MB", "swift": "swift MB"}


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    with ExitStack() as stack:
        port = stack.enter_context(postfix.sink())
        fresh = {}
        for name, new_databases in databases.DATABASES.items():
            for size in (SMALL, LARGE):
                people = figures.part_of(size)

                def prepare(environment: Environment, people: int = people) -> None:
                    child.run(mailing.fill, environment=environment, people=people)

                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bijeen-m7-"))
                fresh[name, size] = stack.enter_context(
                    new_databases(Path(folder), prepare=prepare)
                )
        table = figures.Table("M7: peak memory of a worker", COLUMNS)
        for _round in range(figures.ROUNDS):
            for (name, size), new in fresh.items():
                environment = mailing.to_port(new(), port)
                run = child.run(mailing.send, environment=environment, port=port)
                run |= {"database": name, "size": size, **run.pop("memory")}
                table.add(f"{name} {size:,}", run)
        table.close()
    value = {}
    for name in databases.DATABASES:
        small, large = (table.of(f"{name} {size:,}") for size in (SMALL, LARGE))
        growth = (
            figures.median(large, worker) - figures.median(small, worker) for worker in COLUMNS
        )
        value[name] = round(max(growth), 1)
    figures.conclude(
        "M7",
        value=value,
        reach=REACH,
        unit="MB more at 200,000 than at 10,000, of the worker that grows most",
        runs=[run for name, size in fresh for run in table.of(f"{name} {size:,}")],
    )
