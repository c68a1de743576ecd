"""What an author wrote in one language, taken apart: lines, paragraphs, links and pictures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from wagtail.blocks import StructValue
from wagtail.rich_text import RichText

from campaigns.blocks import ButtonBlock, ImageBlock
from campaigns.bodies import leaves

FIELD = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
#: What stands where a field will be: one word, which says nothing.
_STAND_IN = "Amina"

_PARAGRAPHS = {"p", "li", "h2", "h3"}
_HEADINGS = {"h2", "h3"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an author: `page` or `document` is the id of what was chosen, else `address`."""

    label: str
    address: str = ""
    page: int | None = None
    document: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, a heading or an entry of a list, as plain text."""

    text: str
    is_heading: bool = False

    @property
    def prose(self) -> str:
        """The text without merge fields and addresses."""
        return _ADDRESS.sub(" ", FIELD.sub(_STAND_IN, self.text))


@dataclass(slots=True)
class Writing:
    """One language of a mailing, as its author wrote it."""

    subject: str
    preheader: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: Values of an ImageBlock.
    pictures: list[Any] = field(default_factory=list)

    @property
    def whole(self) -> str:
        """Everything that a reader would read, in lines."""
        lines = [self.subject, self.preheader, *(each.text for each in self.paragraphs)]
        return "\n".join([*lines, *(link.label for link in self.links)])


def writing_of(subject: str, preheader: str, body: Iterable[Any]) -> Writing:
    """Return what stands in a subject, a preheader and a StreamValue."""
    writing = Writing(subject.strip(), preheader.strip())
    for block, value in leaves(body):
        if isinstance(value, RichText):
            reader = _Reader()
            reader.feed(value.source)
            reader.close()
            writing.paragraphs += reader.paragraphs()
            writing.links += reader.links
        elif isinstance(block, ButtonBlock):
            address = value["url"] or "" if value["link"] == "url" else f"{{{{ {value['link']} }}}}"
            writing.links.append(Link(value["label"], address))
        elif isinstance(block, ImageBlock):
            writing.pictures += [value] if value is not None else []
        elif isinstance(value, StructValue):
            said = [each for each in value.values() if isinstance(each, str) and " " in each]
            writing.paragraphs += [Paragraph(each) for each in said]
    return writing


class _Reader(HTMLParser):
    """Collects the paragraphs and links of rich text as Wagtail stores it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self._found: list[Paragraph] = []
        self._text = ""
        self._is_heading = False
        self._link: dict[str, str] | None = None
        self._label = ""

    def paragraphs(self) -> list[Paragraph]:
        self._end()
        return self._found

    def _end(self) -> None:
        if text := " ".join(self._text.split()):
            self._found.append(Paragraph(text, self._is_heading))
        self._text, self._is_heading = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self._end()
            self._is_heading = tag in _HEADINGS
        elif tag == "br":
            self._text += " "
        elif tag == "a":
            self._link = {name: value or "" for name, value in attrs}
            self._label = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._end()
        elif tag == "a" and self._link is not None:
            kind, number = self._link.get("linktype"), _number(self._link.get("id", ""))
            self.links.append(
                Link(
                    label=" ".join(self._label.split()),
                    address=self._link.get("href", "").strip(),
                    page=number if kind == "page" else None,
                    document=number if kind == "document" else None,
                )
            )
            self._link = None

    def handle_data(self, data: str) -> None:
        self._text += data
        self._label += data


def _number(text: str) -> int:
    """Return an id; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
