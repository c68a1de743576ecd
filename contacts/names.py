"""Names as they are compared, sorted and used in an opening line."""

import re
import unicodedata
from functools import lru_cache
from typing import Protocol

from contacts.models import Contact

_ACCENTS = re.compile("[\u0300-\u036f]")
_SEPARATORS = re.compile(r"[\W_]+")

_PREFIX_WORDS = (
    "van de der den het ten ter te 't ’t in op aan bij tot uit von zu zum la le du da dos del di "
    "el al bin ibn"
)
#: The words of which a prefix to a family name is made.
PREFIXES = frozenset(_PREFIX_WORDS.split())

_GREETING = {"nl": ("Beste", "Goedendag"), "en": ("Dear", "Hello")}

#: What a person may choose to be called, by language.
_COURTESY = {
    "nl": {"mevrouw": "mevrouw", "de heer": "meneer", "heer": "meneer", "meneer": "meneer"},
    "en": {"mevrouw": "Ms", "de heer": "Mr", "heer": "Mr", "meneer": "Mr"},
}


@lru_cache(maxsize=10_000)
def name_key(text: str) -> str:
    """Return the name as it is compared: small letters, no accents, no punctuation, single spaces.

    At most 200 characters, the width of the columns that hold it.
    """
    flat = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    recomposed = unicodedata.normalize("NFKC", flat)
    words = " ".join(_SEPARATORS.sub(" ", recomposed).split())
    return (words or recomposed.strip())[:200].strip()


def spelling_key(text: str) -> str:
    """Return the name as it is compared whatever its spaces and hyphens.

    "Wilgen Netwerk", "WilgenNetwerk" and "Wilgen-netwerk" are one: "wilgennetwerk".
    """
    return name_key(text).replace(" ", "")


def salutation(contact: Contact, language: str) -> str:
    """Return the opening line without its comma, in the language of the mail ("nl" or "en").

    "Beste Amina"; without a given name "Beste A. de Vries"; without a name "Goedendag"; "Beste
    mevrouw De Vries" only when the person chose so.
    """
    dear, hello = _GREETING[language]
    prefix, family = contact.family_name_prefix, contact.family_name
    if contact.courtesy_title and family:
        called = _COURTESY[language].get(contact.courtesy_title.casefold(), contact.courtesy_title)
        surname = f"{prefix} {family}".strip()
        return f"{dear} {called} {surname[:1].upper()}{surname[1:]}"
    if contact.given_name:
        return f"{dear} {contact.given_name}"
    if contact.initials and family:
        return " ".join(part for part in (dear, contact.initials, prefix, family) if part)
    return hello


def whole_name_key(given_name: str, initials: str, prefix: str, family_name: str) -> str:
    """Return the whole name as it is compared; the given name goes before the initials."""
    return name_key(f"{given_name or initials} {prefix} {family_name}")


class Named(Protocol):
    """Whatever has a name in parts."""

    @property
    def given_name(self) -> str: ...

    @property
    def initials(self) -> str: ...

    @property
    def family_name(self) -> str: ...


def same_name(ours: Named, theirs: Named) -> bool:
    """Whether two names may be one person's.

    A part that is empty on either side says nothing; "A." agrees with "Amina". Prefixes are
    ignored, because people write them in every way.
    """
    families = _bare_family(ours), _bare_family(theirs)
    if all(families) and families[0] != families[1]:
        return False
    if ours.given_name and theirs.given_name:
        return name_key(ours.given_name) == name_key(theirs.given_name)
    firsts = [name_key(each.given_name or each.initials) for each in (ours, theirs)]
    return not all(firsts) or firsts[0][0] == firsts[1][0]


def _bare_family(person: Named) -> str:
    """The family name without a prefix that was typed before it: "vries" of "de Vries"."""
    words = person.family_name.split()
    while len(words) > 1 and words[0].casefold() in PREFIXES:
        del words[0]
    return name_key(" ".join(words))
