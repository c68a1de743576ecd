"""Mailings to an opt-in group: whom they reach, what they say, and how they are written."""

import email
import email.policy
import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from base import tokens
from base.services import create_access_token
from campaigns import audience
from campaigns.checks import audience_problems
from campaigns.errors import AudienceInvalid
from campaigns.message import open_composer
from campaigns.models import Delivery, Mailing
from campaigns.selectors import exclusions_now
from campaigns.services.groups import ensure_groups
from campaigns.services.planning import start_mailing
from campaigns.viewsets import viewset
from contacts.services.groups import leave_group
from contacts.services.suppressions import unsubscribe
from tests.campaigns.people import make_delegate, matching, reasons
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_suppression,
    make_theme,
)
from tests.factories.groups import make_group, put_in

pytestmark = pytest.mark.django_db


def to_group(group, **values):
    """The values of a mailing to everybody in the group."""
    return {
        "kind": "announcement",
        "purpose": group.purpose,
        "topic": group.slug,
        "audience": {"consent": f"{group.purpose}:{group.slug}"},
        "body_nl": [{"type": "text", "value": "<p>{{ contact.salutation }}</p>"}],
        "body_en": [{"type": "text", "value": "<p>{{ contact.salutation }}</p>"}],
    } | values


# --- whom they reach ----------------------------------------------------------------------


@pytest.mark.capability("C16", "C17")
@pytest.mark.database
def test_group_mailing_reaches_those_who_joined_and_nobody_for_being_a_member():
    group, other = make_group(purpose="coalition"), make_group(purpose="coalition")
    member, joined, left, bounced, elsewhere = (make_delegate() for _number in range(5))
    guest = make_contact()
    for each in (joined, left, bounced, guest):
        put_in(group, each)
    put_in(other, elsewhere)
    leave_group(contact=left, group=group, source="mail", now=NOW)
    make_suppression(bounced, reason="hard_bounce")
    make_suppression(joined, scope="purpose", purpose="invitations")
    leave_group(contact=guest, group=other, source="mail", now=NOW)
    assert reasons(**to_group(group, audience={"everyone": True})) == {
        member.pk: "no_basis",
        joined.pk: "",
        left.pk: "suppressed",
        bounced.pk: "suppressed",
        elsewhere.pk: "no_basis",
        guest.pk: "",
    }
    assert reasons(**to_group(group)) == {joined.pk: "", bounced.pk: "suppressed", guest.pk: ""}


@pytest.mark.database
def test_who_leaves_or_stops_everything_after_the_start_does_not_get_it():
    group = make_group()
    stays, leaves, stops = (put_in(group).contact for _number in range(3))
    mailing = make_mailing(state="planned", due_at=NOW, **to_group(group))
    start_mailing(mailing_id=mailing.pk, now=NOW)
    rows = dict(Delivery.objects.values_list("contact", "pk"))
    assert set(Delivery.objects.values_list("state", "basis")) == {("queued", "consent")}
    leave_group(contact=leaves, group=group, source="mail", now=NOW)
    unsubscribe(contact=stops, purpose=None, source="mail", now=NOW)
    assert exclusions_now(delivery_ids=rows.values(), now=NOW) == {
        rows[leaves.pk]: "suppressed",
        rows[stops.pk]: "suppressed",
    }
    assert stays.pk in rows


# --- what they say ------------------------------------------------------------------------


@pytest.mark.capability("C16")
@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("nl", "omdat je je hebt aangesloten bij “Jong geluid”."),
        ("en", "because you joined “Young voices”."),
    ],
)
def test_one_click_of_a_group_mail_leaves_that_group(language, why):
    group = make_group(name_nl="Jong geluid", name_en="Young voices", slug="jong-geluid")
    contact = make_delegate(language=language)
    put_in(group, contact)
    mailing = make_mailing(state="planned", due_at=NOW, **to_group(group))
    start_mailing(mailing_id=mailing.pk, now=NOW)
    content = open_composer(mailing.pk).compose(Delivery.objects.get(), now=NOW).content
    mail = email.message_from_bytes(content, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert why in " ".join(text.split())
    assert "jong-geluid.subgroup." in mail["List-Id"]
    link = mail["List-Unsubscribe"].strip("<>")
    assert link in text
    path = "/" + link.split("/", 3)[3]
    assert path == reverse(
        "contacts:unsubscribe",
        args=[tokens.make("unsubscribe", contact.pk, "subgroup", "jong-geluid")],
    )
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    found = reasons(**to_group(group, audience={"everyone": True}))
    assert found == {contact.pk: "suppressed"}
    assert reasons() == {contact.pk: ""}


# --- the audience -------------------------------------------------------------------------


@pytest.mark.database
def test_consent_can_be_asked_for_one_group_or_one_theme():
    theme, group, other = make_theme(), make_group(), make_group()
    in_group, in_other = put_in(group).contact, put_in(other).contact
    on_theme = make_consent(make_contact(), topic=theme.slug).contact
    on_all = make_consent(make_contact()).contact
    make_consent(make_contact(), purpose="coalition", topic=group.slug)
    put_in(group, withdrawn_at=NOW)
    assert matching({"consent": f"subgroup:{group.slug}"}) == {in_group.pk}
    assert matching({"consent": "subgroup"}) == {in_group.pk, in_other.pk}
    assert matching({"consent": f"invitations:{theme.slug}"}) == {on_theme.pk}
    assert matching({"consent": "invitations"}) == {on_theme.pk, on_all.pk}


@pytest.mark.parametrize(
    "value", ["subgroup:", "nonsense:x", "announcements:x", ":x", 3, "a\x00:b"]
)
def test_consent_that_cannot_be_asked_is_refused(value):
    with pytest.raises(AudienceInvalid) as error:
        audience.parse({"consent": value})
    assert error.value.path == "consent"


def test_consent_is_said_by_its_name():
    group = make_group(name_nl="Jong geluid", name_en="Young voices")
    theme = make_theme(name_en="Migration")

    def said(value, language):
        return audience.sentence(audience.parse({"consent": value}), language)

    assert said(f"subgroup:{group.slug}", "en") == "People who joined “Young voices”"
    assert said(f"invitations:{theme.slug}", "en") == (
        "People who agreed to invitations about “Migration”"
    )
    assert said("coalition", "en") == "People who agreed to coalition"


# --- writing one --------------------------------------------------------------------------


@pytest.fixture
def organiser(client):
    user = User.objects.create_user("organiser", "organiser@example.org")
    user.groups.set([group for group in ensure_groups() if group.name == "Organisator"])
    client.force_login(user)
    return user


def form(**values):
    return {
        "title": "Aan de groep",
        "kind": "announcement",
        "per": "person",
        "audience": "{}",
        "subject_nl": "Dag",
        "body_nl-count": "0",
        "body_en-count": "0",
        "attachments-count": "0",
        "preset": "group",
    } | values


def test_editor_writes_to_a_group_chosen_by_its_name(client, organiser):
    group = make_group(purpose="coalition", name_nl="Zichtbaar")
    page = client.get(reverse(viewset.get_url_name("add"))).content.decode()
    assert "Zichtbaar (coali" in page
    response = client.post(
        reverse(viewset.get_url_name("add")), form(purpose="coalition", topic=group.slug)
    )
    assert response.status_code == 302
    mailing = Mailing.objects.get()
    assert (mailing.purpose, mailing.topic) == ("coalition", group.slug)
    assert mailing.audience == {"consent": f"coalition:{group.slug}"}
    page = client.get(reverse(viewset.get_url_name("edit"), args=[mailing.pk]))
    assert page.context["form"].initial["preset"] == "group"


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "coalition"},
        {"purpose": "coalition", "preset": "everyone"},
        {"purpose": "coalition", "topic": "jong-geluid"},
        {"purpose": "coalition", "topic": "no-such-group"},
        {"purpose": "invitations", "topic": "jong-geluid", "preset": "members"},
    ],
)
def test_editor_names_a_wrong_group_and_stores_nothing(client, organiser, wrong):
    make_group(slug="jong-geluid")
    response = client.post(reverse(viewset.get_url_name("add")), form(**wrong))
    assert response.status_code == 200
    assert "topic" in response.context["form"].errors
    assert not Mailing.objects.exists()


def test_group_is_named_over_the_api(client, organiser):
    group = make_group()
    token = create_access_token(user=organiser, scopes=["*"], days=None, now=NOW)

    def call(method, path, data):
        response = client.generic(
            method,
            f"/api/mailings{path}",
            json.dumps(data),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )
        return response.status_code, response.json()

    draft = {"kind": "announcement", "title": "x", "audience": {"consent": "subgroup"}}
    status, made = call("POST", "", draft | {"purpose": "subgroup", "topic": group.slug})
    assert (status, made["purpose"], made["topic"]) == (201, "subgroup", group.slug)
    for wrong in (
        {"purpose": "subgroup"},
        {"purpose": "coalition", "topic": group.slug},
        {"purpose": "announcements", "topic": group.slug},
    ):
        status, answer = call("POST", "", draft | wrong)
        assert (status, [each["field"] for each in answer["errors"]]) == (422, ["topic"])
    status, answer = call("POST", "", draft | {"purpose": "subgroup", "topic": "a b"})
    assert status == 422
    status, edited = call("PATCH", f"/{made['id']}", {"purpose": "announcements", "topic": None})
    assert (status, edited["topic"]) == (200, "")
    assert Mailing.objects.count() == 1


def test_group_that_an_audience_names_must_exist():
    group = make_group()
    assert audience_problems({"consent": f"subgroup:{group.slug}"}) == []
    assert len(audience_problems({"consent": "subgroup:no-such-group"})) == 1
    assert len(audience_problems({"consent": f"coalition:{group.slug}"})) == 1
    assert len(audience_problems({"consent": "invitations:no-such-theme"})) == 1
