"""Segments: audiences with a name, kept from a mailing or made apart, and copied."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.builder.segments import segments
from campaigns.models import Mailing, Segment
from content.models import Session
from tests.campaigns.people import make_delegate
from tests.campaigns.test_builder import MEMBERS, Browser, _mailing, organiser  # noqa: F401 -- a fixture
from tests.campaigns.test_builder import _url as _builder
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact, make_theme
from tests.factories.content import make_session

pytestmark = pytest.mark.django_db


def _url(name, *args):
    return reverse(segments.get_url_name(name), args=args)


def _segment(name="Kern", audience=None):
    return Segment.objects.create(name=name, audience=audience or MEMBERS, created_at=NOW)


def test_segment_is_kept_from_a_mailing_and_begun_with_in_another(organiser):  # noqa: F811
    browser = Browser(organiser, _builder(_mailing()))
    browser.add("language", language="nl").press("keep", name=" Nederlandstalige leden ")

    segment = Segment.objects.get()
    assert (segment.name, segment.audience) == (
        "Nederlandstalige leden",
        {"all": [MEMBERS, {"language": "nl"}]},
    )
    assert str(segment.created_by) == "Organisator"
    other = _mailing({"everyone": True})
    browser = Browser(organiser, _builder(other)).press("begin", segment=segment.pk)
    assert browser.tree == segment.audience
    browser.press("save")
    segment.audience = {"tag": "kern"}
    segment.save()
    other.refresh_from_db()
    assert other.audience == {"all": [MEMBERS, {"language": "nl"}]}


def test_name_that_is_taken_is_refused_with_words(organiser):  # noqa: F811
    _segment()
    browser = Browser(organiser, _builder(_mailing()))
    for name in ("Kern", "", " ", "x" * 200):
        browser.press("keep", name=name)
        assert browser.response.context["problems"]
    assert Segment.objects.count() == 1


def test_segment_is_made_and_changed_in_the_same_builder(organiser):  # noqa: F811
    make_delegate(given_name="Yara", language="nl")
    make_delegate(language="en")
    make_contact(language="nl")
    browser = Browser(organiser, _url("add"))
    assert browser.response.context.get("numbers") is None
    browser.press("save", segment_name="Leden")
    assert browser.response.context["problems"] == ("Voeg minstens één voorwaarde toe.",)

    browser.add("member", member="yes")
    numbers = browser.response.context["numbers"]
    assert (numbers.recipients, numbers.organisations, numbers.languages) == (
        2,
        2,
        {"en": 1, "nl": 1},
    )
    assert browser.press("save", segment_name="Leden").response.url == _url("list")
    segment = Segment.objects.get()
    browser = Browser(organiser, _url("edit", segment.pk))
    browser.add("language", language="nl").press("list:recipients")
    assert [line.person.given_name for line in browser.response.context["lines"]] == ["Yara"]
    browser.press("why", q="yara", who="")
    assert "hoort erbij" in browser.response.context["answer"]
    browser.press("save", segment_name="Leden, Nederlands")
    segment.refresh_from_db()
    assert (segment.name, segment.audience) == (
        "Leden, Nederlands",
        {"all": [MEMBERS, {"language": "nl"}]},
    )


def test_list_says_each_in_a_sentence_and_what_is_gone(organiser):  # noqa: F811
    session = make_session(slug="weg", titles={"nl": "Werksessie 2", "en": "Session 2"})
    _segment("Zaal", {"invited": {"session": "weg"}})
    _segment("Kern")
    page = organiser.get(_url("list")).content.decode()
    assert "Leden" in page
    assert "Werksessie 2" in page

    Session.objects.filter(pk=session.pk).delete()
    Segment.objects.filter(name="Kern").update(audience={"vroeger": 1})
    page = organiser.get(_url("list")).content.decode()
    assert "Er is geen bijeenkomst “weg”." in page
    assert "vroeger" in page
    edit = _url("edit", Segment.objects.get(name="Kern").pk)
    assert "vroeger" in organiser.get(edit).context["problems"][0]


def test_list_takes_as_many_queries_for_one_as_for_three(organiser):  # noqa: F811
    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert organiser.get(_url("list")).status_code == 200
        return len(queries)

    _segment("een", {"theme": make_theme().slug})
    ask()
    one = ask()
    for name in ("twee", "drie"):
        _segment(name, {"theme": make_theme().slug})
    assert ask() == one


def test_empty_list_says_what_to_do(organiser):  # noqa: F811
    assert _url("add") in organiser.get(_url("list")).content.decode()


def test_who_may_not_keep_segments_cannot(client):
    client.force_login(
        make_user(permissions=["wagtailadmin.access_admin", "campaigns.change_mailing"])
    )
    segment = _segment()
    posted = {"audience": json.dumps(MEMBERS), "do": "save", "segment_name": "x"}
    for url in (_url("add"), _url("edit", segment.pk)):
        assert client.get(url).status_code in (302, 403)
        client.post(url, posted)
    mailing = _mailing()
    Browser(client, _builder(mailing)).press("keep", name="x")
    assert list(Segment.objects.values_list("name", flat=True)) == ["Kern"]
    assert Mailing.objects.get().audience == MEMBERS
