"""An audience while somebody works on it: the tree as it came, one act, and the tree after it.

Nothing is stored: the whole state travels in the form. The tree that is shown can always be read
by `audience.parse`, or is empty; an act that would make it unreadable is refused with the words.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.audience.parsing import DEPTH_MAX
from campaigns.builder import tree as trees
from campaigns.builder.fields import ConditionForm
from campaigns.builder.kinds import KINDS, Kind, kind_of, open_form
from campaigns.builder.people import PeopleForm
from campaigns.builder.tree import Place, PlaceUnknown
from campaigns.errors import AudienceInvalid, CampaignError

Tree = dict[str, Any]


class DraftUnreadable(CampaignError):
    """What was posted is no audience."""


@dataclass(frozen=True, slots=True)
class Editing:
    """The fields that are open: of a condition at `place`, or of a new one in the group there."""

    place: Place
    is_new: bool
    kind: Kind
    form: ConditionForm

    @property
    def can_search(self) -> bool:
        return isinstance(self.form, PeopleForm)

    @property
    def written_place(self) -> str:
        return trees.write_place(self.place)


@dataclass(frozen=True, slots=True)
class Draft:
    """The tree, the fields that are open, and what went wrong."""

    tree: Tree
    editing: Editing | None = None
    problems: tuple[str, ...] = field(default=())

    @property
    def audience(self) -> Tree:
        """The JSON to keep; {} as long as there is no condition."""
        return trees.plainest(self.tree)

    @property
    def condition(self) -> c.Condition | None:
        return audience.parse(self.audience) if self.audience else None


def begin(data: Any) -> Draft:
    """Return the draft of what is stored."""
    try:
        return Draft(_readable(trees.as_group(data)))
    except AudienceInvalid as error:
        return Draft({"all": []}, problems=(str(error),))


def read_tree(text: str) -> Tree:
    """Return the tree of a form, or of what somebody typed. Raises DraftUnreadable."""
    try:
        return _readable(trees.as_group(json.loads(text)))
    except AudienceInvalid as error:
        raise DraftUnreadable(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise DraftUnreadable(_("This is not JSON.")) from error


def _readable(tree: Tree) -> Tree:
    """Return a tree when it can be read, or is empty. Raises AudienceInvalid.

    Groups of one that are still to grow do not count for its depth, up to as many again.
    """
    inner: Any = tree
    for _level in range(DEPTH_MAX):
        key = trees.key_of(inner)
        if not key or len(inner[key]) != 1:
            break
        inner = inner[key][0]
    if inner not in ({"all": []}, {"any": []}):
        audience.parse(inner)
    return tree


_CHANGES: dict[str, Callable[[Tree, Place], Tree]] = {
    "remove": trees.remove,
    "turn": trees.turn,
    "switch": trees.switch,
    "gather": trees.gather,
    "dissolve": trees.dissolve,
}


def act(tree: Tree, do: str, posted: Any, *, hidden: frozenset[str] = frozenset()) -> Draft:
    """Return the draft after a button: "remove:all.0", "add:", "change:all.1", "put", "search".

    `hidden` are kinds that this person may not fill in. What cannot be done leaves the tree alone.
    """
    name, _colon, place = do.partition(":")
    try:
        if name in _CHANGES:
            return Draft(_readable(_CHANGES[name](tree, _place(place))))
        if name == "add":
            kind = _allowed(posted.get(f"kind:{place}", ""), hidden)
            trees.add(tree, _place(place), {})
            return Draft(tree, Editing(_place(place), True, kind, open_form(kind)))
        if name == "change":
            return _change(tree, _place(place), hidden)
        if name in ("put", "search"):
            return _put(tree, posted, hidden, is_search=name == "search")
    except (AudienceInvalid, PlaceUnknown) as error:
        words = error.message if isinstance(error, AudienceInvalid) else str(error)
        return Draft(tree, problems=(words,))
    return Draft(tree)


def _place(text: str) -> Place:
    return trees.read_place(text) if text else ()


def _allowed(name: str, hidden: frozenset[str]) -> Kind:
    if name not in KINDS or name in hidden:
        raise PlaceUnknown
    return KINDS[name]


def _change(tree: Tree, place: Place, hidden: frozenset[str]) -> Draft:
    bare = trees.bare(tree, place)
    condition = trees.at(tree, bare)
    kind = kind_of(condition)
    if kind is None or kind.name in hidden:
        raise PlaceUnknown
    return Draft(tree, Editing(bare, False, kind, open_form(kind, condition=condition)))


def _put(
    tree: Tree, posted: Mapping[str, Any], hidden: frozenset[str], *, is_search: bool
) -> Draft:
    place, is_new = _place(posted.get("place", "")), posted.get("is_new") == "1"
    kind = _allowed(posted.get("kind", ""), hidden)
    before = trees.at(tree, place)
    condition = None if is_new or kind_of(before) != kind else before
    form = open_form(kind, condition=condition, data=posted)
    editing = Editing(place, is_new, kind, form)
    if is_search and isinstance(form, PeopleForm):
        form.find()
        return Draft(tree, editing)
    if not form.is_valid():
        return Draft(tree, editing)
    made = form.condition()
    try:
        audience.parse(made)
        changed = trees.add(tree, place, made) if is_new else trees.put(tree, place, made)
        return Draft(_readable(changed))
    except AudienceInvalid as error:
        return Draft(tree, editing, problems=(error.message,))
