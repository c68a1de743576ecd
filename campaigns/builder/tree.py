"""The JSON of an audience as a tree that a person changes by buttons. Pure: nothing is asked.

While it is being built, the root is always a group: `{"all": […]}` or `{"any": […]}`. A place in
it is the way to it from the root, as in `("all", 0, "not", "any", 1)`. Nothing changes in place.
"""

import copy
from typing import Any

from django.utils.translation import gettext as _

from campaigns.errors import CampaignError

Place = tuple[str | int, ...]

GROUPS = ("all", "any")
_OTHER = {"all": "any", "any": "all"}

#: More than the parser reads; what is deeper cannot come from a page of ours.
_LONGEST = 40


class PlaceUnknown(CampaignError):
    """The tree has nothing there: it was changed in another window, or nobody of us asks."""

    def __init__(self) -> None:
        super().__init__(_("That condition is not there any more."))


def read_place(text: str) -> Place:
    """Return the place that a button names, such as "all.0.not". Raises PlaceUnknown."""
    parts = text.split(".")[:_LONGEST]
    found = tuple(
        int(part) if part.isascii() and part.isdecimal() and len(part) < 6 else part
        for part in parts
    )
    if not all(isinstance(part, int) or part in (*GROUPS, "not") for part in found):
        raise PlaceUnknown
    return found


def write_place(place: Place) -> str:
    """Return the place as a button names it."""
    return ".".join(str(part) for part in place)


def key_of(data: Any) -> str:
    """Return "all" or "any" when it is a group, else nothing."""
    if isinstance(data, dict) and len(data) == 1:
        key = next(iter(data))
        if key in GROUPS and isinstance(data[key], list):
            return str(key)
    return ""


def as_group(data: Any) -> dict[str, Any]:
    """Return the audience with a group as its root; that of nothing is empty."""
    if key_of(data):
        return dict(data)
    return {"all": [] if data == {} else [data]}


def plainest(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the same audience without a root that holds one condition alone; {} when empty."""
    found: Any = tree
    while key := key_of(found):
        if len(found[key]) > 1:
            break
        found = found[key][0] if found[key] else {}
    return dict(found)


def at(tree: Any, place: Place) -> Any:
    """Return what stands at a place. Raises PlaceUnknown."""
    found = tree
    for part in place:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError) as error:
            raise PlaceUnknown from error
    return found


def bare(tree: Any, place: Place) -> Place:
    """Return the place of the condition itself, behind every `not` before it."""
    found = at(tree, place)
    while isinstance(found, dict) and found.keys() == {"not"}:
        place, found = (*place, "not"), found["not"]
    return place


def is_negated(tree: Any, place: Place) -> bool:
    """Whether the condition at a place is left out: not not is asked for."""
    return (len(bare(tree, place)) - len(place)) % 2 == 1


def put(tree: dict[str, Any], place: Place, data: Any) -> dict[str, Any]:
    """Return the tree with `data` at a place where something stands."""
    at(tree, place)
    made = copy.deepcopy(tree)
    at(made, place[:-1])[place[-1]] = data
    return made


def add(tree: dict[str, Any], group: Place, data: Any) -> dict[str, Any]:
    """Return the tree with a condition added to the group at a place."""
    key = _group_key(tree, group)
    made = copy.deepcopy(tree)
    at(made, group)[key].append(data)
    return made


def remove(tree: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the tree without a condition; a group that it leaves empty goes with it."""
    at(tree, place)
    made, row = copy.deepcopy(tree), _row(place)
    del _list_of(made, row)[_number(row)]
    if not at(made, row[:-1]) and len(row) > 2:
        return remove(made, row[:-2])
    return made


def turn(tree: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the tree with a condition asked for that was left out, or the other way."""
    found = at(tree, place)
    if isinstance(found, dict) and found.keys() == {"not"}:
        return put(tree, place, found["not"])
    return put(tree, place, {"not": found})


def switch(tree: dict[str, Any], group: Place) -> dict[str, Any]:
    """Return the tree with "all of these" instead of "at least one", or the other way."""
    key = _group_key(tree, group)
    changed = {_OTHER[key]: at(tree, group)[key]}
    return put(tree, group, changed) if group else copy.deepcopy(changed)


def gather(tree: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the tree with a condition in a group of its own, of the kind that it is not in."""
    key = str(_row(place)[-2])
    return put(tree, place, {_OTHER[key]: [at(tree, place)]})


def dissolve(tree: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the tree with the conditions of a group standing where the group stood."""
    key, row = _group_key(tree, place), _row(place)
    if row != place:
        raise PlaceUnknown
    made = copy.deepcopy(tree)
    around, number = _list_of(made, row), _number(row)
    around[number : number + 1] = around[number][key]
    return made


def _group_key(tree: Any, place: Place) -> str:
    key = key_of(at(tree, place))
    if not key:
        raise PlaceUnknown
    return key


def _row(place: Place) -> Place:
    """Return the place in a list that holds this one, with the `not`s before it."""
    while place and place[-1] == "not":
        place = place[:-1]
    if len(place) < 2 or not isinstance(place[-1], int):
        raise PlaceUnknown
    return place


def _list_of(tree: Any, row: Place) -> list[Any]:
    at(tree, row)
    found = at(tree, row[:-1])
    if not isinstance(found, list):
        raise PlaceUnknown
    return found


def _number(row: Place) -> int:
    return int(row[-1])
