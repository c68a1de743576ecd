"""The admin of the contact base: lists, forms, imports, and who may see them."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.services.groups import ensure_groups
from contacts.addresses import address_hash
from contacts.models import Contact, Organisation, Theme
from tests.factories.base import make_user
from tests.factories.contacts import (
    make_alias,
    make_contact,
    make_mail_domain,
    make_member,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)
from tests.factories.content import make_home

pytestmark = pytest.mark.django_db

PEOPLE = "wagtailsnippets_contacts_contact"
ORGANISATIONS = "wagtailsnippets_contacts_organisation"
THEMES = "wagtailsnippets_contacts_theme"
SUPPRESSIONS = "wagtailsnippets_contacts_suppression"


@pytest.fixture
def manager(client) -> User:
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def formset(name: str, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data = {
        f"{name}-TOTAL_FORMS": len(rows),
        f"{name}-INITIAL_FORMS": initial,
        f"{name}-MIN_NUM_FORMS": 0,
        f"{name}-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        data |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return data


def person_data(*places: dict[str, Any], **values) -> dict[str, Any]:
    return {
        "given_name": "Amina",
        "family_name": "Berg",
        "email": "amina@example.org",
        "language": "nl",
        "form_of_address": "je",
        **formset("representations", *places),
        **values,
    }


def organisation_data(*, aliases=(), domains=(), memberships=(), **values) -> dict[str, Any]:
    return {
        "name": "Stichting Wilg",
        "kind": "ngo",
        "country": "NL",
        "reviewed": "on",
        **formset("aliases", *({"name": name} for name in aliases)),
        **formset("mail_domains", *({"domain": domain} for domain in domains)),
        **formset("memberships", *memberships),
        **values,
    }


@pytest.mark.parametrize("name", [PEOPLE, ORGANISATIONS, THEMES, SUPPRESSIONS, "contact_imports"])
def test_list_opens_empty_and_filled(client, manager, name):
    view = "index" if name == "contact_imports" else "list"
    assert client.get(reverse(f"{name}:{view}")).status_code == 200
    place = make_representation(organisation=make_member(themes=(make_theme(name_nl="Migratie"),)))
    make_suppression(place.contact)
    texts = {
        PEOPLE: [place.contact.email, place.organisation.name],
        ORGANISATIONS: [place.organisation.name, "Migratie"],
        THEMES: ["Migratie"],
        SUPPRESSIONS: [place.contact.email],
        "contact_imports": [],
    }
    page = client.get(reverse(f"{name}:{view}")).content.decode()
    assert [text in page for text in texts[name]] == [True] * len(texts[name])


def test_person_is_made_with_address_key_and_organisation(client, manager):
    organisation = make_organisation()
    place = {"organisation": organisation.pk, "function": "directeur", "role": "primary"}
    response = client.post(
        reverse(f"{PEOPLE}:add"),
        person_data(place, email=" Amina@Example.ORG", tags="kern, pers, kern"),
    )
    contact = Contact.objects.get()
    assert response.status_code == 302
    assert (contact.email, contact.address_key, contact.address_hash, contact.tags) == (
        "Amina@Example.ORG",
        "amina@example.org",
        address_hash("amina@example.org"),
        ["kern", "pers"],
    )
    assert [each.function for each in contact.representations.all()] == ["directeur"]
    assert abs((timezone.now() - contact.created_at).total_seconds()) < 60


def test_person_gets_a_new_key_with_a_new_address(client, manager):
    contact = make_contact(email="oud@example.org", tags=["kern"])
    edit = reverse(f"{PEOPLE}:edit", args=[contact.pk])
    assert 'value="kern"' in client.get(edit).content.decode()
    client.post(edit, person_data(email="nieuw@example.org"))
    contact.refresh_from_db()
    assert contact.address_key == "nieuw@example.org"
    client.post(edit, person_data(email=""))
    contact.refresh_from_db()
    assert (contact.email, contact.address_hash) == ("", "")
    assert contact.address_key is None


@pytest.mark.parametrize(
    "values",
    [
        {"email": "geen adres"},
        {"email": "TAKEN@example.org"},
        {"email": "", "given_name": "", "family_name": ""},
        {"language": "fr"},
    ],
)
def test_wrong_person_is_refused_with_an_error_and_not_stored(client, manager, values):
    make_contact(email="taken@example.org")
    response = client.post(reverse(f"{PEOPLE}:add"), person_data(**values))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert Contact.objects.count() == 1


def test_person_speaks_once_at_a_time_for_an_organisation(client, manager):
    place = {"organisation": make_organisation().pk, "role": "primary"}
    response = client.post(reverse(f"{PEOPLE}:add"), person_data(place, place))
    assert response.status_code == 200
    assert not Contact.objects.exists()
    ended = place | {"valid_from": "2020-01-01", "valid_until": "2021-01-01"}
    assert client.post(reverse(f"{PEOPLE}:add"), person_data(place, ended)).status_code == 302


def test_person_is_inspected_and_not_deleted(client, manager):
    contact = make_contact()
    page = client.get(reverse(f"{PEOPLE}:inspect", args=[contact.pk])).content.decode()
    assert contact.email in page
    assert contact.address_hash not in page
    client.post(reverse(f"{PEOPLE}:delete", args=[contact.pk]))
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_organisation_is_made_with_its_keys(client, manager):
    response = client.post(
        reverse(f"{ORGANISATIONS}:add"),
        organisation_data(
            aliases=["De Wilg"],
            domains=["@Wilg.Example.org"],
            memberships=[{"kind": "member", "valid_from": "2020-01-01"}],
            themes=[make_theme().pk],
        ),
    )
    assert response.status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.name_key, organisation.slug, organisation.country) == (
        "stichting wilg",
        "stichting-wilg",
        "NL",
    )
    assert [each.name_key for each in organisation.aliases.all()] == ["de wilg"]
    assert [each.domain for each in organisation.mail_domains.all()] == ["wilg.example.org"]
    assert organisation.memberships.count() == 1
    assert organisation.themes.count() == 1


def test_organisation_keeps_its_slug_when_its_name_changes(client, manager):
    organisation = make_organisation(name="Wilg", slug="wilg")
    edit = reverse(f"{ORGANISATIONS}:edit", args=[organisation.pk])
    assert client.post(edit, organisation_data(name="Stichting Eik")).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name_key, organisation.slug) == ("stichting eik", "wilg")


@pytest.mark.parametrize(
    "values",
    [
        {"name": "  "},
        {"name": "TAKEN"},
        {"country": "Nederland"},
        {"aliases": ["Wilg", "WILG"]},
        {"aliases": ["Stichting Wilg"]},
        {"domains": ["wilg"]},
        {"domains": ["taken.example.org"]},
        {"domains": ["a.example.org", "A.example.org"]},
        {
            "memberships": [
                {"kind": "member", "valid_from": "2020-01-01", "valid_until": "2019-01-01"}
            ]
        },
        {
            "memberships": [
                {"kind": "aspirant", "valid_until": "2020-01-01"},
                {"kind": "member", "valid_from": "2020-01-01"},
            ]
        },
    ],
)
def test_wrong_organisation_is_refused_and_not_stored(client, manager, values):
    make_mail_domain(make_organisation(name="Taken"), "taken.example.org")
    response = client.post(reverse(f"{ORGANISATIONS}:add"), organisation_data(**values))
    assert response.status_code == 200
    assert Organisation.objects.count() == 1


def test_organisation_in_use_is_not_deleted(client, manager):
    used = make_representation().organisation
    unused = make_organisation()
    for organisation in (used, unused):
        client.post(reverse(f"{ORGANISATIONS}:delete", args=[organisation.pk]))
    assert list(Organisation.objects.all()) == [used]
    bulk = reverse("wagtail_bulk_action", args=["contacts", "organisation", "delete"])
    assert client.post(f"{bulk}?id={used.pk}").status_code == 302
    assert list(Organisation.objects.all()) == [used]


def test_organisation_is_found_by_its_alias(client, manager):
    make_alias(make_organisation(name="Social Trade Organisation"), "STRO")
    make_organisation(name="Elders")
    page = client.get(reverse(f"{ORGANISATIONS}:list"), {"q": "stro"}).content.decode()
    assert ("Social Trade Organisation" in page, "Elders" in page) == (True, False)


def test_theme_gets_a_slug_that_stays(client, manager):
    client.post(reverse(f"{THEMES}:add"), {"name_nl": "Migratie & werk", "name_en": ""})
    theme = Theme.objects.get()
    assert theme.slug == "migratie-werk"
    client.post(reverse(f"{THEMES}:edit", args=[theme.pk]), {"name_nl": "Migratie"})
    theme.refresh_from_db()
    assert (theme.name_nl, theme.slug) == ("Migratie", "migratie-werk")


def test_theme_does_not_lie_below_itself(client, manager):
    parent = make_theme()
    child = make_theme(parent=parent)
    edit = reverse(f"{THEMES}:edit", args=[parent.pk])
    assert client.post(edit, {"name_nl": "x", "parent": child.pk}).status_code == 200
    parent.refresh_from_db()
    assert parent.parent is None


@pytest.mark.parametrize(
    ("name", "column"), [(PEOPLE, "phone"), (ORGANISATIONS, "name"), (SUPPRESSIONS, "reason")]
)
def test_export_holds_every_row_and_no_formula(client, manager, name, column):
    contact = make_contact(phone="+31 6", given_name="=1+1")
    organisation = make_organisation(name="=cmd|x")
    make_representation(contact, organisation)
    make_suppression(contact)
    response = client.get(reverse(f"{name}:list"), {"export": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), csv.Sniffer().sniff(text, ",;")))
    assert len(rows) == 2
    assert [cell for cell in rows[1] if cell[:1] in ("=", "+", "-", "@")] == []
    expected = {"phone": "'+31 6", "name": "'=cmd|x", "reason": "unsubscribed"}[column]
    assert expected in rows[1]
    book = client.get(reverse(f"{name}:list"), {"export": "xlsx"})
    book.close()
    assert book.status_code == 200


@pytest.mark.parametrize("name", [PEOPLE, ORGANISATIONS, SUPPRESSIONS])
def test_list_asks_the_database_no_more_for_more_rows(client, manager, name):
    client.get(reverse(f"{name}:list"))
    counts = []
    for size in (1, 2):
        for _n in range(size):
            member = make_member(themes=(make_theme(),))
            make_suppression(make_representation(organisation=member).contact)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"{name}:list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_suppressions_are_only_looked_at(client, manager):
    row = make_suppression(make_contact())
    for view in ("add", "edit", "delete"):
        args = [] if view == "add" else [row.pk]
        assert client.get(reverse(f"{SUPPRESSIONS}:{view}", args=args)).status_code == 302


CHOOSERS = ("contacts_contact", "contacts_organisation", "contacts_suppression")


@pytest.mark.parametrize("chooser", CHOOSERS)
@pytest.mark.parametrize("view", ["choose", "choose_results", "chosen", "chosen_multiple"])
def test_an_editor_chooses_nobody(client, chooser, view):
    make_home()  # of the editor's permissions on pages
    editor = make_user()
    editor.groups.add(next(group for group in ensure_groups() if group.name == "Redacteur"))
    client.force_login(editor)
    contact = make_contact(family_name="Zonneveld")
    url = reverse(
        f"wagtailsnippetchoosers_{chooser}:{view}", args=["1"] if view == "chosen" else []
    )
    response = client.get(url, {"id": contact.pk})
    assert response.status_code in (302, 403)
    assert "Zonneveld" not in response.content.decode()


def test_whoever_sees_people_chooses_them(client, manager):
    make_contact(family_name="Zonneveld")
    response = client.get(reverse("wagtailsnippetchoosers_contacts_contact:choose"))
    assert "Zonneveld" in response.json()["html"]


@pytest.mark.parametrize(
    ("permission", "shown"),
    [
        (None, []),
        ("contacts.view_organisation", [ORGANISATIONS]),
        ("contacts.add_contact", [PEOPLE, "contact_imports"]),
    ],
)
def test_menu_shows_only_what_a_group_may_use(client, permission, shown):
    permissions = ["wagtailadmin.access_admin", *([permission] if permission else [])]
    client.force_login(make_user(permissions=permissions))
    names = {
        PEOPLE: "list",
        ORGANISATIONS: "list",
        THEMES: "list",
        SUPPRESSIONS: "list",
        "contact_imports": "index",
    }
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    urls = {name: reverse(f"{name}:{view}") for name, view in names.items()}
    assert [name for name, url in urls.items() if f'"{url}"' in page] == shown
    opened = [name for name, url in urls.items() if client.get(url).status_code == 200]
    assert opened == shown
