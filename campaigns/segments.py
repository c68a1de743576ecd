"""A compiled text cut at its merge fields, and the putting in of values.

While a mail is compiled each field is a marker, a word that no author can have written because it
carries a hash of everything they wrote. Afterwards the text is cut at the markers, once; per
recipient only the values are escaped for where they stand and joined with the pieces between.
Parts that not everybody gets stand between two markers as well (campaigns.parts).
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from campaigns.fields import ADDRESS_FIELDS, LINE_FIELDS, Slot, read_fields
from campaigns.parts import Edge, Part, edge_from_json, edge_to_json

Segments = list[str | Slot]
#: A text that has parts, each between a Part and END.
Marked = Sequence[str | Slot | Edge]

Key = tuple[str, int | None]

_IN_ADDRESS = re.compile(r"""(?:href|src)\s*=\s*["'][^"'<>]*\Z""", re.IGNORECASE)
_ADDRESS_BEGINS = re.compile(r"""(?:href|src)\s*=\s*["']\Z""", re.IGNORECASE)
#: Where a line cannot be broken: inside a tag, and in the title of the page.
_TAG_OR_TITLE = re.compile(r"(?:<[a-z][^<>]*|<title>[^<]*)\Z", re.IGNORECASE)
_LINES = {"html": "html_lines", "text": "text_lines"}
_IN_TEXT_ADDRESS = re.compile(r"https?://[^\s<>]*\Z")

#: Characters that turn the reading direction of what follows: a name must not turn a sentence.
_TURNS = dict.fromkeys(
    [0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
)


class Markers:
    """The markers of one message while it is compiled."""

    def __init__(self, sources: Iterable[str]) -> None:
        digest = sha256("\x00".join(sources).encode()).hexdigest()[:12]
        self._prefix = f"bj{digest}"
        self._marked: list[Slot | Edge] = []
        self._pattern = re.compile(rf"{self._prefix}n(\d+)z")

    def put(self, marked: Slot | Edge) -> str:
        """Return the marker that stands for the field, or for where a part begins or ends."""
        self._marked.append(marked)
        return f"{self._prefix}n{len(self._marked) - 1}z"

    def mark(self, text: str, *, own: bool = False) -> str:
        """Return the text with a marker for each merge field. Raises FieldInvalid."""
        pieces = read_fields(text, own=own)
        return "".join(self.put(piece) if isinstance(piece, Slot) else piece for piece in pieces)

    def cut(self, compiled: str, place: str) -> list[str | Slot | Edge]:
        """Cut a compiled text at its markers; what precedes a field tells where it stands."""
        segments: list[str | Slot | Edge] = []
        end = 0
        for found in self._pattern.finditer(compiled):
            before = compiled[end : found.start()]
            if before:
                segments.append(before)
            end = found.end()
            marked = self._marked[int(found.group(1))]
            if isinstance(marked, Slot):
                marked = _placed(marked, compiled[: found.start()], place)
            segments.append(marked)
        if rest := compiled[end:]:
            segments.append(rest)
        return segments


def _placed(slot: Slot, before: str, place: str) -> Slot:
    where = _PLACES.get(place, _same)(before, place)
    if where == "address":
        # A name must not become "javascript:…": only our own links may be a whole address.
        where = "html" if slot.name in ADDRESS_FIELDS else "query"
    elif slot.name in LINE_FIELDS and not _TAG_OR_TITLE.search(before[-2000:]):
        where = _LINES.get(where, where)
    return Slot(slot.name, slot.default, slot.number, where)


def _same(before: str, place: str) -> str:
    return place


def _html_place(before: str, place: str) -> str:
    """Tell a whole address ("address") and a later part of one ("query") from other places."""
    tag = before[before.rfind("<") + 1 :]
    if _ADDRESS_BEGINS.search(tag):
        return "address"
    return "query" if _IN_ADDRESS.search(tag) else place


def _text_place(before: str, place: str) -> str:
    return "query" if _IN_TEXT_ADDRESS.search(before[-2000:]) else place


_PLACES: dict[str, Callable[[str, str], str]] = {"html": _html_place, "text": _text_place}


def one_line(value: str) -> str:
    """Return a value as one line: no control characters, nothing that turns the direction."""
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    shown = (
        " " if character.isspace() else character
        for character in value.translate(_TURNS)
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return " ".join("".join(shown).split())


def _html(value: str) -> str:
    return html.escape(one_line(value), quote=True)


ESCAPES: dict[str, Callable[[str], str]] = {
    "html": _html,
    "html_lines": lambda value: "<br>".join(map(_html, value.split("\n"))),
    "text_lines": lambda value: "\n".join(map(one_line, value.split("\n"))),
    "query": lambda value: quote(one_line(value), safe=""),
    "text": one_line,
    "header": one_line,
}


def fill(segments: Segments, values: Mapping[Key, str]) -> str:
    """Return the text with the values, by (name, number); an empty one gives its default."""
    return "".join(
        piece
        if isinstance(piece, str)
        else ESCAPES[piece.place](values[piece.name, piece.number] or piece.default)
        for piece in segments
    )


def settle(segments: Marked, values: Mapping[Key, str]) -> list[str | Slot | Edge]:
    """Return the segments with these values in their places; the other fields stay open."""
    settled: list[str | Slot | Edge] = []
    for piece in segments:
        if isinstance(piece, Slot) and (piece.name, piece.number) in values:
            value = values[piece.name, piece.number] or piece.default
            piece = ESCAPES[piece.place](value)
        if settled and isinstance(piece, str) and isinstance(settled[-1], str):
            settled[-1] += piece
        else:
            settled.append(piece)
    return settled


def slots(segments: Marked) -> set[Key]:
    """Return the fields that a text asks for."""
    return {(piece.name, piece.number) for piece in segments if isinstance(piece, Slot)}


def parts(segments: Marked) -> list[Part]:
    """Return the parts of a text in order."""
    return [piece for piece in segments if isinstance(piece, Part)]


def unfold(segments: Marked, inside: Callable[[Part, Segments], Marked]) -> Marked:
    """Return the text with `inside(part, what stands in it)` in the place of each part.

    Parts do not hold parts. A text without any is returned as it is.
    """
    if not parts(segments):
        return segments
    found: list[str | Slot | Edge] = []
    part: Part | None = None
    within: Segments = []
    for piece in segments:
        if isinstance(piece, Part):
            part, within = piece, []
        elif not isinstance(piece, Edge):
            (found if part is None else within).append(piece)
        elif part is not None:
            found += inside(part, within)
            part = None
    return settle(found, {})


def whole(segments: Marked) -> Segments:
    """Return a text whose parts have been unfolded."""
    return [piece for piece in segments if not isinstance(piece, Edge)]


def to_json(segments: Marked) -> list[Any]:
    """Return segments as JSON: texts, [name, default, number, place] for each field, and an object
    where a part begins or ends."""
    return [
        piece
        if isinstance(piece, str)
        else edge_to_json(piece)
        if isinstance(piece, Edge)
        else [piece.name, piece.default, piece.number, piece.place]
        for piece in segments
    ]


def from_json(data: list[Any]) -> list[str | Slot | Edge]:
    """Return segments from what `to_json` gave."""
    return [
        piece
        if isinstance(piece, str)
        else edge_from_json(piece)
        if isinstance(piece, dict)
        else Slot(*piece)
        for piece in data
    ]
