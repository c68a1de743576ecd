"""The builder of a mailing's audience in the admin: built by buttons alone, counted, saved."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Revision

from campaigns.models import Mailing, Segment
from campaigns.selectors import dry_run
from campaigns.services.groups import ensure_groups
from campaigns.viewsets import viewset
from contacts.models import Theme
from tests.campaigns.people import make_delegate
from tests.campaigns.test_mailing_admin import _form
from tests.factories.base import make_user
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.communities import make_community
from tests.factories.contacts import (
    NOW,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_theme,
)
from tests.factories.groups import make_group
from tests.factories.participation import make_poll

pytestmark = pytest.mark.django_db

MEMBERS = {"member": True}


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("Organisator", "organisator@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


def _url(mailing):
    return reverse(viewset.get_url_name("audience"), args=[mailing.pk])


def _mailing(audience=None, **values):
    return make_mailing(session=make_far_session(), audience=audience or MEMBERS, **values)


class Browser:
    """Somebody without a script: presses the buttons of the page with what its forms hold."""

    def __init__(self, client, url):
        self.client, self.url = client, url
        self.response = client.get(url)

    @property
    def page(self):
        return unescape(self.response.content.decode())

    @property
    def tree(self):
        return json.loads(self.response.context["state"])

    def press(self, do, **values):
        held = {
            name: unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', self._form()
            )
        }
        self.response = self.client.post(self.url, held | values | {"do": do})
        return self

    def _form(self):
        """The form that holds the fields which are open, else that of the tree."""
        forms = re.findall(r"<form.*?</form>", self.response.content.decode(), re.S)
        fields = [form for form in forms if "builder-fields" in form]
        return (fields or [form for form in forms if 'id="builder-tree"' in form])[0]

    def add(self, name, group="", **fields):
        self.press(f"add:{group}", **{f"kind:{group}": name})
        return self.press("put", **{f"f-{key}": value for key, value in fields.items()})


# --- building ---------------------------------------------------------------------------------


def test_audience_is_built_by_buttons_alone_and_saved(organiser):
    make_theme(slug="migratie", name_nl="Migratie")
    mailing = _mailing({"everyone": True}, state="planned", plan={"now": True})
    session = mailing.session.slug
    gone = {"registration": {"session": session, "states": ["registered", "waiting"]}}
    browser = Browser(organiser, _url(mailing))

    browser.press("change:all.0").press("cancel").press("remove:all.0")
    assert browser.tree == {"all": []}
    browser.add("member", member="yes").press("gather:all.0")
    browser.add("theme", "all.0", theme="migratie")
    browser.add("registration", session=session, states=["registered", "waiting"])
    browser.press("turn:all.1")
    assert Mailing.objects.get().audience == {"everyone": True}
    answer = browser.press("save").response

    assert answer.url == reverse(viewset.get_url_name("edit"), args=[mailing.pk])
    mailing.refresh_from_db()
    assert (mailing.state, mailing.audience) == (
        "draft",
        {
            "all": [
                {"any": [MEMBERS, {"theme": "migratie"}]},
                {"not": gone},
            ]
        },
    )
    assert Revision.objects.for_instance(mailing).latest("pk").as_object().audience == (
        mailing.audience
    )
    sentence = organiser.get(_url(mailing)).context["sentence"]
    assert sentence == (
        "Leden of mensen die werken aan “Migratie”, maar niet: aangemeld of op de wachtlijst voor "
        f"“{mailing.session.title('nl')}”"
    )


def test_every_kind_of_condition_is_filled_in_and_read_again(organiser):
    make_theme(slug="migratie")
    make_community(slug="kring")
    make_group(slug="zichtbaar", purpose="coalition")
    make_organisation(country="BE")
    person = make_contact(tags=["kern"])
    mailing, sent = _mailing(), make_mailing(state="done")
    session, poll = mailing.session.slug, make_poll()
    filled: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "everyone": ({}, {"everyone": True}),
        "role": ({"role": ["facilitator"]}, {"role": ["facilitator"]}),
        "language": ({"language": "en"}, {"language": "en"}),
        "tag": ({"tag": "kern"}, {"tag": "kern"}),
        "contacts": ({"pick": [person.pk]}, {"contacts": [person.pk]}),
        "member": ({"member": "no"}, {"member": False}),
        "theme": ({"theme": "migratie"}, {"theme": "migratie"}),
        "community": (
            {"community": "kring", "tiers": ["core"]},
            {"community": "kring", "tier": ["core"]},
        ),
        "organisation_kind": (
            {"organisation_kind": ["ngo", "media"]},
            {"organisation_kind": ["ngo", "media"]},
        ),
        "country": ({"country": ["BE"]}, {"country": ["BE"]}),
        "registration": (
            {"session": session, "states": ["none", "declined"]},
            {"registration": {"session": session, "states": ["none", "declined"]}},
        ),
        "invited": ({"session": session}, {"invited": {"session": session}}),
        "interested": ({"session": session}, {"interested": {"session": session}}),
        "organisation_registered": (
            {"session": session},
            {"organisation_registered": {"session": session}},
        ),
        "attendance": (
            {"session": session, "values": ["present"]},
            {"attendance": {"session": session, "values": ["present"]}},
        ),
        "learning_question": (
            {"session": session, "given": "no"},
            {"learning_question": {"session": session, "given": False}},
        ),
        "agreement": (
            {"session": session, "state": "open"},
            {"agreement": {"session": session, "state": "open"}},
        ),
        "consent": ({"consent": "coalition:zichtbaar"}, {"consent": "coalition:zichtbaar"}),
        "answered": ({"poll": poll.pk}, {"answered": {"poll": poll.pk}}),
        "received": ({"mailing": sent.pk}, {"received": {"mailing": sent.pk}}),
    }
    browser = Browser(organiser, _url(mailing))
    assert {name for _heading, pairs in browser.response.context["kinds"] for name, _ in pairs} == (
        set(filled)
    )
    for place, (name, (fields, condition)) in enumerate(filled.items(), start=1):
        browser.add(name, **fields)
        assert browser.tree["all"][place] == condition
        browser.press(f"change:all.{place}")
        form = browser.response.context["editing"].form
        assert form.initial == type(form).initial_of(condition, name) | form.initial
        browser.press("cancel")
    browser.press("save")
    mailing.refresh_from_db()
    assert mailing.audience == {"all": [MEMBERS, *(made for _fields, made in filled.values())]}


def test_people_are_found_chosen_and_let_go_without_a_script(organiser):
    yara, yves = make_delegate(given_name="Yara"), make_contact(given_name="Yves")
    make_contact(given_name="Xander")
    make_contact(given_name="Yolanda", erased_at="2026-01-01T00:00Z")
    browser = Browser(organiser, _url(_mailing()))

    browser.press("add:", **{"kind:": "contacts"}).press("search", **{"f-q": "y"})
    found = browser.response.context["editing"].form.fields["pick"].choices
    assert {int(pk) for pk, _name in found} == {yara.pk, yves.pk}
    browser.press("search", **{"f-pick": [yara.pk, yves.pk], "f-q": "xand"})
    chosen = browser.response.context["editing"].form
    assert chosen.chosen == [yara.pk, yves.pk]
    browser.press("put", **{"f-keep": [yves.pk]})

    assert browser.tree == {"all": [MEMBERS, {"contacts": [yves.pk]}]}


def test_fields_that_are_wrong_say_so_and_nothing_is_lost(organiser):
    browser = Browser(organiser, _url(_mailing()))

    for name in ("theme", "registration", "role", "contacts", "received", "consent"):
        browser.add(name, theme="verzonnen", session="nergens", role="keizer", mailing="x")
        assert browser.response.context["editing"].form.errors
        assert browser.tree == {"all": [MEMBERS]}
        browser.press("cancel")
    browser.press("search", **{"f-q": "", "kind": "contacts", "place": "", "is_new": "1"})
    assert browser.response.context["editing"].form.errors["q"]


# --- what may not break it --------------------------------------------------------------------


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"audience": "geen json", "do": "save"},
        {"audience": "[" * 100_000, "do": "save"},
        {"audience": '{"not":' * 500 + "{}" + "}" * 500, "do": "remove:all.0"},
        {"audience": '{"all": []}', "do": "save"},
        {"audience": '{"all": [{"theme": "verzonnen"}]}', "do": "save", "was": "x"},
        {"do": "remove:all.9"},
        {"do": "remove:" + "all.0." * 500},
        {"do": "change:all"},
        {"do": "add:all.0.member", "kind:all.0.member": "tag"},
        {"do": "add:", "kind:": "verzonnen"},
        {"do": "put", "kind": "verzonnen"},
        {"do": "put", "kind": "tag", "place": "all.7"},
        {"do": "put", "kind": "tag", "place": "not.not", "is_new": "1"},
        {"do": "put", "kind": "contacts", "f-ids": "x,9" * 4000, "is_new": "1"},
        {"do": "put", "kind": "contacts", "f-pick": "9" * 30, "is_new": "1"},
        {"do": "list:verzonnen:-1"},
        {"do": "list:excluded:999999"},
        {"do": "why:99999999999999999999"},
        {"do": "why", "q": "\x00" * 500},
        {"do": "begin", "segment": "9" * 40},
        {"do": "keep", "name": ""},
        {"do": "keep", "name": "x" * 4000},
        {"do": "read", "json": '{"agreement": {"poll": 1}}'},
        {"do": "constructor", "list": "__proto__", "who": "-1"},
    ],
)
def test_hostile_post_gets_the_page_again_and_changes_nothing(organiser, posted):
    mailing = _mailing()
    whole = {"audience": json.dumps({"all": [MEMBERS]})} | posted

    response = organiser.post(_url(mailing), whole)

    assert response.status_code == 200
    assert Mailing.objects.get().audience == MEMBERS
    assert Segment.objects.count() == 0


def test_two_hundred_conditions_are_refused_with_the_words_that_were_typed(organiser):
    mailing = _mailing()
    many = json.dumps({"any": [{"tag": f"label-{number}"} for number in range(200)]})
    browser = Browser(organiser, _url(mailing))

    browser.press("read", json=many)

    assert browser.response.context["problems"] == ("audience: Hoogstens 100 voorwaarden.",)
    assert browser.response.context["typed"] == many
    assert browser.tree == {"all": [MEMBERS]}
    browser.press("read", json=json.dumps({"any": [{"tag": f"l{n}"} for n in range(100)]}))
    assert len(browser.tree["any"]) == 100
    browser.add("member", member="yes")
    assert browser.response.context["problems"] == ("Hoogstens 100 voorwaarden.",)
    assert len(browser.tree["any"]) == 100


def test_groups_nest_so_deep_and_no_deeper(organiser):
    browser = Browser(organiser, _url(_mailing()))
    place = "all.0"
    browser.add("language", language="nl")
    for number in range(12):
        browser.press(f"gather:{place}")
        key = "all" if number % 2 else "any"
        if browser.response.context["problems"]:
            break
        browser.add("language", place, language="en")
        place = f"{place}.{key}.0"
    assert browser.response.context["problems"] == ("Te diep genest.",)
    assert number == 7
    browser.press("save")
    assert browser.response.status_code == 302


def test_theme_that_was_removed_meanwhile_is_pointed_at(organiser):
    make_theme(slug="migratie")
    mailing = _mailing({"any": [MEMBERS, {"theme": "migratie"}]})
    Theme.objects.all().delete()
    browser = Browser(organiser, _url(mailing))

    lines = browser.response.context["root"].lines
    assert [line.problem for line in lines] == ["", "Er is geen thema “migratie”."]
    browser.press("save")
    assert browser.response.context["problems"] == ("Er is geen thema “migratie”.",)
    browser.press("remove:any.1").press("save")
    mailing.refresh_from_db()
    assert mailing.audience == MEMBERS


def test_change_of_somebody_else_is_not_overwritten_unseen(organiser):
    mailing = _mailing()
    browser = Browser(organiser, _url(mailing)).press("turn:all.0")
    Mailing.objects.update(audience={"language": "en"})

    browser.press("save")
    assert "intussen veranderd" in browser.response.context["problems"][0]
    assert Mailing.objects.get().audience == {"language": "en"}
    browser.press("save")
    assert Mailing.objects.get().audience == {"not": MEMBERS}


@pytest.mark.parametrize("state", ["sending", "paused", "done", "cancelled"])
def test_audience_of_what_was_started_stands(organiser, state):
    mailing = _mailing(state=state)
    overview = reverse(viewset.get_url_name("overview"), args=[mailing.pk])

    assert organiser.get(_url(mailing)).url == overview
    posted = {"audience": '{"everyone": true}', "do": "save"}
    assert organiser.post(_url(mailing), posted).url == overview
    assert Mailing.objects.get().audience == MEMBERS


def test_who_may_not_edit_mailings_gets_no_builder(client):
    mailing = _mailing()
    client.force_login(make_user(permissions=["wagtailadmin.access_admin"]))
    for response in (client.get(_url(mailing)), client.post(_url(mailing), {"do": "save"})):
        assert response.status_code in (302, 403)
    assert Mailing.objects.get().audience == MEMBERS


def test_who_may_not_see_people_chooses_none_and_searches_none(client):
    make_delegate(given_name="Yara")
    permissions = ["wagtailadmin.access_admin", "campaigns.change_mailing"]
    client.force_login(make_user(permissions=permissions))
    browser = Browser(client, _url(_mailing()))

    assert "contacts" not in str(browser.response.context["kinds"])
    browser.press("add:", **{"kind:": "contacts"})
    assert browser.response.context["editing"] is None
    browser.press("why", q="Yara")
    assert not browser.response.context.get("found")
    assert not browser.response.context.get("answer")


# --- beside it --------------------------------------------------------------------------------


def test_counts_and_lists_follow_the_tree_and_say_why(organiser):
    yara = make_delegate(given_name="Yara", family_name="", language="nl")
    make_delegate(given_name="Zoë", family_name="", language="en", email="")
    make_contact(given_name="Xander", family_name="")
    browser = Browser(organiser, _url(_mailing({"everyone": True})))

    numbers = browser.response.context["numbers"]
    assert (numbers.recipients, numbers.organisations, numbers.languages) == (1, 1, {"nl": 1})
    assert numbers.excluded == {"no_address": 1, "no_basis": 1}
    browser.press("list:excluded")
    assert {(str(line.person), line.reason) for line in browser.response.context["lines"]} == {
        ("Zoë", "geen e-mailadres"),
        ("Xander", "geen lidmaatschap of toestemming voor dit soort mail"),
    }
    browser.press("list:no_address")
    assert [str(line.person) for line in browser.response.context["lines"]] == ["Zoë"]
    browser.press("list:recipients").add("language", language="en")
    assert browser.response.context["lines"] == []
    assert browser.response.context["numbers"].recipients == 0
    browser.press("remove:all.1")
    assert [line.person for line in browser.response.context["lines"]] == [yara]


def test_why_not_this_person_is_answered_in_a_sentence(organiser):
    make_delegate(given_name="Yara", family_name="", language="nl")
    make_contact(given_name="Yolanda", family_name="", language="en")
    browser = Browser(organiser, _url(_mailing({"all": [MEMBERS, {"language": "nl"}]})))

    browser.press("why", q="yara")
    assert browser.response.context["answer"] == "Yara krijgt deze mail."
    browser.press("turn:all.1")
    assert browser.response.context["answer"] == (
        "Yara krijgt deze mail niet: de doelgroep laat weg: “Mensen die Nederlands lezen”."
    )
    browser.press("why", q="yolanda", who="")
    assert browser.response.context["answer"] == (
        "Yolanda krijgt deze mail niet: de doelgroep vraagt om “Leden”."
    )
    browser.press("why", q="y", who="")
    assert [str(each) for each in browser.response.context["found"]] == ["Yara", "Yolanda"]
    browser.press("why", q="niemand", who="")
    assert browser.response.context["found_nobody"] is True


def test_script_gets_the_changing_part_alone(organiser):
    mailing = _mailing()
    posted = {"audience": json.dumps({"all": [MEMBERS]}), "do": "turn:all.0"}
    part = organiser.post(_url(mailing), posted, HTTP_X_FRAGMENT="1").content.decode()

    assert "<html" not in part
    assert 'id="builder-tree"' in part


def test_page_takes_as_many_queries_for_one_as_for_three(organiser):
    tags = [{"tag": "kern"}]

    def ask():
        themes = [{"theme": theme.slug} for theme in Theme.objects.all()]
        mailing = _mailing({"any": [*themes, *tags]})
        browser = Browser(organiser, _url(mailing))
        with CaptureQueriesContext(connection) as queries:
            browser.press("list:recipients")
        assert len(browser.response.context["root"].lines) == len(themes) + 1
        assert len(browser.response.context["lines"]) == len(themes)
        return len(queries)

    def one_more():
        theme = make_theme()
        member = make_member(themes=(theme,))
        make_representation(make_contact(), member)

    one_more()
    ask()
    one = ask()
    one_more()
    one_more()
    assert ask() == one


def test_dry_run_and_people_take_as_many_queries_for_one_as_for_three(organiser):
    mailing = _mailing({"all": [MEMBERS, {"not": {"tag": "bestuur"}}]})
    people = reverse(viewset.get_url_name("people"), args=[mailing.pk])

    def ask():
        with CaptureQueriesContext(connection) as queries:
            dry_run(mailing, NOW)
            assert organiser.get(people).status_code == 200
        return len(queries)

    make_delegate()
    ask()
    one = ask()
    make_delegate()
    make_delegate(tags=["bestuur"])
    assert ask() == one


@pytest.mark.parametrize("key", ["all", "any"])
def test_hundred_conditions_are_counted_listed_and_explained(organiser, key):
    yara = make_delegate(given_name="Yara")
    mailing = _mailing()
    none = {"registration": {"session": mailing.session.slug, "states": ["none", "declined"]}}
    many = json.dumps({key: [none] * 99 + [{"not": MEMBERS}]})
    browser = Browser(organiser, _url(mailing)).press("read", json=many)

    browser.press("list:excluded" if key == "all" else "list:recipients")
    assert [line.person for line in browser.response.context["lines"]] == [yara]
    browser.press("why", q="yara", who="")
    assert ("krijgt deze mail niet" in browser.response.context["answer"]) == (key == "all")


# --- the editor -------------------------------------------------------------------------------


def test_something_else_leads_to_the_builder_after_saving(organiser):
    answer = organiser.post(reverse(viewset.get_url_name("add")), _form(preset="own"))
    mailing = Mailing.objects.get()
    assert (answer.url, mailing.audience) == (_url(mailing), MEMBERS)

    edit = reverse(viewset.get_url_name("edit"), args=[mailing.pk])
    page = organiser.get(edit).content.decode()
    assert _url(mailing) in page
    assert "<strong>Leden</strong>" in page
    assert organiser.post(edit, _form(preset="own")).url == _url(mailing)
    Mailing.objects.update(audience={"all": [MEMBERS, {"tag": "kern"}]})
    assert organiser.post(edit, _form(preset="own")).url != _url(mailing)
    assert Mailing.objects.get().audience == {"all": [MEMBERS, {"tag": "kern"}]}
