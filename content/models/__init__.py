"""What visitors read: the published facts of sessions, and the pages."""

from content.models.pages import (
    SeriesPage,
)
from content.models.session import Session

__all__ = [
    "SeriesPage",
    "Session",
]
