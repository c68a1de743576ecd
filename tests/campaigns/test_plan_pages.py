"""The pages of plans in the admin: seen, moved, copied, and by whom."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Mailing
from content.models import Session
from tests.campaigns.people import make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import make_contact
from tests.factories.content import make_series, make_session, make_session_page

pytestmark = pytest.mark.django_db

_READS = ("wagtailadmin.access_admin", "campaigns.view_mailing", "contacts.view_contact")
_ORGANISER = (
    *_READS,
    "campaigns.add_mailing",
    "campaigns.change_mailing",
    "campaigns.send_mailing",
)
PLAN = {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}


def _log_in(client, permissions):
    client.force_login(make_user(permissions=permissions))
    return client


@pytest.fixture
def organiser(client):
    return _log_in(client, _ORGANISER)


def _url(name, *args):
    return reverse(f"mailing_plans:{name}", args=args)


def _page(client, name, *args, query=""):
    response = client.get(_url(name, *args) + query)
    assert response.status_code == 200
    return response.content.decode()


def _planned(session, **values):
    due_at = timezone.now() + timedelta(days=30)
    return make_mailing(
        session=session,
        state="planned",
        due_at=due_at,
        due_for_version=1,
        plan={"at": due_at.isoformat()},
        **values,
    )


# --- asked on the page of a mailing ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"when": "at"}, "at", "Moment: Geef het moment."),
        ({"when": "at", "at": "gisteren"}, "at", "Moment: "),
        ({"when": "relative", "anchor": "session_start"}, "days", "Dagen: Vul dit ook in."),
        ({"when": "now", "repeat_times": "3"}, "repeat_days", "Dagen ertussen: Vul dit ook in."),
    ],
)
def test_plan_that_is_not_right_comes_back_as_it_was_given(organiser, given, field, words):
    mailing = make_mailing(session=make_far_session(), title="Kom je ook?")
    url = reverse("wagtailsnippets_campaigns_mailing:act", args=[mailing.pk, "plan"])
    answer = organiser.post(url, given)
    mailing.refresh_from_db()
    assert (answer.status_code, mailing.state, mailing.plan) == (422, "draft", {})
    assert words in answer.content.decode()
    assert list(answer.context["plan_form"].errors) == [field]
    assert {name: answer.context["plan_form"][name].value() for name in given} == given


def test_moment_that_is_past_comes_back_as_it_was_given(organiser):
    make_delegate()
    mailing = make_mailing(session=make_far_session(), audience={"member": True})
    url = reverse("wagtailsnippets_campaigns_mailing:act", args=[mailing.pk, "plan"])
    answer = organiser.post(url, {"when": "at", "at": "2020-01-01 10:00"})
    mailing.refresh_from_db()
    assert (answer.status_code, mailing.state, mailing.plan) == (422, "draft", {})
    form = answer.context["plan_form"]
    assert form.non_field_errors() == ["Dat moment is voorbij."]
    assert form["at"].value() == "2020-01-01 10:00"


@pytest.mark.parametrize(
    ("plan", "words"),
    [({}, "Verstuur naar 1 persoon"), (PLAN, "Plan in")],
)
def test_page_of_a_mailing_leads_with_what_it_is_made_for(organiser, plan, words):
    make_delegate()
    mailing = make_mailing(session=make_far_session(), audience={"member": True}, plan=plan)
    url = reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing.pk])
    page = organiser.get(url).content.decode()
    acts = page.split('class="mailing-acts"')[1].split("</div>")[0]
    assert re.findall(r'<a class="button" [^>]*>([^<]*)</a>', acts) == [words]


def test_new_mailing_begins_about_what_the_plan_is_of(organiser):
    session, series = make_far_session(), make_series()
    begin = reverse("wagtailsnippets_campaigns_mailing:begin")
    for name, whole, query in (
        ("session", session, f"session={session.slug}"),
        ("series", series, f"series={series.pk}"),
    ):
        assert f'href="{begin}?{query}"' in _page(organiser, name, whole.pk)
    assert organiser.get(f"{begin}?series={series.pk}").context["form"].initial["series"] == series
    for odd in ("x", "99999999", "9" * 40):
        assert organiser.get(f"{begin}?series={odd}").status_code == 200


# --- seen ---------------------------------------------------------------------------------------


def test_empty_plan_says_how_to_begin(organiser):
    for name, whole in (("series", make_series()), ("session", make_far_session())):
        assert "Begin met een uitnodiging." in _page(organiser, name, whole.pk)


def test_plan_shows_lines_and_what_is_wrong(organiser):
    series = make_series()
    session = make_far_session(series=series)
    _planned(session, title="Kom je ook?", audience={"member": True})
    make_mailing(title="Veel te laat", kind="reminder", session=session, plan=_days(1))
    make_mailing(title="Nog leeg", session=session)
    page = _page(organiser, "series", series.pk)
    assert [text for text in (str(session), "Kom je ook?", "Veel te laat") if text in page] == [
        str(session),
        "Kom je ook?",
        "Veel te laat",
    ]
    assert "De sessie is dan al begonnen." in page
    assert page.index("Nog zonder datum") < page.index("Nog leeg")
    assert "Begin met een uitnodiging." not in page


def _days(days):
    return {"relative": {"anchor": "session_start", "days": days, "time": "09:00"}}


def test_plan_says_what_a_profile_and_a_person_get(organiser):
    session = make_far_session()
    person = make_delegate(given_name="Ibtissam", family_name="Zoltan")
    register(session, person)
    none = {"registration": {"session": session.slug, "states": ["none"]}}
    make_mailing(session=session, plan=PLAN, audience=none)
    page = _page(organiser, "session", session.pk, query="?who=member")
    assert '<p class="plan-verdict plan-verdict-yes"><strong>Komt</strong></p>' in page
    page = _page(organiser, "session", session.pk, query=f"?contact={person.pk}")
    assert "Ibtissam Zoltan" in page
    sent = make_mailing(session=session, state="done")
    make_delivery(mailing=sent, contact=person, state="sent")
    assert "<strong>Komt niet</strong>: is al aangemeld" in page
    page = _page(organiser, "session", session.pk, query=f"?contact={person.pk}")
    assert "<strong>Ging naar deze persoon</strong>: verstuurd" in page


@pytest.mark.parametrize("query", ["?who=x", "?contact=x", f"?contact={10**30}", "?contact=0"])
def test_plan_takes_no_harm_from_what_is_nobody(organiser, query):
    assert "Komt" not in _page(organiser, "session", make_far_session().pk, query=query)


def test_list_of_plans_holds_series_and_loose_sessions(organiser):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            page = _page(organiser, "index")
        return page, len(queries)

    def add(title):
        series = make_series(title=title)
        _planned(make_far_session(series=series))
        return make_far_session(titles={"nl": f"los bij {title}"})

    assert "Er is nog geen traject" in ask()[0]
    add("Eén reeks")
    page, few = ask()
    assert ("Eén reeks" in page, "los bij Eén reeks" in page) == (True, True)
    add("Twee"), add("Drie")
    assert ask()[1] == few


def test_pages_around_lead_to_the_plan(organiser):
    series = make_series()
    page = make_session_page(parent=series, publish=True)
    session = Session.objects.get()
    mailing = _planned(session)
    overview = reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing.pk])
    assert _url("session", session.pk) in organiser.get(overview).content.decode()
    listing = reverse("wagtailsnippets_campaigns_mailing:list")
    assert _url("index") in organiser.get(listing).content.decode()
    organiser.force_login(make_user(is_superuser=True))
    for name, args, found in (
        ("wagtailadmin_pages:edit", [series.pk], _url("series", series.pk)),
        ("wagtailadmin_pages:edit", [page.pk], _url("session", session.pk)),
        ("session_desk:desk", [session.pk], _url("session", session.pk)),
    ):
        assert found in organiser.get(reverse(name, args=args)).content.decode()
    person = make_contact()
    inspect = reverse("wagtailsnippets_contacts_contact:inspect", args=[person.pk])
    assert _url("person", person.pk) in organiser.get(inspect).content.decode()


# --- by whom ------------------------------------------------------------------------------------


def _everything(mailing, person):
    session, other = mailing.session, make_far_session()
    return [
        (_url("index"), 200),
        (_url("session", session.pk), 200),
        (_url("person", person.pk), 200),
        (_url("copy_session", session.pk), 403),
        (_url("copy_session", session.pk) + f"?target={other.pk}", 403),
        (_url("move", mailing.pk), 403),
    ]


def _status(client, url):
    """What a visitor gets; Wagtail answers a refusal by leading to the first page."""
    response = client.get(url)
    if response.status_code == 302 and response["Location"] == reverse("wagtailadmin_home"):
        return 403
    return response.status_code


def test_who_only_reads_sees_no_acts_and_may_not_do_them(client):
    _log_in(client, _READS)
    session = make_far_session()
    mailing = _planned(session)
    pages = _everything(mailing, make_contact())
    assert [_status(client, url) for url, _expected in pages] == [found for _url_, found in pages]
    page = _page(client, "session", session.pk)
    acts = (_url("move", mailing.pk), _url("copy_session", session.pk))
    assert [act for act in acts if act in page] == []
    client.post(_url("move", mailing.pk), {"when": "at", "at": "2100-01-01 10:00"})
    mailing.refresh_from_db()
    assert mailing.plan == {"at": mailing.due_at.isoformat()}


def test_who_may_see_no_mailings_or_no_people_gets_no_page(client):
    mailing, person = _planned(make_far_session()), make_contact()
    _log_in(client, ("wagtailadmin.access_admin", "contacts.view_contact"))
    assert {_status(client, url) for url, _expected in _everything(mailing, person)} == {403}
    _log_in(client, ("wagtailadmin.access_admin", "campaigns.view_mailing"))
    assert _status(client, _url("person", person.pk)) == 403
    page = _page(client, "session", mailing.session.pk, query=f"?contact={person.pk}")
    assert (str(person) in page, 'name="contact"' in page) == (False, False)


def test_who_may_not_send_moves_drafts_alone(client):
    _log_in(client, [each for each in _ORGANISER if each != "campaigns.send_mailing"])
    session = make_far_session()
    draft, planned = make_mailing(session=session, plan=PLAN), _planned(session)
    page = _page(client, "session", session.pk)
    assert [_url("move", each.pk) in page for each in (draft, planned)] == [True, False]
    assert _status(client, _url("move", planned.pk)) == 403


# --- moved --------------------------------------------------------------------------------------


def _fields(**values):
    return {"when": "relative", "anchor": "session_start", "days": "-14", "clock": "10:30"} | values


def test_draft_gets_another_moment_and_stays_a_draft(organiser):
    session = make_far_session()
    mailing = make_mailing(session=session, plan=PLAN | {"late": "skip:P1D"}, state="checked")
    url = _url("move", mailing.pk)
    page = organiser.get(url).content.decode()
    assert ('value="-7"' in page, 'value="09:00"' in page) == (True, True)
    response = organiser.post(url, _fields())
    assert response["Location"] == _url("session", session.pk)
    mailing.refresh_from_db()
    relative = {"anchor": "session_start", "days": -14, "time": "10:30"}
    assert (mailing.state, mailing.plan) == ("draft", {"relative": relative, "late": "skip:P1D"})


def test_planned_mailing_moves_and_stays_planned(organiser):
    series = make_series()
    make_delegate()
    mailing = _planned(make_far_session(series=series))
    response = organiser.post(_url("move", mailing.pk) + "?from=series", _fields())
    assert response["Location"] == _url("series", series.pk)
    mailing.refresh_from_db()
    # Two weeks before 4 March 2100, half past ten in Utrecht.
    assert (mailing.state, mailing.due_at) == (
        "planned",
        datetime(2100, 2, 18, 9, 30, tzinfo=UTC),
    )
    assert mailing.plan == {"relative": {"anchor": "session_start", "days": -14, "time": "10:30"}}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (_fields(days=""), "Vul dit ook in."),
        (_fields(days="9999"), "730"),
        (_fields(when="at", at=""), "Geef het moment."),
        (_fields(when="at", at="2020-01-01 10:00"), "voorbij"),
        (_fields(when="ooit"), "ooit"),
    ],
)
def test_moment_that_is_none_is_refused_by_name(organiser, fields, problem):
    make_delegate()
    mailing = _planned(make_far_session())
    response = organiser.post(_url("move", mailing.pk), fields)
    assert response.status_code == 422
    assert problem in response.content.decode()
    before = mailing.due_at
    mailing.refresh_from_db()
    assert (mailing.state, mailing.due_at) == ("planned", before)


def test_mailing_that_was_sent_does_not_move(organiser):
    session = make_far_session()
    mailing = make_mailing(session=session, state="done", plan=PLAN)
    url = _url("move", mailing.pk)
    assert organiser.get(url)["Location"] == _url("session", session.pk)
    assert organiser.post(url, _fields()).status_code == 422
    mailing.refresh_from_db()
    assert (mailing.state, mailing.plan) == ("done", PLAN)


# --- copied -------------------------------------------------------------------------------------


def test_copying_shows_what_will_be_made_and_makes_it_on_post(organiser):
    source, target = make_session(), make_far_session()
    mailing = make_mailing(title="Week ervoor", session=source, plan=PLAN)
    url = f"{_url('copy_session', source.pk)}?target={target.pk}"
    page = organiser.get(url).content.decode()
    assert f'value="{mailing.pk}" id="copy-{mailing.pk}" checked' in page
    assert "donderdag 25 februari 2100, 09.00 uur" in page
    assert not Mailing.objects.filter(session=target).exists()
    response = organiser.post(url, {"mailing": [mailing.pk]})
    assert response["Location"] == _url("session", target.pk)
    assert [each.title for each in Mailing.objects.filter(session=target)] == ["Week ervoor"]
    page = organiser.get(url).content.decode()
    assert f'value="{mailing.pk}" id="copy-{mailing.pk}">' in page
    assert "Is al gekopieerd." in page
    # Pressing once more on the page as it was makes nothing; ticking it on this one does.
    organiser.post(url, {"mailing": [mailing.pk]})
    assert Mailing.objects.filter(session=target).count() == 1
    organiser.post(url, {"mailing": [mailing.pk], "there": [mailing.pk]})
    assert Mailing.objects.filter(session=target).count() == 2


def test_mailing_at_a_moment_is_copied_with_the_moment_that_was_typed(organiser):
    source, target = make_session(), make_far_session()
    mailing = make_mailing(session=source, plan={"at": "2026-03-01T09:00:00+01:00"})
    url = f"{_url('copy_session', source.pk)}?target={target.pk}"
    response = organiser.post(url, {"mailing": [mailing.pk]})
    assert response.status_code == 422
    assert "een moment dat nog moet komen" in response.content.decode()
    typed = {"mailing": [mailing.pk], f"at-{mailing.pk}": "2100-02-01 09:00"}
    organiser.post(url, typed)
    (made,) = Mailing.objects.filter(session=target)
    assert datetime.fromisoformat(made.plan["at"]) == datetime(2100, 2, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"mailing": ["x", "-1", "9" * 30]},
        {"mailing": "{pk}", "at-{pk}": "ooit"},
        {"mailing": "{pk}", "at-{pk}": "1900-01-01 09:00"},
    ],
)
def test_copying_nothing_or_nonsense_is_refused(organiser, posted):
    source, target = make_session(), make_far_session()
    mailing = make_mailing(session=source, plan={"at": "2026-03-01T09:00:00+01:00"})
    url = f"{_url('copy_session', source.pk)}?target={target.pk}"
    data = {
        name.format(pk=mailing.pk): value.format(pk=mailing.pk) if isinstance(value, str) else value
        for name, value in posted.items()
    }
    response = organiser.post(url, data)
    assert response.status_code == 422
    assert not Mailing.objects.filter(session=target).exists()


def test_target_that_is_none_is_asked_for_again(organiser):
    source = make_session()
    for target in ("x", "0", "9" * 30, str(source.pk)):
        url = f"{_url('copy_session', source.pk)}?target={target}"
        assert organiser.get(url).status_code == 200
        assert organiser.post(url, {"mailing": ["1"]}).status_code == 422


def test_series_is_copied_from_its_page(organiser):
    ours, theirs = make_series(), make_series()
    session, other = make_session(series=ours), make_far_session(series=theirs)
    mailing = make_mailing(session=session, plan=PLAN)
    lonely = make_mailing(session=make_session(series=ours, precision="unknown"), plan=PLAN)
    url = f"{_url('copy_series', ours.pk)}?target={theirs.pk}"
    page = organiser.get(url).content.decode()
    assert (f'id="copy-{mailing.pk}"' in page, f'id="copy-{lonely.pk}"' in page) == (True, False)
    assert organiser.post(url, {"mailing": [lonely.pk]}).status_code == 422
    organiser.post(url, {"mailing": [mailing.pk]})
    assert Mailing.objects.filter(session=other).count() == 1
