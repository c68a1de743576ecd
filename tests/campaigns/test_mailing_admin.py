"""Mailings in the admin: list, editor, preview, overview, sending, and who may do what."""

import json
import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, ModelLogEntry, Revision

from base import tokens
from campaigns.models import Delivery, Mailing
from campaigns.presets import Preset, recognise, to_audience
from campaigns.services.groups import ROLES, ensure_groups
from campaigns.services.planning import start_due_mailings
from campaigns.viewsets import viewset
from contacts.models import Notice
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import make_contact, make_member, make_representation, make_theme
from tests.factories.content import make_session
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db


def _log_in(client, role):
    ensure_groups()
    user = User.objects.create_user(role, f"{role}@example.org".lower())
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def organiser(client):
    return _log_in(client, "Organisator")


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


def _member(**values):
    return make_representation(make_contact(**values), make_member()).contact


def _form(**values):
    """What the editor posts."""
    data = {
        "title": "Uitnodiging",
        "kind": "invitation",
        "purpose": "invitations",
        "session": "",
        "series": "",
        "preset": "members",
        "theme": "",
        "per": "person",
        "when": "",
        "sender_name": "",
        "reply_to": "",
        "subject_nl": "Dag",
        "subject_en": "Hello",
        "preheader_nl": "",
        "preheader_en": "",
        "body_nl-count": "0",
        "body_en-count": "0",
        "attachments-count": "0",
    }
    return data | values


# --- presets ------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", [each for each in Preset if each != Preset.OWN])
@pytest.mark.parametrize("leave_out", [True, False])
def test_preset_is_recognised_in_its_own_json(preset, leave_out):
    about = {"session": "s1", "group": "coalition:zichtbaar"}
    data = to_audience(preset, theme="migratie", leave_out_answered=leave_out, **about)

    found = recognise(data, **about)
    assert found["preset"] == preset
    again = to_audience(
        preset,
        theme=found["theme"],
        leave_out_answered=found["leave_out_answered"],
        **about,
    )
    assert again == data


# --- the editor -----------------------------------------------------------------------------


def test_editor_writes_audience_and_plan_from_plain_fields(organiser):
    session, theme = make_session(), make_theme()
    response = organiser.post(
        _url("add"),
        _form(
            session=session.pk,
            preset="members_and_theme",
            theme=theme.pk,
            leave_out_answered="on",
            when="relative",
            anchor="session_start",
            days="-7",
            clock="09:00",
        ),
    )

    assert response.status_code == 302
    mailing = Mailing.objects.get()
    assert mailing.audience == to_audience(
        "members_and_theme", theme=theme.slug, session=session.slug, leave_out_answered=True
    )
    assert mailing.plan == {"relative": {"anchor": "session_start", "days": -7, "time": "09:00"}}
    assert mailing.created_by is not None
    assert mailing.created_by.username == "Organisator"
    page = organiser.get(_url("edit", mailing.pk)).content.decode()
    assert re.search(r'value="members_and_theme"\s+selected', page)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subject_nl": "Dag {{ contact.password }}"}, "subject_nl"),
        ({"preset": "theme"}, "theme"),
        ({"preset": "registered"}, "session"),
        ({"when": "at"}, "at"),
        ({"when": "relative", "anchor": "session_start"}, "days"),
        ({"purpose": "service"}, "purpose"),
    ],
)
def test_editor_names_what_is_wrong_and_stores_nothing(organiser, wrong, field):
    response = organiser.post(_url("add"), _form(**wrong))

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert Mailing.objects.count() == 0


def test_edit_returns_a_planned_mailing_to_draft(organiser):
    mailing = make_mailing(state="planned", plan={"now": True})

    organiser.post(_url("edit", mailing.pk), _form(title="Anders"))

    mailing.refresh_from_db()
    assert (mailing.title, mailing.state, mailing.due_at) == ("Anders", "draft", None)


@pytest.mark.parametrize("state", ["sending", "paused", "done", "cancelled"])
def test_started_mailing_cannot_be_edited(organiser, state):
    mailing = make_mailing(state=state, title="Zo was het")

    assert organiser.get(_url("edit", mailing.pk)).url == _url("overview", mailing.pk)
    organiser.post(_url("edit", mailing.pk), _form(title="Anders"))

    mailing.refresh_from_db()
    assert (mailing.title, mailing.state) == ("Zo was het", state)


def test_autosave_of_a_stale_editor_leaves_the_run_state_alone(organiser):
    mailing = make_mailing(state="planned", plan={"now": True})
    stale = Mailing.objects.get(pk=mailing.pk)
    Mailing.objects.filter(pk=mailing.pk).update(state="sending", frozen={"messages": {}})

    stale.title = "Anders"
    stale.save()
    revision = stale.save_revision(clean=False)

    mailing.refresh_from_db()
    assert (mailing.state, mailing.frozen) == ("sending", {"messages": {}})
    restored = Revision.objects.get(pk=revision.pk).as_object()
    assert (restored.title, restored.state) == ("Anders", "sending")


def test_autosave_answers_in_json(organiser):
    mailing = make_mailing()

    response = organiser.post(
        _url("edit", mailing.pk), _form(title="Vanzelf"), HTTP_ACCEPT="application/json"
    )

    assert json.loads(response.content)["success"] is True
    mailing.refresh_from_db()
    assert mailing.title == "Vanzelf"


def test_preview_shows_each_language_as_mail_and_text(organiser):
    mailing = make_mailing(session=make_session())
    url = _url("preview_on_edit", mailing.pk)
    form = _form(session=mailing.session_id, subject_nl="Denk je mee, {{ contact.given_name }}?")
    block = (
        '{"blocks":[{"key":"a","text":"Dag allemaal","type":"unstyled","depth":0,'
        '"inlineStyleRanges":[],"entityRanges":[]}],"entityMap":{}}'
    )
    form |= {
        "body_nl-count": "1",
        "body_nl-0-deleted": "",
        "body_nl-0-order": "0",
        "body_nl-0-type": "text",
        "body_nl-0-id": "x",
        "body_nl-0-value": block,
    }
    assert organiser.post(url, form).json()["is_valid"] is True

    page = organiser.get(f"{url}?mode=html-nl").content.decode()
    text = organiser.get(f"{url}?mode=text-nl").content.decode()

    assert "Denk je mee, Amina?" in page
    assert "Dag allemaal" in page
    assert "omdat Stichting Voorbeeld lid is van" in text


# --- list and overview ------------------------------------------------------------------------


def test_list_takes_as_many_queries_for_one_as_for_three(organiser):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert organiser.get(_url("list")).status_code == 200
        return len(queries)

    make_delivery(mailing=make_mailing(state="sending"))
    ask()
    one = ask()
    for _ in range(2):
        make_delivery(mailing=make_mailing(state="sending"))
    assert ask() == one


def test_overview_says_who_and_who_not_and_what_is_wrong(organiser):
    _member(given_name="Yara")
    stranger = make_contact(given_name="Xander")
    mailing = make_mailing(session=make_far_session(), subject_nl="")

    page = organiser.get(_url("overview", mailing.pk)).content.decode()
    assert "Yara" in page
    assert "?reason=no_basis" in page
    assert _url("act", mailing.pk, "start") not in page

    people = organiser.get(_url("people", mailing.pk)).content.decode()
    excluded = organiser.get(f"{_url('people', mailing.pk)}?reason=no_basis").content.decode()
    assert ("Yara" in people, "Xander" in people) == (True, False)
    assert ("Yara" in excluded, stranger.email in excluded) == (False, True)


def test_sending_is_confirmed_with_its_number_and_then_planned(organiser):
    _member()
    _member()
    mailing = make_mailing(session=make_far_session())
    url = _url("act", mailing.pk, "start")

    assert url in organiser.get(_url("overview", mailing.pk)).content.decode()
    confirm = organiser.get(url)
    assert (confirm.status_code, confirm.context["numbers"].recipients) == (200, 2)
    assert Mailing.objects.get().state == "draft"
    organiser.post(url)

    mailing.refresh_from_db()
    assert mailing.state == "planned"
    assert start_due_mailings(now=timezone.now()) == [mailing.pk]
    assert Delivery.objects.filter(state="queued").count() == 2
    assert ModelLogEntry.objects.filter(action="campaigns.plan").count() == 1


def test_running_mailing_is_paused_resumed_and_its_unknown_rows_decided(organiser):
    mailing = make_mailing(state="sending")
    row = make_delivery(mailing=mailing, state="unknown")
    make_delivery(
        mailing=mailing, state="refused", reply_code=550, reply_text="5.1.1 no such <user>"
    )

    page = organiser.get(_url("overview", mailing.pk)).content.decode()
    assert "5.1.1 no such &lt;user&gt;" in page
    organiser.post(_url("act", mailing.pk, "pause"))
    assert Mailing.objects.get().state == "paused"
    organiser.post(_url("act", mailing.pk, "resume"))
    assert Mailing.objects.get().state == "sending"
    decision = {"decision": "sent", "row": [row.pk], "confirmed": "1"}
    organiser.post(_url("decide", mailing.pk), decision)
    row.refresh_from_db()
    assert row.state == "sent"
    assert organiser.get(_url("act", mailing.pk, "cancel")).status_code == 200
    assert Mailing.objects.get().state == "sending"
    organiser.post(_url("act", mailing.pk, "cancel"))
    assert Mailing.objects.get().state == "cancelled"


def test_test_mail_and_check_from_the_overview(organiser):
    _member()
    mailing = make_mailing(session=make_far_session())

    organiser.post(_url("test", mailing.pk), {"address": "noor@example.org"})
    assert Notice.objects.count() == 2
    organiser.post(_url("test", mailing.pk), {"address": "geen adres"})
    assert Notice.objects.count() == 2
    organiser.post(_url("act", mailing.pk, "check"))
    assert Mailing.objects.get().state == "checked"
    organiser.post(
        _url("act", mailing.pk, "plan"),
        {"when": "relative", "anchor": "session_start", "days": "-7", "clock": "09:00"},
    )
    mailing.refresh_from_db()
    assert (mailing.state, str(mailing.due_at)) == ("planned", "2100-02-25 08:00:00+00:00")


# --- who may ----------------------------------------------------------------------------------


def test_groups_are_made_once_and_keep_what_was_added_by_hand():
    first = ensure_groups()
    extra = first[0].permissions.model.objects.get(codename="delete_mailing")
    first[0].permissions.add(extra)

    second = ensure_groups()

    assert [group.name for group in second] == [role.name for role in ROLES]
    assert Group.objects.filter(name__in=[role.name for role in ROLES]).count() == 4
    assert extra in second[0].permissions.all()
    assert GroupPagePermission.objects.filter(group=second[0]).count() == 3


@pytest.mark.parametrize("role", ["Redacteur", "Relatiebeheerder"])
def test_who_may_not_send_does_not_see_mailings(client, role):
    mailing = make_mailing()
    _log_in(client, role)

    for name in ("overview", "people"):
        assert client.get(_url(name, mailing.pk)).status_code in (302, 403)
    client.post(_url("act", mailing.pk, "start"))
    client.post(_url("test", mailing.pk), {"address": "noor@example.org"})
    assert (Mailing.objects.get().state, Notice.objects.count()) == ("draft", 0)


def test_who_may_edit_but_not_send_cannot_start(organiser):
    group = Group.objects.get(name="Organisator")
    group.permissions.remove(group.permissions.get(codename="send_mailing"))
    mailing = make_mailing(session=make_far_session())
    _member()

    page = organiser.get(_url("overview", mailing.pk))
    assert page.status_code == 200
    assert _url("act", mailing.pk, "start") not in page.content.decode()
    organiser.post(_url("act", mailing.pk, "start"))
    assert Mailing.objects.get().state == "draft"


# --- view in browser --------------------------------------------------------------------------


def test_mail_is_shown_in_the_browser_by_its_own_link(client):
    mailing = make_mailing(state="sending", session=make_session())
    one = make_delivery(mailing=mailing, contact=make_contact(given_name="Yara"))
    make_delivery(mailing=mailing, contact=make_contact(given_name="Xander"))

    response = client.get(f"/m/{tokens.make('browser', one.pk)}/")

    assert response.status_code == 200
    assert "Yara" in response.content.decode()
    assert "Xander" not in response.content.decode()
    assert "style-src 'unsafe-inline'" in response["Content-Security-Policy"]
    assert response["X-Robots-Tag"] == "noindex"
    assert client.get(f"/m/{tokens.make('preferences', one.pk)}/").status_code == 404
    assert client.get(f"/m/{one.pk}/", follow=True).status_code == 404
    assert client.post(f"/m/{tokens.make('browser', one.pk)}/").status_code == 405


def test_first_page_shows_what_waits(client):
    make_mailing(state="checked", title="Uitnodiging die wacht")
    make_mailing(title="Concept dat niemand hoeft te zien")
    client.force_login(make_user(is_superuser=True, is_staff=True))
    content = client.get("/admin/").content.decode()
    assert "Uitnodiging die wacht" in content
    assert "Concept dat niemand" not in content


def test_first_page_of_an_editor_shows_no_mailings(client):
    make_mailing(state="checked", title="Uitnodiging die wacht")
    client.force_login(make_user(permissions=["wagtailadmin.access_admin"]))
    assert "Uitnodiging die wacht" not in client.get("/admin/").content.decode()


def test_mailing_begun_at_a_session_is_for_its_participants(organiser):
    session = make_session()
    make_registration(session=session)
    desk = organiser.get(reverse("session_desk:desk", args=[session.pk])).content.decode()
    assert f"{_url('begin')}?with=registered&amp;session={session.slug}" in desk
    path = f"{reverse(viewset.get_url_name('add'))}?session={session.slug}"
    form = organiser.get(path).context["form"]
    assert (form.instance.session, form["preset"].value()) == (session, Preset.REGISTERED)
    for unknown in ("nergens", "%00"):
        address = f"{reverse(viewset.get_url_name('add'))}?session={unknown}"
        assert organiser.get(address).context["form"].instance.session is None
