"""Parts of a message that not everybody gets, or that depend on what is there when it goes out.

A compiled text carries them flat: an edge where a part begins and one where it ends. Knows no
people and no rows: campaigns.rendering unfolds them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaigns.enums import Whom
from campaigns.fields import Slot


class PartKind(StrEnum):
    """What a part depends on."""

    #: The person: somebody of whom one of `whom` holds.
    ONLY_FOR = "only_for"
    #: Whether any session is coming, of the series `number` or of all.
    SESSIONS = "sessions"
    #: Said once for each of these sessions, at most `limit`.
    EACH_SESSION = "each_session"
    #: Whether the entry `number` of the Q&A is public.
    ANSWER = "answer"
    #: Whether the poll `number` can still be answered.
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a part begins or ends."""


@dataclass(frozen=True, slots=True)
class Part(Edge):
    """The beginning of a part."""

    kind: PartKind
    whom: tuple[Whom, ...] = ()
    number: int | None = None
    limit: int = 0

    @property
    def is_list(self) -> bool:
        """Whether it is said once for each of several sessions."""
        return self.kind == PartKind.EACH_SESSION

    def around(self, within: "Sequence[str | Slot]") -> "list[str | Slot | Edge]":
        """Return what stands in it, between its edges again."""
        return [self, *within, END]

    def is_for(self, holds: Collection[str]) -> bool:
        """Whether a person of whom this holds gets it."""
        return any(each in holds for each in self.whom)


END = Edge()


def edge_to_json(edge: Edge) -> dict[str, Any]:
    if not isinstance(edge, Part):
        return {}
    return {
        "part": str(edge.kind),
        "whom": [str(each) for each in edge.whom],
        "number": edge.number,
        "limit": edge.limit,
    }


def edge_from_json(data: dict[str, Any]) -> Edge:
    if not data:
        return END
    return Part(
        kind=PartKind(data["part"]),
        whom=tuple(Whom(each) for each in data["whom"]),
        number=data["number"],
        limit=data["limit"],
    )
