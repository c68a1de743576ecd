"""Organisations that may be the same: by their names, their website and their mail domains."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

from django.utils.translation import gettext_lazy as _

from contacts.lookalikes.pairs import Likeness, Pairs, neighbours
from contacts.names import name_key, spelling_key

_LEGAL_WORDS = (
    "stichting vereniging foundation association bureau nederland nederlandse netherlands dutch"
    " holland nl the de het bv nv vzw st"
)
_SMALL_WORDS = "van voor der den en of and for in met op aan te tot to on with a an"
_HOSTS = (
    "facebook.com instagram.com linkedin.com twitter.com x.com youtube.com sites.google.com"
    " wordpress.com gmail.com hotmail.com outlook.com"
)
#: What people put before or behind a name, or leave out.
_LEGAL = frozenset(_LEGAL_WORDS.split())
#: What an abbreviation leaves out.
_SMALL = frozenset(_SMALL_WORDS.split())
#: On these hosts everybody has a page.
_HOSTS_OF_ALL = frozenset(_HOSTS.split())
#: A host that more organisations share is that of an umbrella or a hosting firm.
_HOST_CROWD = 4
_BRACKETS = re.compile(r"^(.*?)\s*[(\[]([^)\]]+)[)\]]\s*(.*)$")
#: How much two long names, or two words in them, agree: from 0 to 1.
_ALIKE, _ALIKE_UNALIGNED, _WORDS_ALIKE = 0.88, 0.93, 0.7
_LONG = 8


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """`hosts` are that of the website, without "www.", and the mail domains."""

    id: int
    name: str
    aliases: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()
    parent_id: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


class _Part(IntEnum):
    """Which part of a name a form of it is."""

    WHOLE = 1
    OUTSIDE = 2  # what stands before and behind the brackets
    INSIDE = 3  # what stands between them
    INITIALS = 4
    NEARLY = 5  # an abbreviation without one of its letters


@dataclass(frozen=True, slots=True)
class _Form:
    """A form in which an organisation may be called."""

    id: int
    name: str
    part: _Part


def alike_organisations(rows: Iterable[OrganisationRow]) -> Pairs:
    """Return the pairs that may be one organisation. Near-linear in the number of rows."""
    rows = list(rows)
    pairs = Pairs()
    forms = [each for row in rows for name in row.names for each in _forms(row.id, name)]
    for one, other in neighbours(forms):
        if likeness := _likeness(one, other):
            pairs.add(one.id, other.id, likeness)
    hosts = [(host, row.id) for row in rows for host in row.hosts - _HOSTS_OF_ALL]
    for host, (one_id, other_id) in _shared(hosts):
        pairs.add(one_id, other_id, Likeness(80, _("Same website or mail domain: %(what)s."), host))
    for one_id, other_id in _misspelt(rows):
        pairs.add(one_id, other_id, Likeness(50, _("The names differ in a few letters.")))
    for row in rows:  # a part of an organisation is another one
        if row.parent_id:
            pairs.found.pop((min(row.id, row.parent_id), max(row.id, row.parent_id)), None)
    return pairs


# --- names --------------------------------------------------------------------------------------


def _forms(row_id: int, name: str) -> Iterator[tuple[str, _Form]]:
    """The keys under which a name is put. A joint name ("A / B") is two, and no form of either."""
    whole = _Form(row_id, name, _Part.WHOLE)
    yield spelling_key(name), whole
    if "/" in name:
        return
    yield bare_key(name), whole
    outside, inside = _bracketed(name)
    if inside:
        yield bare_key(outside), _Form(row_id, name, _Part.OUTSIDE)
        yield bare_key(inside), _Form(row_id, name, _Part.INSIDE)
    for initials in _initials(outside):
        yield initials, _Form(row_id, name, _Part.INITIALS)
    if len(name) > 3 and name.isalpha() and name.isupper():
        for place in range(len(name)):
            yield spelling_key(name[:place] + name[place + 1 :]), _Form(row_id, name, _Part.NEARLY)


def bare_key(name: str) -> str:
    """Return the spelling key of the name without words such as "Stichting" and "Nederland"."""
    words = name_key(name).split()
    return "".join(word for word in words if word not in _LEGAL) or "".join(words)


def _bracketed(name: str) -> tuple[str, str]:
    """Return the name without its brackets, and the name between them: "" if that is a remark."""
    found = _BRACKETS.match(name)
    if found is None:
        return name, ""
    outside, inside = f"{found[1]} {found[3]}".strip(), found[2].strip()
    is_name = inside.isupper() or spelling_key(outside) in _initials(inside)
    if is_name and outside and bare_key(inside) not in _LEGAL:
        return outside, inside
    return name, ""


def _initials(name: str) -> set[str]:
    """The abbreviations that a name of three words or more may have, three letters at least."""
    words = name_key(name).split()
    without = [frozenset(), _SMALL, _LEGAL, _SMALL | _LEGAL]
    found = {"".join(word[0] for word in words if word not in left) for left in without}
    return {each for each in found if len(each) > 2}


def _likeness(one: _Form, other: _Form) -> Likeness | None:
    """Return what two forms with one key say; nothing when both are mere abbreviations."""
    first, last = sorted((one, other), key=lambda form: form.part)
    if last.part == _Part.NEARLY:
        is_abbreviated = first.part == _Part.INITIALS
        reason = _("“%(what)s” is nearly the initials of the other's name.")
        return Likeness(40, reason, last.name) if is_abbreviated else None
    if last.part == _Part.INITIALS:
        is_word = first.part < _Part.INITIALS and " " not in name_key(first.name)
        reason = _("“%(what)s” are the initials of the other's name.")
        return Likeness(70, reason, first.name) if is_word else None
    if name_key(one.name) == name_key(other.name):
        return Likeness(100, _("“%(what)s” is a name of both."), one.name)
    if spelling_key(one.name) == spelling_key(other.name):
        return Likeness(95, _("The same name, apart from spaces, hyphens and capitals."))
    if last.part == _Part.INSIDE:
        reason = _("In “%(what)s” the abbreviation stands between brackets.")
        return Likeness(90, reason, last.name)
    if last.part == _Part.OUTSIDE:
        return Likeness(88, _("The same name, apart from what stands between brackets."))
    return Likeness(85, _("The same name, apart from words such as “Stichting” or “Nederland”."))


# --- hosts and letters --------------------------------------------------------------------------


def _shared(keyed: list[tuple[str, int]]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The host that two organisations share, with the two."""
    for host, ids in _grouped(keyed).items():
        for pair in neighbours([(host, each) for each in ids], crowd=_HOST_CROWD):
            yield host, pair


def _grouped(keyed: list[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, value in keyed:
        found.setdefault(key, []).append(value)
    return found


def _misspelt(rows: list[OrganisationRow]) -> Iterator[tuple[int, int]]:
    """Pairs of long names that differ in a few letters, looked for among equal ends."""
    keyed: list[tuple[str, tuple[int, tuple[str, ...]]]] = []
    named = [(each.id, name) for each in rows for name in each.names if "/" not in name]
    for row_id, name in named:
        words = tuple(word for word in name_key(name).split() if word not in _LEGAL)
        whole = "".join(words)
        if len(whole) >= _LONG:
            keyed += [(f"{whole[:6]}…", (row_id, words)), (f"…{whole[-6:]}", (row_id, words))]
    for (one_id, one), (other_id, other) in neighbours(keyed):
        if one_id != other_id and _few_letters_apart(one, other):
            yield one_id, other_id


def _few_letters_apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names are one, misspelt: not where a whole word or a number differs."""
    if _digits(one) != _digits(other):
        return False
    is_aligned = len(one) == len(other)
    if is_aligned and any(_ratio(*words) < _WORDS_ALIKE for words in zip(one, other, strict=True)):
        return False
    return _ratio("".join(one), "".join(other)) >= (_ALIKE if is_aligned else _ALIKE_UNALIGNED)


def _digits(words: tuple[str, ...]) -> str:
    return "".join(letter for word in words for letter in word if letter.isdigit())


def _ratio(one: str, other: str) -> float:
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return min(matcher.quick_ratio(), matcher.ratio())
