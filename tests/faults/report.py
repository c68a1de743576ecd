"""What came of the faults: a row each, a table for people and one line of JSON for machines."""

import json
import textwrap
from dataclasses import dataclass, field

_WIDTH = 44


@dataclass(frozen=True)
class Row:
    """One trial: what was promised, what came, and whether that is the same."""

    name: str
    promised: str
    came: str
    is_kept: bool
    seconds: float
    figures: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The row of a table; long cells go on in the next line."""
        columns = [
            textwrap.wrap(self.name, 30),
            textwrap.wrap(self.promised, _WIDTH),
            textwrap.wrap(self.came, _WIDTH),
        ]
        end = f"{'kept' if self.is_kept else 'BROKEN'} {self.seconds:6.1f} s"
        lines = []
        for number in range(max(map(len, columns))):
            name, promised, came = (
                column[number] if number < len(column) else "" for column in columns
            )
            last = end if number == 0 else ""
            lines.append(f"  {name:30} {promised:{_WIDTH}} {came:{_WIDTH}} {last}".rstrip())
        return "\n".join(lines)


def print_head(name: str, **settings: object) -> None:
    """Say what is tried, with all that is needed to do it again."""
    told = ", ".join(f"{key} {value}" for key, value in settings.items())
    print(f"\n{name}: {told}", flush=True)
    print(f"  {'':30} {'promised':{_WIDTH}} {'came':{_WIDTH}}", flush=True)


def print_result(name: str, rows: list[Row]) -> bool:
    """Print the line of JSON; say whether every promise was kept."""
    broken = sum(not row.is_kept for row in rows)
    runs = [
        {
            "name": row.name,
            "promised": row.promised,
            "came": row.came,
            "kept": row.is_kept,
            "seconds": round(row.seconds, 1),
            **row.figures,
        }
        for row in rows
    ]
    result = {"id": name, "value": broken, "reach": 0, "unit": "broken promises", "runs": runs}
    print(json.dumps(result), flush=True)
    return broken == 0
