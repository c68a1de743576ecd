"""A small Markdown for the body of a mail: what the API takes and our own notices are written in.

Paragraphs, `## headings`, `- ` and `1. ` lists, `**bold**`, `*italic*`, `[text](address)`, `---`.
A paragraph that is only a link to a merge field is a button; after `~` it is a quiet one. A
paragraph `{session}` is the session card. Anything else is text as it stands.
"""

import re
from html import escape
from typing import Any

_LINK = re.compile(r"\[([^\]\n]+)\]\(\s*(\{\{.*?\}\}|[^\s()<>]+)\s*\)")
_BUTTON = re.compile(r"(~?)\[([^\]\n]+)\]\(\s*\{\{\s*([a-z_]+\.[a-z_]+(?:@\d+)?)\s*\}\}\s*\)")
_CARD = re.compile(r"\{session(?:@([\w-]+))?\}")
_ITEM = re.compile(r"(?:[-*]|\d{1,2}[.)])\s+(.*)")
_SCHEMES = ("http://", "https://", "mailto:", "tel:", "/", "{{")

Block = dict[str, Any]


def to_blocks(source: str) -> list[Block]:
    """Return the blocks (as a StreamField takes them) of a Markdown text."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", source.replace("\r\n", "\n").strip()):
        block = _block(paragraph.strip())
        if block["type"] == "text" and blocks and blocks[-1]["type"] == "text":
            blocks[-1]["value"] += block["value"]
        elif block["type"] != "text" or block["value"]:
            blocks.append(block)
    return blocks


def _block(paragraph: str) -> Block:
    if found := _BUTTON.fullmatch(paragraph):
        quiet, label, link = found.groups()
        return {
            "type": "button",
            "value": {"label": label, "link": link, "url": "", "quiet": bool(quiet)},
        }
    if found := _CARD.fullmatch(paragraph):
        return {"type": "session", "value": {"session": found.group(1) or ""}}
    if re.fullmatch(r"(-{3,}|\*{3,})", paragraph):
        return {"type": "divider", "value": None}
    return {"type": "text", "value": _html(paragraph)}


def _html(paragraph: str) -> str:
    lines = [line.strip() for line in paragraph.split("\n")]
    if found := re.fullmatch(r"(#{1,6})\s+(.+)", paragraph):
        level = 2 if len(found.group(1)) < 3 else 3
        return f"<h{level}>{_inline(found.group(2))}</h{level}>"
    items = [_ITEM.fullmatch(line) for line in lines]
    if all(items) and paragraph:
        tag = "ol" if lines[0][0].isdigit() else "ul"
        inside = "".join(f"<li>{_inline(item.group(1))}</li>" for item in items if item)
        return f"<{tag}>{inside}</{tag}>"
    return f"<p>{_inline(' '.join(lines))}</p>" if paragraph else ""


def _inline(text: str) -> str:
    pieces = []
    end = 0
    for found in _LINK.finditer(text):
        label, address = found.groups()
        pieces.append(_emphasis(text[end : found.start()]))
        if address.startswith(_SCHEMES):
            pieces.append(f'<a href="{escape(address)}">{_emphasis(label)}</a>')
        else:
            pieces.append(_emphasis(found.group(0)))
        end = found.end()
    pieces.append(_emphasis(text[end:]))
    return "".join(pieces)


def _emphasis(text: str) -> str:
    html = escape(text)
    html = re.sub(r"\*\*(\S(?:.*?\S)?)\*\*", r"<b>\1</b>", html)
    return re.sub(r"(?<![\w*])\*(\S(?:.*?\S)?)\*(?![\w*])", r"<i>\1</i>", html)
