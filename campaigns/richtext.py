"""Rich text of an author as HTML that a mail can bear, and as plain text."""

from html.parser import HTMLParser

import nh3
from django.conf import settings
from wagtail.rich_text import expand_db_html

#: What an author may use; blocks offer exactly this.
FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]

_TAGS = {"a", "b", "br", "em", "h2", "h3", "i", "li", "ol", "p", "strong", "ul"}
_SCHEMES = {"http", "https", "mailto", "tel"}


def mail_html(source: str) -> str:
    """Return rich text (as Wagtail stores it, or plain HTML) as clean, well-formed HTML.

    Anything but a handful of tags is dropped; links are absolute.
    """
    expanded = expand_db_html(source)
    return nh3.clean(
        expanded,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
        attribute_filter=_absolute,
    )


def _absolute(tag: str, attribute: str, value: str) -> str:
    return absolute(value) if (tag, attribute) == ("a", "href") else value


def absolute(address: str) -> str:
    """Return an address of our own site with its host; any other as it is."""
    return f"{settings.SITE_URL}{address}" if address.startswith("/") else address


def plain(source: str) -> str:
    """Return rich text as plain text, with "- " and "1. " lists and links as "label <address>"."""
    reader = _PlainReader()
    reader.feed(mail_html(source))
    reader.close()
    return reader.text()


class _PlainReader(HTMLParser):
    """Collects paragraphs of the little HTML that `mail_html` lets through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._paragraphs: list[str] = []
        self._line = ""
        self._lists: list[int | None] = []
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "h2", "h3"):
            self._end_line()
        elif tag in ("ul", "ol"):
            self._end_line()
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._end_line()
            self._line = self._bullet()
        elif tag == "br":
            self._line = self._line.rstrip() + "\n"
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._line))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            address, start = self._link
            label = self._line[start:].strip()
            self._link = None
            bare = address.removeprefix("mailto:").removeprefix("tel:")
            if bare != label:
                self._line = f"{self._line.rstrip()} <{bare}>"
        elif tag in ("ul", "ol"):
            self._end_line()
            self._lists.pop()
            if not self._lists:
                self._paragraphs.append("")
        elif tag in ("p", "h2", "h3", "li"):
            self._end_line()
            if tag != "li":
                self._paragraphs.append("")

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            space = (
                " "
                if data[:1].isspace() and self._line and not self._line.endswith((" ", "\n"))
                else ""
            )
            self._line += f"{space}{words}{' ' if data[-1:].isspace() else ''}"
        elif data and self._line and not self._line.endswith((" ", "\n")):
            self._line += " "

    def _bullet(self) -> str:
        depth = "  " * (len(self._lists) - 1)
        if not self._lists or self._lists[-1] is None:
            return f"{depth}- "
        self._lists[-1] += 1
        return f"{depth}{self._lists[-1]}. "

    def _end_line(self) -> None:
        if line := self._line.rstrip():
            self._paragraphs.append(line)
        self._line = ""

    def text(self) -> str:
        self._end_line()
        lines: list[str] = []
        for line in self._paragraphs:
            if line or (lines and lines[-1]):
                lines.append(line)
        return "\n".join(lines).strip()
