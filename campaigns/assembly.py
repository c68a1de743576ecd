"""A compiled text as octets with gaps: encoded once, filled per recipient.

Quoted-printable lets a text be encoded piece by piece: a soft line break before and after each gap
makes every piece begin a line, so the pieces can be joined without looking at each other (RFC 2045,
6.7). In 8-bit the pieces are joined as they are, and a line that becomes too long (RFC 5322, 2.1.1)
tells the caller to take the other encoding.
"""

import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from campaigns.fields import Slot
from campaigns.segments import ESCAPES, Segments

#: The longest line that SMTP carries, its line end left out.
LINE_MAX = 998

_SOFT_BREAK = b"=\r\n"
#: A dot at the beginning of a line, and a line of its own: behind it there may be no more room.
_DOT = b"=2E" + _SOFT_BREAK
#: What quoted-printable leaves as it is, short enough for one line with its soft break.
_AS_IT_IS = re.compile(r"[!-\-/-<>-~](?:[ -<>-~]{0,72}[!-<>-~])?")
#: What neither an escape nor quoted-printable changes, as our own links are.
_PLAIN = re.compile(r"[!#-%(-;?-~]+")
#: The longest line of quoted-printable, its soft break left out.
_LINE = 75
_LINE_ENDS = re.compile(r"\r\n|\r|\n")

Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a value goes in: `index` in the pieces, the value's key, its default and its place."""

    index: int
    key: Key
    default: str
    place: str


class OctetTemplate:
    """One part of a message, in one transfer encoding, with gaps for its merge fields."""

    def __init__(
        self, pieces: Sequence[bytes], gaps: Sequence[Gap], encode: Callable[[str, str], bytes]
    ) -> None:
        self._pieces = list(pieces)
        self._gaps = tuple(gaps)
        self._encode = encode

    def fill(self, values: Mapping[Key, str]) -> list[bytes]:
        """Return the octets, in pieces, with these values in their places.

        An empty value gives its default.
        """
        pieces, encode = self._pieces.copy(), self._encode
        for gap in self._gaps:
            pieces[gap.index] = encode(values[gap.key] or gap.default, gap.place)
        return pieces


def octet_template(segments: Segments, *, is_8bit: bool) -> OctetTemplate:
    """Return the template of a compiled text. Lines end in CR LF, and the last line has an end."""
    whole = _with_line_ends(segments)
    pieces: list[bytes] = []
    gaps: list[Gap] = []
    for number, piece in enumerate(whole):
        if isinstance(piece, Slot):
            gaps.append(Gap(len(pieces), (piece.name, piece.number), piece.default, piece.place))
            pieces.append(b"")
        else:
            goes_on = number < len(whole) - 1
            pieces.append(piece.encode() if is_8bit else _quoted(piece, goes_on=goes_on))
    return OctetTemplate(pieces, gaps, _plain_value if is_8bit else _quoted_value)


def has_long_line(octets: bytes) -> bool:
    """Whether a line is longer than SMTP carries."""
    return len(octets) > LINE_MAX and max(map(len, octets.split(b"\r\n"))) > LINE_MAX


def _with_line_ends(segments: Segments) -> Segments:
    """The segments with CR LF, ending in exactly one of them."""
    whole: Segments = [
        piece if isinstance(piece, Slot) else _LINE_ENDS.sub("\r\n", piece) for piece in segments
    ]
    if whole and isinstance(whole[-1], str):
        whole[-1] = whole[-1].rstrip("\r\n") + "\r\n"
    else:
        whole.append("\r\n")
    return whole


def _quoted(text: str, *, goes_on: bool) -> bytes:
    # binascii breaks lines the way the first line ends, and with LF alone where there is none.
    octets = binascii.b2a_qp(text.encode(), istext=True).replace(b"=\n", _SOFT_BREAK)
    # No line begins with a dot, so that nobody has to look for one in every mail.
    if octets.startswith(b"."):
        octets = _DOT + octets[1:]
    while b"\n." in octets:
        octets = octets.replace(b"\n.", b"\n" + _DOT)
    return octets + _SOFT_BREAK if goes_on and not octets.endswith(b"\r\n") else octets


# The facts of a session are the same in every mail, and a name stands in several places.
@lru_cache(maxsize=4096)
def _plain_value(value: str, place: str) -> bytes:
    return _escaped(value, place).encode()


def _escaped(value: str, place: str) -> str:
    escaped = ESCAPES[place](value)
    return escaped.replace("\n", "\r\n") if place == "text_lines" else escaped


def _quoted_value(value: str, place: str) -> bytes:
    """The octets of a value, with the soft break behind it."""
    return (place != "query" and _plainly_quoted(value)) or _quoted_at(value, place)


@lru_cache(maxsize=512)
def _plainly_quoted(value: str) -> bytes:
    """The octets of a value that is the same wherever it stands; nothing for any other."""
    if len(value) > 2 * _LINE or not _PLAIN.fullmatch(value):
        return b""
    octets = value.encode("ascii")
    first, second = octets[:_LINE], octets[_LINE:]
    if first.startswith(b".") or second.startswith(b"."):
        return b""
    return first + _SOFT_BREAK + second + _SOFT_BREAK if second else first + _SOFT_BREAK


@lru_cache(maxsize=4096)
def _quoted_at(value: str, place: str) -> bytes:
    escaped = _escaped(value, place)
    if _AS_IT_IS.fullmatch(escaped):
        return escaped.encode("ascii") + _SOFT_BREAK
    return _quoted(escaped, goes_on=True) if escaped else b""
