"""People's names as a list of attendance writes them."""

import re
from dataclasses import dataclass

#: Dutch prefixes (tussenvoegsels) as they occur between given and family name.
_PREFIXES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "het",
        "'t",
        "ten",
        "ter",
        "te",
        "in",
        "op",
        "la",
        "le",
        "du",
        "des",
        "von",
        "zu",
        "el",
        "al",
        "bin",
        "ben",
        "d'",
    ]
)
_TITLE_WORD = re.compile(r"(?:dr|drs|prof|ir|ing|mr|mw|mevr|dhr|msc|ms|mrs)(?:\.\s*|\s+)", re.I)
_INITIALS = re.compile(r"(?:[A-Z]\.?){1,4}")


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts of a name, in the words of Contact."""

    title: str = ""
    given_name: str = ""
    initials: str = ""
    family_name_prefix: str = ""
    family_name: str = ""


def split_name(text: str) -> PersonName:
    """Return the parts of "Dr. Awa Example", "Example, G." or "Christel de Vries".

    A single word is a family name.
    """
    rest = " ".join(text.split())
    title = ""
    while match := _TITLE_WORD.match(rest):
        title = f"{title} {match.group().strip()}".strip()
        rest = rest[match.end() :]
    if "," in rest:
        family, _comma, first = (part.strip() for part in rest.partition(","))
        words = [*first.split(), *family.split()]
    else:
        words = rest.split()
    if not words:
        return PersonName(title=title)
    first = words.pop(0) if len(words) > 1 else ""
    prefixes = []
    while len(words) > 1 and words[0].casefold() in _PREFIXES:
        prefixes.append(words.pop(0))
    is_initials = bool(_INITIALS.fullmatch(first)) and (len(first) == 1 or "." in first)
    return PersonName(
        title=title,
        given_name="" if is_initials else first,
        initials=first if is_initials else "",
        family_name_prefix=" ".join(prefixes),
        family_name=" ".join(words),
    )
