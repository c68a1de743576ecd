"""People who may be the same: by name together with organisation, address or phone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext_lazy as _

from contacts.lookalikes.pairs import Likeness, Pairs, neighbours
from contacts.names import name_key

_PREFIX_WORDS = "van von de der den het ten ter te t s la le du da dos el al op in bij aan uit"
_SHARED_NAMES = (
    "info contact office secretariaat bureau mail post administratie hello team bestuur"
    " communicatie redactie"
)
#: What stands before a family name, in the field for it, in the name itself, or nowhere.
_PREFIXES = frozenset(_PREFIX_WORDS.split())
#: Addresses that several people use by turns.
_SHARED = frozenset(_SHARED_NAMES.split())
_GOOGLE = ("gmail.com", "googlemail.com")
#: Of a phone number so many of the last digits count: the rest is written in every way.
_PHONE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`organisations` are the ids of all for which the person speaks or spoke."""

    id: int
    given_name: str
    initials: str
    family_name: str
    address_key: str
    phone: str
    organisations: frozenset[int] = frozenset()


class _First(IntEnum):
    """How two first names agree."""

    DIFFERENT = 0
    UNKNOWN = 1
    INITIAL = 2
    SAME = 3


def alike_people(rows: Iterable[PersonRow], domains: Mapping[str, int]) -> Pairs:
    """Return the pairs that may be one person. Near-linear in the number of rows.

    `domains` says of which organisation a mail domain is.
    """
    rows = list(rows)
    families = {row.id: _family(row.family_name) for row in rows}
    pairs = Pairs()
    for one, other in neighbours(_by_place(rows, families)):
        if strength := (0, 60, 80, 100)[_first(one, other)]:
            reason = _("The same name at the same organisation.")
            pairs.add(one.id, other.id, Likeness(strength, reason))
    for one, other in neighbours(_by_mailbox(rows)):
        if _may_be_one(one, other, families):
            reason = _("The same mailbox, written in another way.")
            pairs.add(one.id, other.id, Likeness(95, reason))
    for one, other in neighbours(_by_local_part(rows, domains)):
        if _may_be_one(one, other, families):
            reason = _("The same address at two domains of one organisation.")
            pairs.add(one.id, other.id, Likeness(90, reason))
    for one, other in neighbours(_by_phone(rows, families)):
        if strength := (0, 65, 70, 75)[_first(one, other)]:
            reason = _("The same phone number and family name.")
            pairs.add(one.id, other.id, Likeness(strength, reason))
    return pairs


# --- keys ---------------------------------------------------------------------------------------

_Keyed = Iterator[tuple[tuple[str, int | str], PersonRow]]


def _by_place(rows: list[PersonRow], families: Mapping[int, str]) -> _Keyed:
    for row in rows:
        if family := families[row.id]:
            yield from (((family, organisation), row) for organisation in row.organisations)


def _by_mailbox(rows: list[PersonRow]) -> _Keyed:
    for row in rows:
        local, _at, domain = row.address_key.partition("@")
        if local:
            is_google = domain in _GOOGLE
            plain = local.partition("+")[0]
            mailbox = plain.replace(".", "") if is_google else plain
            yield (mailbox, _GOOGLE[0] if is_google else domain), row


def _by_local_part(rows: list[PersonRow], domains: Mapping[str, int]) -> _Keyed:
    for row in rows:
        local, _at, domain = row.address_key.partition("@")
        if len(local) > 2 and local not in _SHARED:
            own = {domains[domain]} if domain in domains else set()
            yield from (((local, organisation), row) for organisation in row.organisations | own)


def _by_phone(rows: list[PersonRow], families: Mapping[int, str]) -> _Keyed:
    for row in rows:
        digits = "".join(each for each in row.phone if each.isdigit())[-_PHONE_DIGITS:]
        if len(digits) == _PHONE_DIGITS and families[row.id]:
            yield (families[row.id], digits), row


def _family(family_name: str) -> str:
    """The family name as it is compared: without what stands before it."""
    words = name_key(family_name).split()
    while len(words) > 1 and words[0] in _PREFIXES:
        words = words[1:]
    return "".join(words)


# --- names --------------------------------------------------------------------------------------


def _may_be_one(one: PersonRow, other: PersonRow, families: Mapping[int, str]) -> bool:
    """Whether the names can be of one person: what is not known says nothing."""
    both = {families[one.id], families[other.id]} - {""}
    return len(both) < 2 and _first(one, other) != _First.DIFFERENT


def _first(one: PersonRow, other: PersonRow) -> _First:
    if one.given_name and other.given_name:
        is_same = name_key(one.given_name) == name_key(other.given_name)
        return _First.SAME if is_same else _First.DIFFERENT
    firsts = [name_key(each.given_name or each.initials) for each in (one, other)]
    if not all(firsts):
        return _First.UNKNOWN
    if firsts[0] == firsts[1]:
        return _First.SAME
    return _First.INITIAL if firsts[0][0] == firsts[1][0] else _First.DIFFERENT
