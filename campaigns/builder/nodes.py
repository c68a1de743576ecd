"""The tree of an audience as the page shows it: every condition in words, with its buttons."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.audience.parsing import DEPTH_MAX
from campaigns.builder import tree as trees
from campaigns.builder.drafts import Draft, Editing
from campaigns.builder.kinds import kind_of
from campaigns.builder.tree import Place


@dataclass(frozen=True, slots=True)
class Node:
    """One line: a condition in words, or a group with its lines.

    `place` is that of the line, with its `not`; `group_place` that of the group itself.
    """

    place: str
    group_place: str
    is_negated: bool
    key: str
    words: str
    problem: str
    can_change: bool
    can_gather: bool
    editing: Editing | None
    adding: Editing | None
    lines: list["Node"] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return bool(self.key)


@dataclass(frozen=True, slots=True)
class _Page:
    """What all nodes of one page share."""

    draft: Draft
    names: audience.Names
    nobody: frozenset[int]
    language: str
    hidden: frozenset[str]


def nodes(draft: Draft, language: str, *, hidden: frozenset[str] = frozenset()) -> Node:
    """Return the root group; what everything is called takes a fixed number of queries."""
    condition = draft.condition
    leaves = [leaf for leaf, _positive in c.leaves(condition)] if condition else []
    page = _Page(
        draft=draft,
        names=audience.names_of([condition] if condition else []),
        nobody=frozenset(audience.lost_people(leaves)),
        language=language,
        hidden=hidden,
    )
    return _node(page, ())


def _node(page: _Page, place: Place) -> Node:
    tree = page.draft.tree
    bare = trees.bare(tree, place) if place else place
    data = trees.at(tree, bare)
    key, editing = trees.key_of(data), page.draft.editing
    is_open = editing is not None and editing.place == bare
    condition = None if key else audience.parse(data)
    kind = kind_of(data)
    return Node(
        place=trees.write_place(place),
        group_place=trees.write_place(bare) if key else "",
        is_negated=bool(place) and trees.is_negated(tree, place),
        key=key,
        words=audience.sentence(condition, page.language, page.names) if condition else "",
        problem=_problem(condition, page) if condition else "",
        can_change=kind is not None and kind.name not in page.hidden | {"everyone"},
        can_gather=len(place) // 2 < DEPTH_MAX,
        editing=editing if is_open and editing and not editing.is_new else None,
        adding=editing if is_open and editing and editing.is_new else None,
        lines=[_node(page, (*bare, key, number)) for number in range(len(data[key]))]
        if key
        else [],
    )


def _problem(condition: c.Condition, page: _Page) -> str:
    if isinstance(condition, c.Named) and page.nobody.intersection(condition.contacts):
        return _("Somebody of them is not there any more.")
    return audience.lost(condition, page.names)
