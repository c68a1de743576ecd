"""A mailing is begun: the page, our own texts, templates and copies."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.errors import MailingNotReady, SessionNeeded
from campaigns.models import Mailing
from campaigns.presets import to_audience
from campaigns.selectors.beginnings import session_to_invite_for
from campaigns.services.beginning import begin_mailing, copy_mailing
from campaigns.services.groups import ensure_groups
from campaigns.services.mailings import check_mailing, plan_mailing, start
from campaigns.services.planning import start_due_mailings
from campaigns.starters import STARTERS
from campaigns.viewsets import viewset
from tests.campaigns.people import make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_theme
from tests.factories.content import make_series, make_session, make_session_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("noor", "noor@example.org", first_name="Noor")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


def _begin(key, session=None, **values):
    return begin_mailing(starter=STARTERS[key], session=session, by=None, now=NOW, **values)


# --- our own texts ------------------------------------------------------------------------


def test_invitation_is_begun_with_everything_filled_in():
    theme = make_theme()
    session = make_session(themes=[theme], contact_person="Noor de Wit")
    user = make_user()

    mailing = begin_mailing(starter=STARTERS["invitation"], session=session, by=user, now=NOW)

    assert (mailing.state, mailing.kind, mailing.purpose) == ("draft", "invitation", "invitations")
    assert mailing.title == f"Uitnodiging · {session}"
    assert mailing.audience == to_audience(
        "members_and_theme", theme=theme.slug, session=session.slug, leave_out_answered=True
    )
    assert mailing.plan == {"now": True}
    assert mailing.created_by == user
    assert mailing.subject_nl == "Denk je mee? {{ session.title }}"
    assert mailing.subject_en == "Will you think along? {{ session.title }}"
    assert [block.block_type for block in mailing.body_nl] == [
        *("text", "session", "text", "button", "button", "text")
    ]
    assert "Noor de Wit" in str(mailing.body_nl[-1].value)
    assert "{" not in str(mailing.body_nl).replace("{{", "").replace("}}", "")
    assert mailing.latest_revision is not None


def test_members_only_session_invites_members_only():
    session = make_session(themes=[make_theme()], eligibility="members")
    assert _begin("invitation", session).audience == to_audience(
        "members", session=session.slug, leave_out_answered=True
    )


def test_introduction_of_the_page_stands_in_the_invitation_and_is_no_merge_field():
    page = make_session_page(
        publish=True, introduction="Wat vertellen we?\n\nEn {{ contact.why }} klopt het? {sender}"
    )
    mailing = _begin("invitation", page.session)

    assert "Wat vertellen we? En  contact.why  klopt het? sender" in str(mailing.body_nl[0].value)
    # There is no English page, so nothing Dutch stands in the English mail.
    assert "Wat vertellen we" not in str(mailing.body_en)


@pytest.mark.parametrize("key", STARTERS)
def test_every_text_can_be_planned_once_somebody_is_to_get_it(key):
    session = make_session(starts_at=NOW + timedelta(days=60), ends_at=NOW + timedelta(days=61))

    mailing = _begin(key, session)

    # Nobody is there yet; nothing else is wrong.
    assert set(check_mailing(mailing_id=mailing.pk, now=NOW)) <= {
        "Niemand zou deze mailing krijgen: kijk naar de doelgroep."
    }


def test_text_about_the_report_waits_for_it_and_is_not_sent_without():
    session = make_session(starts_at=NOW + timedelta(days=60), ends_at=NOW + timedelta(days=61))
    register(session, make_contact())
    mailing = _begin("report", session)

    with pytest.raises(MailingNotReady, match="nog geen verslag"):
        start(mailing_id=mailing.pk, now=NOW)

    planned = plan_mailing(mailing_id=mailing.pk, now=NOW)
    assert (planned.state, planned.due_at) == ("planned", None)


@pytest.mark.parametrize("key", [key for key, each in STARTERS.items() if each.needs_session])
def test_text_about_a_session_is_not_begun_without_one(key):
    with pytest.raises(SessionNeeded):
        _begin(key)
    assert Mailing.objects.count() == 0


def test_announcement_needs_no_session_and_may_be_about_a_series():
    series = make_series(title="Verhalen")
    mailing = _begin("announcement", series=series)
    assert (mailing.audience, mailing.series) == ({"everyone": True}, series)
    assert mailing.title == "Algemene aankondiging · Verhalen"


# --- copies and templates -----------------------------------------------------------------


def test_copy_takes_text_audience_and_plan_to_another_session_and_none_of_the_run():
    old, new = make_session(), make_session()
    audience = {
        "all": [
            {"registration": {"session": old.slug, "states": ["registered"]}},
            {"not": {"organisation_registered": {"session": old.slug}}},
            {"not": {"registration": {"session": "another", "states": ["registered"]}}},
        ]
    }
    make_session(slug="another")
    plan = {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}
    source = make_mailing(
        state="done", session=old, audience=audience, plan=plan, sender_name="Noor", per="person"
    )

    copied = copy_mailing(mailing_id=source.pk, session=new, by=None, now=NOW)

    assert copied.pk != source.pk
    assert (copied.state, copied.frozen, copied.started_at) == ("draft", {}, None)
    assert (copied.session, copied.plan, copied.sender_name) == (new, plan, "Noor")
    assert copied.title == f"Kopie van {source.title}"
    assert copied.audience == {
        "all": [
            {"registration": {"session": new.slug, "states": ["registered"]}},
            {"not": {"organisation_registered": {"session": new.slug}}},
            {"not": {"registration": {"session": "another", "states": ["registered"]}}},
        ]
    }
    assert copied.body_nl.get_prep_value() == source.body_nl.get_prep_value()
    source.refresh_from_db()
    assert (source.state, source.session, source.audience) == ("done", old, audience)


def test_copy_leaves_a_moment_that_has_passed():
    session = make_session()
    for moment, kept in ((NOW - timedelta(days=1), False), (NOW + timedelta(days=1), True)):
        plan = {"at": moment.isoformat()}
        source = make_mailing(session=session, plan=plan)
        copied = copy_mailing(mailing_id=source.pk, session=session, by=None, now=NOW)
        assert copied.plan == (plan if kept else {})


def test_template_is_begun_from_and_never_sent():
    make_delegate()
    session = make_far_session()
    source = make_mailing(session=session, title="Zo nodigen we uit", plan={"now": True})

    template = copy_mailing(
        mailing_id=source.pk, session=session, by=None, now=NOW, as_template=True
    )
    begun = copy_mailing(mailing_id=template.pk, session=session, by=None, now=NOW)

    assert (template.is_template, begun.is_template) == (True, False)
    assert begun.title == f"Zo nodigen we uit · {session}"
    for act in (plan_mailing, start):
        with pytest.raises(MailingNotReady, match="sjabloon"):
            act(mailing_id=template.pk, now=timezone.now())
    assert check_mailing(mailing_id=template.pk, now=timezone.now()) != []
    Mailing.objects.filter(pk=template.pk).update(state="planned", due_at=NOW)
    assert start_due_mailings(now=timezone.now()) == []
    template.refresh_from_db()
    assert template.started_at is None


def test_copy_of_what_no_longer_holds_says_why_and_stores_nothing():
    source = make_mailing(audience={"theme": "weg"})
    with pytest.raises(ValidationError, match="weg"):
        copy_mailing(mailing_id=source.pk, session=None, by=None, now=NOW)
    assert Mailing.objects.count() == 1


# --- which session ------------------------------------------------------------------------


def test_nearest_session_without_an_invitation_is_offered():
    def published(days, **values):
        day = (NOW + timedelta(days=days)).date()
        return make_session_page(first_day=day, publish=True, **values).session

    published(-5)
    invited, cancelled, wanted = published(10), published(15, status="cancelled"), published(20)
    published(30)
    make_session(starts_at=NOW + timedelta(days=12), ends_at=NOW + timedelta(days=13))
    make_mailing(session=invited, kind="invitation", state="done")
    make_mailing(session=wanted, kind="reminder")
    make_mailing(session=wanted, kind="invitation", is_template=True)

    assert session_to_invite_for(NOW) == wanted
    assert cancelled != wanted
    make_mailing(session=wanted, kind="invitation")
    assert session_to_invite_for(NOW) not in (invited, cancelled, wanted)


def test_session_chooser_shows_what_is_to_come_first_and_finds_by_title(organiser):
    far = datetime(2100, 3, 4, 12, tzinfo=UTC)
    make_session(titles={"nl": "Geweest"})
    make_session(titles={"nl": "Later"}, starts_at=far + timedelta(9), ends_at=far + timedelta(9.1))
    make_session(titles={"nl": "Straks"}, starts_at=far, ends_at=far + timedelta(0.1))
    make_session(titles={"nl": "Ooit", "en": "One day"}, precision="unknown")
    url = reverse("session_chooser:choose_results")

    def found(words=""):
        page = organiser.get(url, {"q": words}).content.decode()
        names = ("Straks", "Later", "Ooit", "Geweest")
        return sorted((name for name in names if name in page), key=page.index)

    assert found() == ["Straks", "Later", "Ooit", "Geweest"]
    assert found("one d") == ["Ooit"]
    assert found("%00") == []


# --- the page -----------------------------------------------------------------------------


def test_new_mailing_begins_with_a_choice(organiser):
    make_mailing(is_template=True, title="Ons eigen sjabloon")
    make_mailing(title="Een gewone mailing")

    listing = organiser.get(_url("list")).content.decode()
    page = organiser.get(_url("begin")).content.decode()

    assert f'href="{_url("begin")}"' in listing
    assert page.count('name="begin_with"') == len(STARTERS) + 2
    assert "Ons eigen sjabloon" in page
    assert "Een gewone mailing" not in page


def test_choice_leads_to_the_editor(organiser):
    session = make_session()
    response = organiser.post(_url("begin"), {"begin_with": "no_answer", "session": session.pk})

    mailing = Mailing.objects.get()
    assert response.url == _url("edit", mailing.pk)
    assert mailing.created_by == User.objects.get(username="noor")
    form = organiser.get(response.url).context["form"]
    assert form["preset"].value() == "no_answer"
    assert (form["when"].value(), form["days"].value()) == ("relative", -7)


def test_empty_choice_makes_nothing_yet(organiser):
    session = make_session()
    response = organiser.post(_url("begin"), {"begin_with": "empty", "session": session.pk})
    assert response.url == f"{_url('add')}?session={session.slug}"
    assert organiser.post(_url("begin"), {"begin_with": "empty"}).url == _url("add")
    assert Mailing.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "begin_with"),
        ({"begin_with": "verzonnen"}, "begin_with"),
        ({"begin_with": "mailing:999"}, "begin_with"),
        ({"begin_with": "mailing:" + "9" * 40}, "begin_with"),
        ({"begin_with": "mailing:x"}, "begin_with"),
        ({"begin_with": "invitation"}, "session"),
        ({"begin_with": "invitation", "session": "999"}, "session"),
        ({"begin_with": "announcement", "series": "x"}, "series"),
    ],
)
def test_page_names_what_is_wrong_and_makes_nothing(organiser, data, field):
    response = organiser.post(_url("begin"), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Mailing.objects.count() == 0


@pytest.mark.parametrize("query", ["with=%00", "session=%00", "with=mailing:x", "session=nergens"])
def test_page_ignores_an_address_that_makes_no_sense(organiser, query):
    assert organiser.get(f"{_url('begin')}?{query}").status_code == 200


def test_copy_begins_on_the_same_page_and_keeps_the_session(organiser):
    session = make_session()
    source = make_mailing(session=session, title="Van vorig jaar")

    listing = organiser.get(_url("list")).content.decode()
    assert f"{_url('begin')}?with=mailing%3A{source.pk}" in listing
    page = organiser.get(f"{_url('begin')}?with=mailing:{source.pk}")
    assert page.context["form"]["session"].value() == session.pk
    assert "Van vorig jaar" in page.content.decode()
    data = {"begin_with": f"mailing:{source.pk}", "session": session.pk}
    response = organiser.post(_url("begin"), data)

    copied = Mailing.objects.latest("pk")
    assert response.url == _url("edit", copied.pk)
    assert (copied.title, copied.session) == ("Kopie van Van vorig jaar", session)


def test_empty_list_of_templates_says_what_to_do(organiser):
    make_mailing()
    for query in ("templates", "templates_results"):
        assert "Er zijn nog geen sjablonen" in organiser.get(_url(query)).content.decode()
    searched = organiser.get(f"{_url('templates')}?q=iets").content.decode()
    assert "Er zijn nog geen sjablonen" not in searched


def test_copy_may_be_about_a_session_and_its_series(organiser):
    session, series = make_session(), make_series()
    source = make_mailing(session=session, series=series)
    page = organiser.get(f"{_url('begin')}?with=mailing:{source.pk}")
    assert page.context["form"]["series"].value() == series.pk
    data = {"begin_with": f"mailing:{source.pk}", "session": session.pk, "series": series.pk}
    organiser.post(_url("begin"), data)
    copied = Mailing.objects.latest("pk")
    assert (copied.session, copied.series) == (session, series)


def test_template_is_kept_after_a_question_and_has_a_list_of_its_own(organiser):
    source = make_mailing(title="Zo doen we dat")
    overview = organiser.get(_url("overview", source.pk)).content.decode()
    assert _url("keep", source.pk) in overview

    assert organiser.get(_url("keep", source.pk)).status_code == 200
    assert Mailing.objects.filter(is_template=True).count() == 0
    organiser.post(_url("keep", source.pk))

    template = Mailing.objects.get(is_template=True)
    listing = organiser.get(_url("list")).content.decode()
    templates = organiser.get(_url("templates")).content.decode()
    assert (_url("edit", source.pk) in listing, _url("edit", template.pk) in listing) == (
        True,
        False,
    )
    assert _url("edit", template.pk) in templates
    assert _url("edit", source.pk) not in templates
    assert organiser.get(_url("templates_results")).status_code == 200
    assert (
        _url("act", template.pk, "start")
        not in organiser.get(_url("overview", template.pk)).content.decode()
    )


def test_templates_take_as_many_queries_for_one_as_for_three(organiser):
    def ask(name):
        with CaptureQueriesContext(connection) as queries:
            assert organiser.get(_url(name)).status_code == 200
        return len(queries)

    make_mailing(is_template=True)
    ask("templates")
    one = ask("templates"), ask("begin")
    make_mailing(is_template=True)
    make_mailing(is_template=True)
    assert (ask("templates"), ask("begin")) == one


@pytest.mark.parametrize("name", ["begin", "keep"])
def test_who_may_not_make_mailings_begins_none(client, name):
    mailing = make_mailing()
    user = make_user(permissions=["wagtailadmin.access_admin", "campaigns.view_mailing"])
    client.force_login(user)
    url = _url(name) if name == "begin" else _url(name, mailing.pk)

    assert client.get(url).status_code in (302, 403)
    client.post(url, {"begin_with": f"mailing:{mailing.pk}"})
    assert Mailing.objects.count() == 1
    assert _url("keep", mailing.pk) not in client.get(_url("overview", mailing.pk)).content.decode()
    assert client.get(reverse("session_chooser:choose")).status_code == 200
