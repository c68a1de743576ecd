"""The tree of an audience, changed by buttons: every act, and what may not break."""

from typing import Any

import pytest

from campaigns import audience
from campaigns.audience.parsing import _READERS
from campaigns.builder import tree as trees
from campaigns.builder.drafts import DraftUnreadable, begin, read_tree
from campaigns.builder.kinds import KINDS
from campaigns.builder.tree import PlaceUnknown

A, B, C = {"member": True}, {"language": "nl"}, {"tag": "kern"}


def test_every_condition_can_be_chosen():
    assert set(KINDS) == set(_READERS)


@pytest.mark.parametrize(
    ("stored", "tree"),
    [
        ({}, {"all": []}),
        (A, {"all": [A]}),
        ({"not": A}, {"all": [{"not": A}]}),
        ({"any": [A, B]}, {"any": [A, B]}),
    ],
)
def test_audience_is_shown_as_a_group_and_kept_as_it_was(stored, tree):
    assert trees.as_group(stored) == tree
    assert trees.plainest(tree) == stored


def test_conditions_are_added_changed_and_removed_at_their_place():
    tree = {"all": [A, {"any": [B, {"not": C}]}]}

    assert trees.add(tree, (), C) == {"all": [*tree["all"], C]}
    assert trees.add(tree, ("all", 1), A) == {"all": [A, {"any": [B, {"not": C}, A]}]}
    assert trees.put(tree, ("all", 1, "any", 1, "not"), A) == {"all": [A, {"any": [B, {"not": A}]}]}
    assert trees.remove(tree, ("all", 0)) == {"all": [{"any": [B, {"not": C}]}]}
    assert trees.remove(tree, ("all", 1, "any", 1, "not")) == {"all": [A, {"any": [B]}]}


def test_group_that_becomes_empty_goes_with_its_last_condition():
    assert trees.remove({"all": [A, {"not": {"any": [B]}}]}, ("all", 1, "not", "any", 0)) == {
        "all": [A]
    }
    assert trees.remove({"all": [{"any": [B]}]}, ("all", 0, "any", 0)) == {"all": []}


def test_not_is_put_before_a_condition_and_taken_away():
    asked = {"all": [A]}
    left_out = trees.turn(asked, ("all", 0))

    assert left_out == {"all": [{"not": A}]}
    assert trees.is_negated(left_out, ("all", 0))
    assert trees.turn(left_out, ("all", 0)) == asked
    assert not trees.is_negated({"all": [{"not": {"not": A}}]}, ("all", 0))
    assert trees.bare({"all": [{"not": {"not": A}}]}, ("all", 0)) == ("all", 0, "not", "not")


def test_groups_are_switched_made_and_dissolved():
    assert trees.switch({"all": [A, B]}, ()) == {"any": [A, B]}
    assert trees.switch({"all": [{"not": {"any": [A]}}]}, ("all", 0, "not")) == {
        "all": [{"not": {"all": [A]}}]
    }
    grouped = trees.gather({"all": [A, B]}, ("all", 1))
    assert grouped == {"all": [A, {"any": [B]}]}
    assert trees.dissolve(grouped, ("all", 1)) == {"all": [A, B]}


@pytest.mark.parametrize(
    "place",
    ["", "all", "all.7", "any.0", "all.0.member", "all.0.not", "all.-1", "all.x", "all.99999999"],
)
def test_place_that_is_not_there_is_refused(place):
    with pytest.raises(PlaceUnknown):
        trees.remove({"all": [A]}, trees.read_place(place))


@pytest.mark.parametrize("place", ["all.0.not", "all.0", "all"])
def test_group_with_not_before_it_or_no_group_is_not_dissolved(place):
    with pytest.raises(PlaceUnknown):
        trees.dissolve({"all": [{"not": {"any": [A]}}]}, trees.read_place(place))


def test_acts_leave_the_tree_that_was_given_alone():
    tree = {"all": [A, {"any": [B]}]}
    for act in (trees.remove, trees.turn, trees.gather):
        act(tree, ("all", 1, "any", 0))
    trees.add(tree, ("all", 1), C)
    trees.switch(tree, ())
    assert tree == {"all": [A, {"any": [B]}]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "geen json",
        "[" * 100_000,
        '{"not": ' * 5000 + '{"member": true}' + "}" * 5000,
        '{"all": [' * 900 + '{"member": true}' + "]}" * 900,
        '{"member": 1e999}',
        '{"contacts": [' + "9" * 5000 + "]}",
        '{"all": [{"any": []}, {"member": true}]}',
        '{"theme": "\\u0000"}',
        "[]",
        "null",
        '"everyone"',
    ],
)
def test_text_that_is_no_audience_is_refused_with_words(text):
    with pytest.raises(DraftUnreadable):
        read_tree(text)


def test_audience_of_the_deepest_that_can_be_stored_can_be_changed():
    deepest: dict[str, Any] = A
    for number in range(8):
        deepest = {"all" if number % 2 else "any": [deepest, B]}
    assert audience.parse(deepest)
    assert begin(deepest).audience == deepest
