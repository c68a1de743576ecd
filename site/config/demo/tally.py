"""What the story counted: the table at its end, and everything that is off."""

from dataclasses import dataclass, field
from typing import Any

from config.demo.errors import StoryFailed


@dataclass(frozen=True, slots=True)
class Line:
    """One mailing in numbers: by its ledger, and as it lies in the inbox."""

    title: str
    considered: int
    sent: int
    excluded: dict[str, int]
    arrived: int


@dataclass(slots=True)
class Tally:
    """Collects the lines of the table and every count that is not as it should be."""

    lines: list[Line] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    off: list[str] = field(default_factory=list)

    def expect(self, what: str, found: Any, wanted: Any) -> None:
        """Note it when two values differ."""
        if found != wanted:
            self.off.append(f"{what}: {found!r}, and it should be {wanted!r}")

    def table(self) -> list[str]:
        """Return the table, line by line."""
        head = f"{'mailing':<38}{'considered':>11}{'sent':>6}{'excluded':>10}{'arrived':>9}"
        rows = [head, "-" * len(head)]
        for line in self.lines:
            left_out = sum(line.excluded.values())
            rows.append(
                f"{line.title:<38}{line.considered:>11}{line.sent:>6}{left_out:>10}{line.arrived:>9}"
            )
            rows += [f"    {reason}: {number}" for reason, number in line.excluded.items()]
        answers = ", ".join(f"{state} {number}" for state, number in self.answers.items())
        return [*rows, "-" * len(head), f"Answers: {answers}"]

    def raise_what_is_off(self) -> None:
        """Raise StoryFailed with every count that is off; return when there is none."""
        if self.off:
            raise StoryFailed(
                "Not as it should be:\n" + "\n".join(f"  {each}" for each in self.off)
            )
