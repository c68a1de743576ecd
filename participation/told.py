"""Mails of other rooms that told people the facts of a session.

This room cannot know mailings; the room that sends them registers a source when Django starts
(AppConfig.ready).
"""

from collections.abc import Callable, Iterable
from datetime import datetime

#: `source(session_id, contact_id)` gives (contact id, moment, hash of what was told) of the mails
#: about the session that were sent, to one person or to everybody; in a fixed number of queries.
Source = Callable[[int, int | None], Iterable[tuple[int, datetime, str]]]

SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Ask this source as well from now on."""
    if source not in SOURCES:
        SOURCES.append(source)
