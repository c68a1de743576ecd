"""The links of an author: where they lead, and what they are called.

Only what is ours is looked up. What another site answers would take a request to it, and that is
the worker's alone; so of such a link only the form is checked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from campaigns.proof.pieces import FIELD, Link, Writing
from campaigns.selectors.places import OwnPlaces

#: Longer than any browser's bar or mail program is sure to bear.
ADDRESS_MAX = 2_000
#: From here on an address breaks in plain text in some programs.
_ADDRESS_LONG = 500
_LABEL_LONG = 40

_SAY_NOTHING = {
    *(
        "hier",
        "klik hier",
        "klik",
        "hierop",
        "deze link",
        "link",
        "lees meer",
        "meer",
        "lees verder",
    ),
    *("meer info", "meer informatie", "via deze link", "website", "here", "click here", "click"),
    *("this link", "read more", "more", "more info", "more information", "learn more"),
}
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_LOCAL = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]", re.IGNORECASE)
_NUMBER = re.compile(r"[\d.:\[\]a-f]+", re.IGNORECASE)
_EXAMPLES = ("example.com", "voorbeeld.nl")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a link, in words; `must` says whether it has to be put right."""

    words: str
    must: bool


def link_verdicts(writing: Writing, places: OwnPlaces) -> Iterator[Verdict]:
    """Yield what is wrong with where the links lead."""
    for link in writing.links:
        if words := _gone(link, places) or _ill_formed(link):
            yield Verdict(words, must=True)
        elif words := _unreachable(link, places):
            yield Verdict(words, must=False)


def label_hints(writing: Writing) -> Iterator[str]:
    """Yield the links that say nothing of where they lead: a screen reader lists them alone."""
    for link in writing.links:
        label = link.label.strip(" .:!→»>").casefold()
        if label in _SAY_NOTHING:
            yield _(
                "The link “%(label)s” does not say where it leads: name it, as in “the programme”."
            ) % {"label": link.label}
        elif len(link.label) > _LABEL_LONG and "://" in link.label:
            yield _(
                "The bare address “%(label)s…” is hard to read, and to listen to: give the link a "
                "name."
            ) % {"label": link.label[:_LABEL_LONG]}
        if len(link.address) >= _ADDRESS_LONG:
            yield _(
                "The address behind “%(label)s” has %(number)s characters: some mail programs "
                "break it. Take a shorter one if you can."
            ) % {"label": _called(link), "number": len(link.address)}


def _gone(link: Link, places: OwnPlaces) -> str:
    if link.page is not None and not places.has_page(link.page):
        return _("The page behind “%(label)s” was removed: choose another.") % {
            "label": _called(link)
        }
    if link.document is not None and not places.has_document(link.document):
        return _("The document behind “%(label)s” was removed: choose another.") % {
            "label": _called(link)
        }
    return ""


def _ill_formed(link: Link) -> str:
    if link.page is not None or link.document is not None or link.address.startswith("{{"):
        return ""
    named = {"label": _called(link), "address": link.address[:80]}
    if not link.address:
        return _("The link “%(label)s” has no address: give it one, or take it out.") % named
    if len(link.address) > ADDRESS_MAX:
        return _(
            "The address behind “%(label)s” has %(number)s characters, of at most %(limit)s."
        ) % {**named, "number": len(link.address), "limit": ADDRESS_MAX}
    if not _is_address(link.address):
        return (
            _(
                "“%(address)s”, behind “%(label)s”, is no address: begin with https://, and look "
                "for spaces and typing errors."
            )
            % named
        )
    return ""


def _is_address(address: str) -> bool:
    """Whether an address has the form of one of the web, of mail, of a telephone, or is our own."""
    address = FIELD.sub("x", address)
    if re.search(r"\s", address):
        return False
    if address.startswith("mailto:"):
        return bool(re.fullmatch(r"mailto:[^@?]+@[^@?]+\.[^@?.]+(\?.*)?", address))
    if address.startswith("tel:"):
        return bool(re.fullmatch(r"tel:\+?[\d().-]+", address))
    if address.startswith("/") and not address.startswith("//"):
        return True
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    host = parts.hostname.rstrip(".")
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        return False
    return bool(_HOST.fullmatch(host) or _LOCAL.fullmatch(host) or _NUMBER.fullmatch(host))


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _unreachable(link: Link, places: OwnPlaces) -> str:
    """A place that may be reached by the time the mail goes out, so no reason to hold it back."""
    named = {"label": _called(link)}
    if link.page is not None:
        return "" if places.is_public(link.page) else _unpublished(named)
    if link.address.startswith(("{{", "mailto:", "tel:")) or link.document is not None:
        return ""
    path = places.own_path(link.address)
    if path is None:
        parts = _split(link.address)
        host = (parts.hostname or "") if parts else ""
        if _LOCAL.fullmatch(host) or host.endswith(_EXAMPLES):
            return _("The link “%(label)s” leads to %(host)s, which readers cannot reach.") % {
                **named,
                "host": host,
            }
        return ""
    if path.startswith("/admin/"):
        return (
            _(
                "The link “%(label)s” leads to the admin, where readers may not come: take the "
                "address of the page itself."
            )
            % named
        )
    return "" if places.answers(path) else _unpublished(named)


def _unpublished(named: dict[str, str]) -> str:
    return (
        _(
            "Visitors cannot see the page behind “%(label)s” now: publish it before this goes out, "
            "or mend the link."
        )
        % named
    )


def _called(link: Link) -> str:
    return link.label or link.address[:_LABEL_LONG] or "…"
