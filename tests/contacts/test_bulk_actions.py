"""What is done with many people or organisations at once in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from contacts.models import (
    CommunityOrganisation,
    CommunityRepresentative,
    Contact,
    Organisation,
    Suppression,
)
from tests.factories.base import make_user
from tests.factories.communities import make_community, make_place
from tests.factories.contacts import (
    make_contact,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def manager(client) -> User:
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def bulk(action: str, *rows: Contact | Organisation, model: str = "contact", **query) -> str:
    path = reverse("wagtail_bulk_action", args=["contacts", model, action])
    chosen = [f"id={row.pk}" for row in rows] or ["id=all"]
    return f"{path}?{'&'.join([*chosen, *(f'{name}={value}' for name, value in query.items())])}"


def logged(contact: Contact) -> list[tuple[str, dict[str, Any]]]:
    rows = ModelLogEntry.objects.for_instance(contact).order_by("id")
    return [(row.action, row.data["changes"]) for row in rows]


def said(response) -> list[str]:
    return [str(message).strip() for message in response.context["messages"]]


def test_people_get_a_tag_once_and_the_log_says_so(client, manager):
    amina, bo, other = make_contact(tags=["pers"]), make_contact(tags=["kern"]), make_contact()
    url = bulk("tag", amina, bo)
    page = client.get(url)
    assert page.context["count"] == 2
    assert "2 personen een label geven?" in page.content.decode()
    assert '<option value="kern">' in page.content.decode()
    response = client.post(url, {"tag": " kern "}, follow=True)
    tags = dict(Contact.objects.values_list("pk", "tags"))
    assert tags == {amina.pk: ["pers", "kern"], bo.pk: ["kern"], other.pk: []}
    assert logged(amina) == [("contacts.change", {"tags": [["pers"], ["pers", "kern"]]})]
    assert logged(bo) == []
    assert said(response) == ["1 persoon heeft het label gekregen. 1 bleef zoals het was."]


@pytest.mark.parametrize("tag", ["", "a,b", "x" * 61, "a\x00b"])
def test_wrong_tag_is_refused_with_an_error_and_not_given(client, tag):
    amina = make_contact()
    response = client.post(bulk("tag", amina), {"tag": tag})
    assert response.status_code == 200
    assert response.context["form"].errors["tag"]
    amina.refresh_from_db()
    assert amina.tags == []


def test_tag_is_taken_away(client):
    amina, bo = make_contact(tags=["pers", "kern"]), make_contact(tags=["pers"])
    assert client.post(bulk("untag", amina, bo), {"tag": "geen"}).status_code == 200
    client.post(bulk("untag", amina, bo), {"tag": "kern"})
    assert [who.tags for who in Contact.objects.order_by("pk")] == [["pers"], ["pers"]]


@pytest.mark.capability("C28")
def test_people_speak_in_a_community_for_their_own_organisation(client):
    community = make_community()
    placed = make_representation()
    make_place(community, placed.organisation)
    colleague = make_representation(organisation=placed.organisation)
    outside = make_representation()
    url = bulk("community", placed.contact, colleague.contact, outside.contact)
    client.post(url, {"community": community.pk})
    client.post(url, {"community": community.pk})
    named = CommunityRepresentative.objects.values_list("contact", "organisation")
    assert sorted(named) == [
        (placed.contact.pk, placed.organisation.pk),
        (colleague.contact.pk, placed.organisation.pk),
    ]
    assert [action for action, _changes in logged(placed.contact)] == ["contacts.community"]
    assert logged(outside.contact) == []


def test_mail_to_people_is_stopped_with_numbers_first(client):
    amina, bo = make_contact(), make_contact()
    silent, gone = make_contact(email=""), make_contact()
    make_suppression(gone)
    url = bulk("stop", amina, bo, silent, gone)
    page = client.get(url).content.decode()
    for line in (
        "Mail stoppen aan 4 personen?",
        "1 daarvan heeft geen adres.",
        "1 daarvan krijgt al geen mailings.",
    ):
        assert line in page
    assert Suppression.objects.count() == 1
    assert client.post(url, {"what": "service", "reason": "manual"}).status_code == 200
    assert client.post(url, {"what": "all", "reason": "hard_bounce"}).status_code == 200
    assert Suppression.objects.count() == 1
    client.post(url, {"what": "invitations", "reason": "objection"})
    client.post(url, {"what": "invitations", "reason": "objection"})
    rows = Suppression.objects.filter(reason="objection").order_by("id")
    assert [(row.address_hash, row.scope, row.purpose, row.source) for row in rows] == [
        (who.address_hash, "purpose", "invitations", "organiser") for who in (amina, bo, gone)
    ]
    assert logged(amina) == [("contacts.suppress", {"suppression": ["", "invitations"]})]
    client.post(bulk("stop", amina), {"what": "all", "reason": "manual"})
    assert Suppression.objects.filter(scope="all", reason="manual").count() == 1


def test_organisations_get_a_theme_a_place_and_a_look(client):
    theme, community = make_theme(), make_community()
    wilg = make_organisation(reviewed=False, themes=(theme,))
    eik, den = make_organisation(), make_organisation(reviewed=False)
    make_place(community, wilg, tier="partner")
    both = {"model": "organisation"}
    client.post(bulk("theme", wilg, eik, **both), {"theme": theme.pk})
    assert set(Organisation.objects.filter(themes=theme)) == {wilg, eik}
    client.post(bulk("tier", wilg, eik, **both), {"community": community.pk, "tier": "core"})
    places = CommunityOrganisation.objects.values_list("organisation", "tier")
    assert sorted(places) == [(wilg.pk, "core"), (eik.pk, "core")]
    client.post(bulk("reviewed", wilg, eik, **both))
    assert list(Organisation.objects.filter(reviewed=False)) == [den]
    assert ModelLogEntry.objects.for_instance(den).count() == 0
    assert ModelLogEntry.objects.for_instance(eik).count() == 2


@pytest.mark.parametrize("model", ["contact", "organisation"])
def test_what_was_ticked_comes_along_as_a_file(client, model):
    place, other = make_representation(), make_representation()
    row, absent = (
        (place.contact, other.contact)
        if model == "contact"
        else (place.organisation, other.organisation)
    )
    url = bulk("export", row, model=model)
    assert client.get(url).context["count"] == 1
    assert client.post(url, {"form": "pdf"}).status_code == 200
    response = client.post(url, {"form": "csv"})
    text = b"".join(response.streaming_content).decode()
    names = [each.email if model == "contact" else each.name for each in (row, absent)]
    assert [name in text for name in names] == [True, False]
    book = client.post(url, {"form": "xlsx"})
    assert b"".join(book.streaming_content)[:2] == b"PK"


def test_all_in_the_list_are_those_that_it_shows(client):
    wanted = [make_contact(family_name="Berg", language="en") for _n in range(2)]
    other = make_contact(family_name="Berg", language="nl")
    make_contact(family_name="Dal", language="en")
    make_contact(family_name="Berg", language="en", merged_into=other)
    make_contact(family_name="Berg", language="en", email="", erased_at="2026-01-01T00:00Z")
    url = bulk("tag", q="berg", language="en")
    assert client.get(url).context["count"] == 2
    client.post(url, {"tag": "kern"})
    tagged = Contact.objects.exclude(tags=[]).order_by("pk")
    assert list(tagged) == wanted


def test_nobody_is_chosen_when_the_list_was_narrowed_wrongly(client):
    contact = make_contact()
    url = bulk("tag", language="xx")
    assert client.get(url).context["count"] == 0
    client.post(url, {"tag": "kern"})
    contact.refresh_from_db()
    assert contact.tags == []


def test_deleting_all_in_the_list_deletes_those_that_it_shows(client):
    wilg, eik = make_organisation(name="Wilg"), make_organisation(name="Eik")
    client.post(bulk("delete", model="organisation", q="wilg"))
    assert list(Organisation.objects.all()) == [eik]
    assert wilg.pk != eik.pk


@pytest.mark.parametrize("ids", ["x", "-1", "9" * 30, "1e9", "", "٣"])
def test_an_id_that_is_none_chooses_nobody(client, ids):
    contact = make_contact()
    path = reverse("wagtail_bulk_action", args=["contacts", "contact", "tag"])
    assert client.get(path, {"id": ids}).context["count"] == 0
    assert client.post(f"{path}?id={ids}", {"tag": "kern"}).status_code == 302
    contact.refresh_from_db()
    assert contact.tags == []


@pytest.mark.parametrize(
    ("action", "model", "values"),
    [
        ("tag", "contact", {"tag": "kern"}),
        ("stop", "contact", {"what": "all", "reason": "manual"}),
        ("reviewed", "organisation", {}),
    ],
)
def test_many_take_no_more_queries_than_one(client, action, model, values):
    client.get(reverse(f"wagtailsnippets_contacts_{model}:list"))
    counts = []
    for size in (1, 30):
        rows = [
            make_contact() if model == "contact" else make_organisation(reviewed=False)
            for _n in range(size)
        ]
        url = bulk(action, *rows, model=model)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
            client.post(url, values)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_people_have_no_box_and_no_button_for_whoever_may_only_look(client):
    client.force_login(
        make_user(permissions=["wagtailadmin.access_admin", "contacts.view_contact"])
    )
    make_contact(family_name="Zonneveld")
    page = client.get(reverse("wagtailsnippets_contacts_contact:list"))
    assert page.context["bulk_buttons"] == []
    assert "Zonneveld" in page.content.decode()
    assert "data-bulk-action-checkbox" not in page.content.decode()
