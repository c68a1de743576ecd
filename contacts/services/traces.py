"""The words by which a person could still be found in what others wrote."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from contacts.models import Contact

#: What stands in a text where a person was named.
GONE = "…"

#: A shorter text (a phone number of four digits, say) is found where nobody meant the person.
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Traces:
    """Addresses, phone number and whole name of a person; a family name alone is many people's."""

    words: tuple[str, ...]

    def occur_in(self, text: str) -> bool:
        """Whether the person is named in it, as whole words, in small letters or capitals."""
        return any(_pattern(word).search(text) for word in self.words)

    def removed_from(self, text: str) -> str:
        """Return the text with `GONE` in the place of each."""
        return reduce(lambda left, word: _pattern(word).sub(GONE, left), self.words, text)

    def named_in(self, column: str) -> Q:
        """Rows whose column may name the person: more than those that do, for `occur_in`."""
        return reduce(or_, (Q(**{f"{column}__icontains": each}) for each in self._spellings()), Q())

    def _spellings(self) -> Sequence[str]:
        """The words, and as JSON has them in a database that keeps it as text (SQLite)."""
        escaped = (json.dumps(word)[1:-1] for word in self.words)
        return list(dict.fromkeys([*self.words, *escaped]))


def traces_of(contact: Contact) -> Traces:
    """Return the traces of the person, from the row as it is: ask before it is emptied."""
    family = " ".join(filter(None, (contact.family_name_prefix, contact.family_name)))
    first = (contact.given_name, contact.initials)
    names = [f"{each} {family}" for each in first if each and family]
    words = [contact.email, contact.address_key or "", contact.phone, *names]
    found = dict.fromkeys(word.casefold() for word in words if len(word) >= _SHORTEST)
    return Traces(tuple(sorted(found, key=len, reverse=True)))


def _pattern(word: str) -> re.Pattern[str]:
    """Spaces are any white space; what goes on as a word is another word."""
    body = r"\s+".join(map(re.escape, word.split()))
    return re.compile(rf"(?<!\w){body}(?!\w)", re.IGNORECASE)
