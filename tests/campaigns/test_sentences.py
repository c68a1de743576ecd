"""Audiences said aloud: every condition, and how they nest, in both languages."""

import json
from typing import Any

import pytest

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.audience.parsing import _READERS
from contacts.models import Theme
from tests.factories.campaigns import make_mailing
from tests.factories.communities import make_community
from tests.factories.contacts import make_contact, make_theme
from tests.factories.content import make_session
from tests.factories.groups import make_group
from tests.factories.participation import make_poll

pytestmark = pytest.mark.django_db

MEMBERS, OTHERS = {"member": True}, {"member": False}
THEME, SESSION = {"theme": "migratie"}, {"session": "werksessie-2"}
SIGNED_UP = {"registration": SESSION | {"states": ["registered"]}}

AUDIENCES: list[dict[str, Any]] = [
    {"everyone": True},
    MEMBERS,
    OTHERS,
    THEME,
    {"community": "kring"},
    {"community": "kring", "tier": ["core", "partner"]},
    {"organisation_kind": ["ngo", "media"]},
    {"country": ["NL", "SR"]},
    {"role": ["primary", "alternate"]},
    {"language": "en"},
    {"tag": "kern"},
    {"contacts": [1]},
    {"contacts": [1, 2, 2]},
    {"consent": "announcements"},
    {"consent": "invitations:migratie"},
    {"consent": "coalition:zichtbaar"},
    SIGNED_UP,
    {"registration": SESSION | {"states": ["none", "declined", "waiting", "offered", "lapsed"]}},
    {"invited": SESSION},
    {"interested": SESSION},
    {"organisation_registered": SESSION},
    {"attendance": SESSION | {"values": ["present", "excused", "no_show", "unmarked"]}},
    {"learning_question": SESSION | {"given": True}},
    {"learning_question": SESSION | {"given": False}},
    {"agreement": SESSION | {"state": "open"}},
    {"agreement": SESSION | {"state": "done"}},
    {"agreement": SESSION | {"state": "dropped"}},
    {"answered": {"poll": 8}},
    {"received": {"mailing": 7}},
    # Nested.
    {"any": [MEMBERS, {"all": [OTHERS, THEME]}]},
    {"all": [{"any": [MEMBERS, {"all": [OTHERS, THEME]}]}, {"not": SIGNED_UP}]},
    {"all": [MEMBERS, {"language": "nl"}, {"not": {"tag": "bestuur"}}, {"not": SIGNED_UP}]},
    {"all": [MEMBERS, {"not": {"any": [{"tag": "bestuur"}, SIGNED_UP]}}]},
    {"any": [{"not": MEMBERS}, {"all": [MEMBERS, {"not": {"invited": SESSION}}]}]},
    {"not": {"not": MEMBERS}},
    {"all": [{"any": [MEMBERS]}]},
    # What is gone is named as it was.
    {"any": [{"theme": "weg"}, {"invited": {"session": "weg"}}, {"received": {"mailing": 99}}]},
    {"not": {"answered": {"poll": 99}}},
]


def _name_everything():
    make_theme(slug="migratie", name_nl="Migratie", name_en="Migration")
    make_session(slug="werksessie-2", titles={"nl": "Werksessie 2", "en": "Session 2"})
    make_community(slug="kring", name="Kring Verhalen")
    make_group(
        slug="zichtbaar", purpose="coalition", name_nl="Coalitie Zichtbaar", name_en="Be Seen"
    )
    make_poll(pk=8, question_nl="Wat heb je nodig?", question_en="What do you need?")
    make_mailing(pk=7, title="Uitnodiging werksessie 1")


def test_every_condition_is_said_aloud_in_both_languages(golden):
    _name_everything()
    lines = []
    for data in AUDIENCES:
        condition = audience.parse(data)
        lines.append(json.dumps(data, ensure_ascii=False))
        lines += [f"  {code}: {audience.sentence(condition, code)}" for code in ("nl", "en")]
    golden("audiences.txt", "\n".join(lines) + "\n")


def test_every_condition_is_in_the_list():
    single = [leaf for data in AUDIENCES for leaf, _ in c.leaves(audience.parse(data))]
    known = {type(audience.parse(data)) for data in AUDIENCES if set(data) <= set(_READERS)}
    assert {type(leaf) for leaf in single} == known
    assert len(known) == len(_READERS)


def test_names_take_as_many_queries_for_one_as_for_three(django_assert_num_queries):
    _name_everything()
    for number in range(2):
        make_theme(slug=f"thema-{number}")
    one = audience.parse({"any": [{"theme": "migratie"}, {"invited": SESSION}]})
    three = audience.parse(
        {"any": [*({"theme": each.slug} for each in Theme.objects.all()), {"invited": SESSION}]}
    )
    for condition in (one, three):
        with django_assert_num_queries(2):
            audience.sentence(condition, "nl")


def test_names_are_written_as_they_are_without_asking_again(django_assert_num_queries):
    _name_everything()
    person = make_contact()
    conditions = [audience.parse(data) for data in (THEME, {"contacts": [person.pk]})]
    names = audience.names_of(conditions)
    with django_assert_num_queries(0):
        assert [audience.sentence(each, "nl", names) for each in conditions] == [
            "Mensen die werken aan “Migratie”",
            "1 gekozen persoon",
        ]
