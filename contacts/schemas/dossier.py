"""What the HTTP API tells of one person as a whole."""

from datetime import datetime
from typing import Any

from ninja import Schema


class HappeningOut(Schema):
    """A line of the timeline, in words; `by` is empty for the person or the system."""

    at: datetime
    kind: str
    text: str
    detail: str
    by: str


class TimelineOut(Schema):
    items: list[HappeningOut]
    next: str | None


class HeldOut(Schema):
    """`held` is {kind: rows}; `left_out` names private fields as "kind.field"."""

    made_at: datetime
    person: int
    left_out: list[str]
    held: dict[str, list[dict[str, Any]]]
