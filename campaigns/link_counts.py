"""Links that count how often they are opened, for a mailing as a whole and never for a person.

Only where the site asks for it, and only links that are the same for everybody. When a mailing
starts they are replaced by addresses of ours, which name the mailing and the number of the link:
where that leads to stands in the frozen mailing, so that nobody can make us lead elsewhere.
"""

import re
from html import escape, unescape
from typing import Any

from base import tokens
from campaigns import links

#: As long as LinkCount.url is; a longer address stays as it is written.
URL_MAX = 500

#: An address that holds no merge field: it begins and ends in the same piece of text.
_LINK = re.compile(r"""(<a\b[^<>]*?\shref=")(https?://[^"<>\s]+)("[^<>]*>)""", re.IGNORECASE)
#: What reads as an address must lead there, or it looks like a trap.
_READS_AS_ADDRESS = re.compile(r"\s*(?:<(?!/a\b)[^<>]*>\s*)*(?:https?://|www\.)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"\\]+", re.IGNORECASE)
#: What may stand behind an address in plain text without belonging to it.
_AFTER = r"(?=[.,;:!?)\]]*(?:[\s<>]|\Z))"

#: A compiled text as JSON (segments.to_json): texts, and lists for what differs per person.
Pieces = list[Any]


def with_counted_links(*, mailing_id: int, messages: dict[str, Any]) -> dict[str, Any]:
    """Return {"messages", "links"} to freeze: the messages by language, with counted links.

    `links` are the addresses that they lead to, in the order of their numbers.
    """
    numbered: dict[str, int] = {}
    counted = {
        language: message
        | {
            # First the one that tells links from addresses that are there to be read.
            "html": [_in_html(piece, mailing_id, numbered) for piece in message["html"]],
            "text": _in_text(message["text"], mailing_id, numbered),
        }
        for language, message in messages.items()
    }
    return {"messages": counted, "links": list(numbered)}


def read_link(token: str) -> tuple[int, int]:
    """Return (mailing id, number of the link). Raises TokenInvalid or ValueError."""
    mailing_id, number = tokens.read("link", token)
    return int(mailing_id), int(number)


def _in_html(piece: Any, mailing_id: int, numbered: dict[str, int]) -> Any:
    if not isinstance(piece, str):
        return piece

    def counted(found: re.Match[str]) -> str:
        url = unescape(found[2])
        if (
            len(url) > URL_MAX
            or not _ADDRESS.fullmatch(url)
            or _READS_AS_ADDRESS.match(piece, found.end())
        ):
            return found[0]
        number = numbered.setdefault(url, len(numbered))
        return f"{found[1]}{escape(links.counted(mailing_id, number))}{found[3]}"

    return _LINK.sub(counted, piece)


def _in_text(pieces: Pieces, mailing_id: int, numbered: dict[str, int]) -> Pieces:
    if not numbered:
        return pieces
    urls = sorted(numbered, key=len, reverse=True)
    known = re.compile(rf"(?:{'|'.join(map(re.escape, urls))}){_AFTER}")
    found: Pieces = []
    for position, piece in enumerate(pieces):
        # At the end of a piece a merge field may go on with the address.
        is_last = position == len(pieces) - 1
        found.append(_replaced(piece, known, mailing_id, numbered, is_last=is_last))
    return found


def _replaced(
    piece: Any, known: re.Pattern[str], mailing_id: int, numbered: dict[str, int], *, is_last: bool
) -> Any:
    if not isinstance(piece, str):
        return piece

    def counted(found: re.Match[str]) -> str:
        if found.end() == len(piece) and not is_last:
            return found[0]
        return links.counted(mailing_id, numbered[found[0]])

    return known.sub(counted, piece)
