"""What a web process remembers of a site: whole pages, and pieces that many pages share.

Everything remembered stands under a version: numbers of the database of which one rises with every
publication, every change by an editor, every sign-up and cancellation. So nothing has to be taken
out, and nothing older than the truth is shown. What no log tells of (a row that a program changed)
is what the minute is for after which all of it is forgotten.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import TypeVar

from django.core.cache import caches
from django.db import connection
from django.utils.translation import get_language
from wagtail.models import ModelLogEntry, PageLogEntry, PageViewRestriction

from base.models import OutboxEvent

Piece = TypeVar("Piece")

_NUMBERED = (PageLogEntry, ModelLogEntry, PageViewRestriction, OutboxEvent)
_NEWEST = [
    f"(SELECT max(id) FROM {model._meta.db_table})"  # noqa: S608 -- our own tables
    for model in _NUMBERED
]
_VERSION = f"SELECT {', '.join(_NEWEST)}"
#: The version and the host of the request that this thread answers; empty until it is read.
_reading: ContextVar[list[str]] = ContextVar("reading")


@contextmanager
def reading() -> Iterator[None]:
    """One request that only reads. Without it nothing is remembered, and all is made anew."""
    token = _reading.set([])
    try:
        yield
    finally:
        _reading.reset(token)


def version(host: str) -> str:
    """Return what stands before every key of this request, from one query.

    To be asked for before anything is read that is to be remembered: what changes in between then
    makes it old at once.
    """
    known: list[str] = _reading.get([])
    if not known:
        with connection.cursor() as cursor:
            cursor.execute(_VERSION)
            known.append("-".join(map(str, cursor.fetchone())) + host)
    return known[0]


def kept(name: str, make: Callable[[], Piece], *of: object) -> Piece:
    """Return what `make` makes of the name and `of`, in the current language; None is not kept.

    It is made anew where the version was not asked for.
    """
    if not (known := _reading.get([])):
        return make()
    told = "\n".join(map(str, (*known, get_language(), name, *of)))
    key = sha256(told.encode(errors="surrogateescape")).hexdigest()
    piece: Piece | None = caches["pieces"].get(key)
    if piece is None:
        piece = make()
        if piece is not None:
            caches["pieces"].set(key, piece)
    return piece
