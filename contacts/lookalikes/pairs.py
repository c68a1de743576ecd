"""Pairs with their reason, gathered from rows that share a key."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from django.utils.functional import Promise

Row = TypeVar("Row", bound=Hashable)

#: A key shared by more rows than this says nothing about any two of them.
CROWD = 25


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two rows may be the same. `strength` sorts: 100 is as good as certain."""

    strength: int
    reason: str | Promise
    #: What the reason speaks of, to be filled in where it says %(what)s.
    what: str = ""

    @property
    def words(self) -> str:
        text = str(self.reason)
        return text % {"what": self.what} if self.what else text


class Pairs:
    """The strongest likeness of each pair of ids, the lower id first."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], Likeness] = {}

    def add(self, one: int, other: int, likeness: Likeness) -> None:
        if one == other:
            return
        pair = (one, other) if one < other else (other, one)
        known = self.found.get(pair)
        if known is None or known.strength < likeness.strength:
            self.found[pair] = likeness


def neighbours(
    keyed: Iterable[tuple[Hashable, Row]], *, crowd: int = CROWD
) -> Iterator[tuple[Row, Row]]:
    """Two by two, the rows that share a key; not of a key that more than `crowd` share."""
    blocks: dict[Hashable, list[Row]] = {}
    for key, row in keyed:
        blocks.setdefault(key, []).append(row)
    for block in blocks.values():
        rows = list(dict.fromkeys(block))
        if len(rows) <= crowd:
            yield from combinations(rows, 2)
