"""The editor around the text: fields, proofs, saving by itself, going back, and bad input."""

import json

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.errors import MailingChanged
from campaigns.field_names import named_fields
from campaigns.models import Mailing
from campaigns.services.groups import ensure_groups
from campaigns.services.mailings import save_mailing, start
from campaigns.viewsets import viewset
from tests.campaigns.people import make_delegate
from tests.campaigns.test_mailing_admin import _form
from tests.factories.base import bearer, make_token, make_user
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW
from tests.factories.content import make_document

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("Organisator", "organisator@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


# --- the list of fields ------------------------------------------------------------------------


def test_editor_names_every_field_in_both_languages_with_its_code_to_copy(organiser):
    page = organiser.get(_url("edit", make_mailing().pk)).content.decode()

    for each in named_fields():
        assert str(each.label) in page
        assert f"{{{{ {each.name}" in page
    assert "|default:&quot;jij&quot;" in page
    assert "|default:&quot;you&quot;" in page
    assert page.count("data-merge-fields") == 2
    assert "bijeen/admin/merge_fields" in page


# --- proofs beside the text --------------------------------------------------------------------


def test_editor_shows_what_must_and_what_could_be_better(organiser):
    mailing = make_mailing(
        body_nl=[{"type": "text", "value": '<p><a href="nergens">Klik hier</a></p>'}]
    )

    panel = organiser.get(_url("proofs", mailing.pk)).content.decode()
    assert "is geen adres" in panel
    assert "zegt niet waar hij heen leidt" in panel
    assert "is geen adres" in organiser.get(_url("edit", mailing.pk)).content.decode()


def test_overview_groups_what_must_and_what_could_be_better(organiser):
    make_delegate(given_name="")
    mailing = make_mailing(
        session=make_far_session(),
        body_nl=[{"type": "text", "value": "<p>Dag {{ contact.given_name }}</p>"}],
    )

    page = organiser.get(_url("overview", mailing.pk))
    assert page.context["problems"] == []
    assert any("leeg bij 1 persoon" in hint for hint in page.context["better"])
    assert "Dit kan beter; jij beslist" in page.content.decode()
    assert _url("act", mailing.pk, "start") in page.content.decode()


# --- saving by itself, and going back ------------------------------------------------------------


@pytest.mark.parametrize(("state", "saves"), [("draft", True), ("planned", False)])
def test_only_a_draft_saves_itself(organiser, state, saves):
    mailing = make_mailing(state=state, plan={"now": True}, title="Zo was het")

    page = organiser.get(_url("edit", mailing.pk))
    assert page.context["autosave_enabled"] is saves
    answer = organiser.post(_url("edit", mailing.pk), _form(title="Vanzelf"), **JSON)

    assert json.loads(answer.content)["success"] is saves
    mailing.refresh_from_db()
    assert (mailing.title, mailing.state) == (("Vanzelf" if saves else "Zo was het"), state)


def test_planned_mailing_warns_in_the_editor_and_a_real_save_makes_it_a_draft(organiser):
    mailing = make_mailing(state="planned", plan={"now": True})

    page = organiser.get(_url("edit", mailing.pk)).content.decode()
    assert "opnieuw plannen" in page
    organiser.post(_url("edit", mailing.pk), _form(title="Anders"))

    mailing.refresh_from_db()
    assert (mailing.title, mailing.state) == ("Anders", "draft")


def test_what_saves_itself_is_another_revision_in_the_place_of_the_one_before(organiser):
    mailing = make_mailing()
    url = _url("edit", mailing.pk)
    first = json.loads(organiser.post(url, _form(title="Een"), **JSON).content)["revision_id"]
    again = _form(title="Twee", overwrite_revision_id=first)
    second = json.loads(organiser.post(url, again, **JSON).content)["revision_id"]

    assert second != first
    assert list(mailing.revisions.values_list("pk", flat=True)) == [second]
    assert mailing.revisions.get().content["title"] == "Twee"
    organiser.post(url, _form(title="Drie", overwrite_revision_id=second))
    assert [each.content["title"] for each in mailing.revisions.all()] == ["Drie"]
    mailing.refresh_from_db()
    assert (mailing.title, mailing.latest_revision) == ("Drie", mailing.revisions.get())


def test_who_looked_before_it_saved_itself_does_not_start_what_came_after(organiser):
    make_delegate()
    mailing = make_mailing(session=make_far_session())
    url = _url("edit", mailing.pk)
    about = {"session": mailing.session_id, "preset": "members"}
    seen = json.loads(organiser.post(url, _form(**about), **JSON).content)["revision_id"]
    later = _form(**about, title="Anders", overwrite_revision_id=seen)
    organiser.post(url, later, **JSON)

    with pytest.raises(MailingChanged):
        start(mailing_id=mailing.pk, by=make_user(), now=NOW, revision=seen)


@pytest.mark.parametrize("how", [{}, JSON])
def test_save_over_what_somebody_else_saved_meanwhile_is_refused(organiser, how):
    mailing = make_mailing()
    url = _url("edit", mailing.pk)
    mine = json.loads(organiser.post(url, _form(title="Van mij"), **JSON).content)["revision_id"]
    mailing.refresh_from_db()
    mailing.title = "Van een ander"
    save_mailing(mailing=mailing, by=make_user(), now=NOW)

    answer = organiser.post(url, _form(title="Weer van mij", overwrite_revision_id=mine), **how)
    if how:
        assert json.loads(answer.content)["success"] is False
    mailing.refresh_from_db()
    assert (mailing.title, mailing.revisions.count()) == ("Van een ander", 2)


def test_older_version_is_found_in_the_history_and_put_back(organiser):
    mailing = make_mailing()
    for title in ("Eerst", "Later"):
        organiser.post(_url("edit", mailing.pk), _form(title=title, subject_nl=title))
    first = mailing.revisions.order_by("pk").first()
    revert = _url("revisions_revert", mailing.pk, first.pk)

    assert revert in organiser.get(_url("history", mailing.pk)).content.decode()
    shown = organiser.get(revert)
    assert shown.context["form"].initial["title"] == "Eerst"
    Mailing.objects.filter(pk=mailing.pk).update(state="planned")
    organiser.post(revert, _form(title="Eerst", subject_nl="Eerst"))

    mailing.refresh_from_db()
    assert (mailing.title, mailing.subject_nl, mailing.state) == ("Eerst", "Eerst", "draft")


def test_started_mailing_cannot_be_put_back(organiser):
    mailing = make_mailing(title="Zo was het")
    revision = mailing.save_revision()
    Mailing.objects.filter(pk=mailing.pk).update(state="sending")

    organiser.post(_url("revisions_revert", mailing.pk, revision.pk), _form(title="Anders"))

    mailing.refresh_from_db()
    assert (mailing.title, mailing.state) == ("Zo was het", "sending")


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["subject_nl", "preheader_en"])
def test_line_of_two_thousand_characters_is_refused_by_name(organiser, field):
    response = organiser.post(_url("add"), _form(**{field: "x" * 2_000}))

    assert response.status_code == 200
    assert "200" in response.context["form"].errors[field][0]
    assert Mailing.objects.count() == 0


def test_misspelt_field_is_refused_with_the_one_that_was_meant(organiser):
    response = organiser.post(_url("add"), _form(subject_nl="Dag {{ contact.givenname }}"))

    assert response.status_code == 200
    assert response.context["form"].errors["subject_nl"] == [
        "Onbekend invulveld “contact.givenname”. Bedoel je {{ contact.given_name }}?"
    ]
    assert Mailing.objects.count() == 0


def test_attachment_of_thirty_megabytes_is_refused_with_what_to_do(organiser):
    document = make_document("film.pdf", b"x" * 30_000_000, title="Film")
    attachment = {
        "attachments-count": "1",
        "attachments-0-deleted": "",
        "attachments-0-order": "0",
        "attachments-0-type": "document",
        "attachments-0-id": "a",
        "attachments-0-value": str(document.pk),
    }

    response = organiser.post(_url("add"), _form(**attachment))

    assert response.status_code == 200
    (error,) = response.context["form"].errors["attachments"]
    assert "Film.pdf" in error
    assert "link" in error
    assert Mailing.objects.count() == 0


def test_hints_and_problems_are_in_the_dry_run_of_the_api(organiser):
    make_delegate(given_name="")
    mailing = make_mailing(
        session=make_far_session(),
        body_nl=[{"type": "text", "value": '<p><a href="nergens">Hier</a></p>'}],
    )
    token = make_token("mailings:read")
    answer = organiser.post(f"/api/mailings/{mailing.pk}/dry-run", **bearer(token))

    data = answer.json()
    assert any("is geen adres" in each for each in data["problems"])
    assert any("zegt niet waar" in each for each in data["hints"])
