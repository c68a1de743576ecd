"""What people write in the cells of a spreadsheet, and what it means."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from babel import Locale

from contacts import zones
from contacts.enums import ConsentBasis, MembershipKind, OrganisationKind, Purpose
from contacts.names import PREFIXES, name_key


class CellUnclear(ValueError):
    """The cell says something that we do not understand."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its parts; all may be empty."""

    title: str = ""
    given_name: str = ""
    initials: str = ""
    family_name_prefix: str = ""
    family_name: str = ""


_TITLES = frozenset({"dr", "drs", "prof", "ir", "ing", "mr"})
_INITIALS = re.compile(r"(?:\w{1,2}\.\s?)+|[A-Z]")

_LANGUAGES = {
    "nl": "nl nederlands dutch nlnl nlbe vlaams",
    "en": "en engels english engb enus",
}
#: What people call a country beside its name in Dutch and English.
_COUNTRIES = {"uk": "GB", "engeland": "GB", "england": "GB", "holland": "NL", "usa": "US"}
_KINDS = {
    OrganisationKind.NGO: "ngo ontwikkelingsorganisatie",
    OrganisationKind.DIASPORA: "diaspora diasporaorganisatie diasporaorganisation "
    "migrantenorganisatie zelforganisatie",
    OrganisationKind.RESEARCH: "onderzoek research universiteit university kennisinstelling",
    OrganisationKind.GOVERNMENT: "overheid government ministerie gemeente",
    OrganisationKind.MEDIA: "media pers journalistiek",
    OrganisationKind.NETWORK: "netwerk network koepel platform",
    OrganisationKind.OTHER: "overig anders other",
}
_BASES = {
    ConsentBasis.CONSENT: "toestemming consent optin",
    ConsentBasis.MEMBERSHIP: "lidmaatschap membership lid",
    ConsentBasis.PUBLISHED: "gepubliceerd published openbaar",
    ConsentBasis.REQUEST: "eigenverzoek verzoek request ownrequest",
    ConsentBasis.NONE: "geen none nee no",
}
_PURPOSES = {
    Purpose.INVITATIONS: "invitations uitnodigingen uitnodiging",
    Purpose.ANNOUNCEMENTS: "announcements aankondigingen nieuwsbrief nieuws",
    Purpose.PARTICIPATION: "participation deelname",
}
_NOTHING = frozenset(("", "nvt", "n.v.t", "n/a", "onbekend", "unknown", "geen", "none"))
_ERROR = re.compile(r"#[^\W\d_]+(?:/0)?[!?]|#N/?[A-Z]+|Err:\d{3}", re.IGNORECASE)
#: What stands between the parts of a list; where there are several, the first of these.
_LISTS = ("\n", "|", ";", ",")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2})?$")
#: Excel counts days since this one; five figures are the years 1954 to 2064.
_SERIAL, _SERIAL_START = re.compile("[2-5]\\d{4}"), date(1899, 12, 30)
_MONTHS = (
    "januari january jan",
    "februari february feb",
    "maart march mrt mar",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "augustus august aug",
    "september sept sep",
    "oktober october okt oct",
    "november nov",
    "december dec",
)
_YES = frozenset({"ja", "j", "x", "1", "yes", "y", "true", "waar", "lid", "member"})
_NO = frozenset({"nee", "n", "0", "no", "false", "onwaar", "nietlid", "geen", "nonmember"})
_ASPIRANT = frozenset({"aspirant", "aspirantlid", "aspirantmember", "kandidaatlid"})


def _one_of(table: Mapping[Any, str], cell: str) -> str:
    """Return the entry of the table whose words hold the cell. Raises CellUnclear."""
    word = _word(cell)
    for value, words in table.items():
        if word == str(value).casefold() or word in words.split():
            return str(value)
    raise CellUnclear(cell)


def _word(cell: str) -> str:
    return name_key(cell).replace(" ", "")


def language(cell: str) -> str:
    """Return "nl" or "en". Raises CellUnclear."""
    return _one_of(_LANGUAGES, cell)


def time_zone(cell: str) -> str:
    """Return the name of a time zone, such as Europe/Amsterdam. Raises CellUnclear."""
    if name := zones.time_zone(cell):
        return name
    raise CellUnclear(cell)


def country(cell: str) -> str:
    """Return a country as two capitals (ISO 3166). Raises CellUnclear."""
    if re.fullmatch(r"[A-Za-z]{2}", cell) and _word(cell) != "uk":
        return cell.upper()
    try:
        return _country_names()[_word(cell)]
    except KeyError as error:
        raise CellUnclear(cell) from error


@cache
def _country_names() -> Mapping[str, str]:
    names = {
        _word(name): code
        for language in ("nl", "en")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return names | _COUNTRIES


def kind(cell: str) -> str:
    """Return an OrganisationKind. Raises CellUnclear."""
    return _one_of(_KINDS, cell)


def basis(cell: str) -> str:
    """Return a ConsentBasis. Raises CellUnclear."""
    return _one_of(_BASES, cell)


def purpose(cell: str) -> str:
    """Return a Purpose that a mailing can have. Raises CellUnclear."""
    return _one_of(_PURPOSES, cell)


def membership(cell: str) -> str:
    """Return a MembershipKind, or "" for an organisation that is no member. Raises CellUnclear."""
    word = _word(cell)
    if word in _YES:
        return MembershipKind.MEMBER
    if word in _ASPIRANT:
        return MembershipKind.ASPIRANT
    if word in _NO:
        return ""
    raise CellUnclear(cell)


def day(cell: str) -> date:
    """Return the date in 2009-03-14, 14-03-2009, 14/3/2009, 14 maart 2009, or 2009 (its first day).

    A time behind it is ignored; 39886 is a date that lost its format in Excel. Raises CellUnclear.
    """
    text = _TIME.sub("", cell)
    try:
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 1, 1)
        if _SERIAL.fullmatch(text):
            return _SERIAL_START + timedelta(days=int(text))
        if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := re.fullmatch(r"(\d{1,2})[- ]+([^\W\d]+)\.?[- ]+(\d{4})", text):
            return date(int(found[3]), _month(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise CellUnclear(cell) from error


def _month(word: str) -> int:
    for number, names in enumerate(_MONTHS, start=1):
        if word.casefold() in names.split():
            return number
    raise CellUnclear(word)


def phone(cell: str) -> str:
    """Return the number; a Dutch one that Excel took for a figure gets its 0 or + back."""
    if re.fullmatch(r"[1-9]\d{8}", cell):
        return f"0{cell}"
    return f"+{cell}" if re.fullmatch(r"31[1-9]\d{8}", cell) else cell


def several(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that lists things, by line, bar, semicolon or else comma."""
    separator = next((sign for sign in _LISTS if sign in cell), ",")
    return tuple(dict.fromkeys(filter(None, map(str.strip, cell.split(separator)))))


def listed(parts: Iterable[str]) -> str:
    """Return the cell that `several` takes apart into these parts."""
    texts = [text for text in parts if text]
    signs = [place for place, sign in enumerate(_LISTS) if any(sign in text for text in texts)]
    separator = _LISTS[max(min(signs) - 1, 0)] if signs else ","
    return f"{separator} ".join(texts) + (separator if signs and len(texts) == 1 else "")


def known(cell: str) -> str:
    """Return the cell, or "" when it says that it is not known ("?", "-", "n.v.t.")."""
    word = cell.strip("?-–—. ").casefold()
    return "" if word in _NOTHING else cell


def is_error(cell: str) -> bool:
    """Whether the cell shows that its formula failed, in any language of Excel."""
    return cell[:1] in ("#", "E", "e") and _ERROR.fullmatch(cell) is not None


def family(cell: str) -> tuple[str, str]:
    """Return (prefix, family name) of "de Vries"; a capital ("De Smet") belongs to the name."""
    words = cell.split()
    count = 0
    while count < len(words) - 1 and words[count] in PREFIXES:
        count += 1
    return " ".join(words[:count]), " ".join(words[count:])


def full_name(cell: str) -> PersonName:
    """Return the parts of "dr. Amina de Vries", "A.B. de Vries" or "Vries, A. de"."""
    before, comma, after = cell.partition(",")
    words = f"{after} {before}".split() if comma else cell.split()
    titles = []
    while len(words) > 1 and words[0].casefold().rstrip(".") in _TITLES and words[0][-1:] == ".":
        titles.append(words.pop(0))
    if len(words) < 2:
        return PersonName(title=" ".join(titles), given_name=" ".join(words))
    first, rest = _first_names(words)
    prefix, name = family(" ".join(rest))
    is_initials = _INITIALS.fullmatch(" ".join(first)) is not None
    return PersonName(
        title=" ".join(titles),
        given_name="" if is_initials else " ".join(first),
        initials=" ".join(first) if is_initials else "",
        family_name_prefix=prefix,
        family_name=name,
    )


def _first_names(words: list[str]) -> tuple[list[str], list[str]]:
    """Cut before the prefix, or, without one, after the first name or the run of initials."""
    for place, word in enumerate(words[1:-1], start=1):
        if word in PREFIXES:
            return words[:place], words[place:]
    count = 1
    if _INITIALS.fullmatch(words[0]):
        while count < len(words) - 1 and _INITIALS.fullmatch(words[count]):
            count += 1
    return words[:count], words[count:]
