"""What people write in the cells of a spreadsheet, and what it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contacts.enums import ConsentBasis, MembershipKind, OrganisationKind, Purpose
from contacts.names import name_key


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
_PREFIX_WORDS = (
    "van de der den het ten ter te 't ’t in op aan bij tot uit von zu zum la le du da dos del di "
    "el al bin ibn"
)
_PREFIXES = frozenset(_PREFIX_WORDS.split())
_INITIALS = re.compile(r"(?:\w{1,2}\.\s?)+|[A-Z]")

_LANGUAGES = {
    "nl": "nl nederlands dutch nlnl nlbe vlaams",
    "en": "en engels english engb enus",
}
_COUNTRIES = {
    "NL": "nederland netherlands holland",
    "BE": "belgie belgium",
    "DE": "duitsland germany deutschland",
    "FR": "frankrijk france",
    "GB": "uk verenigdkoninkrijk unitedkingdom engeland",
    "LU": "luxemburg luxembourg",
    "CH": "zwitserland switzerland",
    "US": "verenigdestaten unitedstates usa",
    "MA": "marokko morocco",
    "TR": "turkije turkey",
    "SR": "suriname surinam",
    "GH": "ghana",
    "ET": "ethiopie ethiopia",
    "SO": "somalie somalia",
    "KE": "kenia kenya",
    "ID": "indonesie indonesia",
}
_KINDS = {
    OrganisationKind.NGO: "ngo ontwikkelingsorganisatie",
    OrganisationKind.DIASPORA: "diaspora diasporaorganisatie migrantenorganisatie zelforganisatie",
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


def country(cell: str) -> str:
    """Return a country as two capitals (ISO 3166). Raises CellUnclear."""
    if re.fullmatch(r"[A-Za-z]{2}", cell) and _word(cell) != "uk":
        return cell.upper()
    return _one_of(_COUNTRIES, cell)


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
    """Return the date in 2009-03-14, 14-03-2009, 14/3/2009 or 2009 (its first day).

    Raises CellUnclear.
    """
    try:
        if re.fullmatch(r"\d{4}", cell):
            return date(int(cell), 1, 1)
        if found := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", cell):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(cell)
    except ValueError as error:
        raise CellUnclear(cell) from error


def several(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that lists things by comma, semicolon, bar or line."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, re.split(r"[,;|\n]", cell)))))


def known(cell: str) -> str:
    """Return the cell, or "" when it says that it is not known ("?")."""
    return "" if cell.strip("? ") == "" else cell


def family(cell: str) -> tuple[str, str]:
    """Return (prefix, family name) of "de Vries"; a capital ("De Smet") belongs to the name."""
    words = cell.split()
    count = 0
    while count < len(words) - 1 and words[count] in _PREFIXES:
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
        if word in _PREFIXES:
            return words[:place], words[place:]
    count = 1
    if _INITIALS.fullmatch(words[0]):
        while count < len(words) - 1 and _INITIALS.fullmatch(words[count]):
            count += 1
    return words[:count], words[count:]
