"""Organisations, their memberships and themes over the HTTP API."""

from datetime import date

import pytest
from wagtail.models import ModelLogEntry

from contacts.models import Membership, Organisation, Theme
from tests.contacts.test_contacts_api import patch, post
from tests.factories.base import bearer, make_token, make_user
from tests.factories.communities import make_community, make_place
from tests.factories.contacts import (
    make_alias,
    make_mail_domain,
    make_member,
    make_membership,
    make_organisation,
    make_theme,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def token():
    return make_token("contacts:read", "contacts:write")


def test_organisation_is_added_with_all_that_belongs_to_it(client, token):
    make_theme(slug="migratie")
    parent = make_organisation(name="Koepel")
    response = post(
        client,
        token,
        "/api/organisations",
        {
            "name": "Stichting Wilg",
            "kind": "diaspora",
            "languages": ["nl", "ti"],
            "parent": parent.pk,
            "themes": ["migratie"],
            "aliases": ["Wilg", "WILG", "stichting wilg"],
            "mail_domains": ["@Wilg.example.org"],
            "memberships": [{"valid_from": "2020-01-01"}],
        },
    )
    organisation = Organisation.objects.get(slug="stichting-wilg")
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": organisation.pk,
            "name": "Stichting Wilg",
            "slug": "stichting-wilg",
            "kind": "diaspora",
            "country": "NL",
            "website": "",
            "languages": ["nl", "ti"],
            "reviewed": True,
            "parent": parent.pk,
            "themes": ["migratie"],
            "aliases": ["WILG"],
            "mail_domains": ["wilg.example.org"],
            "memberships": [
                {
                    "id": Membership.objects.get().pk,
                    "kind": "member",
                    "valid_from": "2020-01-01",
                    "valid_until": None,
                }
            ],
        },
    )


WRONG = [
    ({"name": "WILG"}, 409, "name"),
    ({"name": ""}, 422, "name"),
    ({"name": " "}, 422, "name"),
    ({"name": None}, 422, "name"),
    ({"themes": ["geen"]}, 422, "themes"),
    ({"mail_domains": ["wilg.example.org"]}, 422, "mail_domains"),
    ({"mail_domains": ["geen domein"]}, 422, "mail_domains"),
    ({"website": "javascript:alert(1)"}, 422, "website"),
    ({"country": "Nederland"}, 422, "country"),
    ({"languages": ["Nederlands"]}, 422, "languages.0"),
    ({"parent": 999}, 422, "parent"),
    ({"slug": "x"}, 422, "slug"),
]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        *WRONG,
        (
            {"memberships": [{"valid_from": "2020-01-01", "valid_until": "2019-01-01"}]},
            422,
            "memberships",
        ),
        ({"memberships": [{}, {"kind": "aspirant"}]}, 409, "memberships"),
    ],
)
def test_wrong_organisation_names_the_field_and_stores_nothing(
    client, token, change, status, field
):
    make_mail_domain(make_organisation(name="Wilg"), "wilg.example.org")
    response = post(client, token, "/api/organisations", {"name": "Nieuw"} | change)
    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(("change", "status", "field"), WRONG)
def test_wrong_change_names_the_field_and_changes_nothing(client, token, change, status, field):
    make_mail_domain(make_organisation(name="Wilg"), "wilg.example.org")
    organisation = make_organisation(name="Nieuw")
    make_alias(organisation, "Blijft")
    body = {"aliases": ["Anders"], "kind": "media"} | change
    response = patch(client, token, f"/api/organisations/{organisation.pk}", body)
    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    organisation.refresh_from_db()
    assert (organisation.name, organisation.kind) == ("Nieuw", "ngo")
    assert [each.name for each in organisation.aliases.all()] == ["Blijft"]


def test_organisation_changes_in_what_is_given(client):
    user = make_user(is_superuser=True)
    kept, dropped = make_theme(slug="werk"), make_theme(slug="water")
    organisation = make_organisation(name="Wilg", slug="wilg", reviewed=False, themes=(dropped,))
    make_alias(organisation, "Boomvrienden")
    make_alias(organisation, "Wilgje")
    make_mail_domain(organisation, "wilg.example.org")
    response = patch(
        client,
        make_token(user=user),
        f"/api/organisations/{organisation.pk}",
        {
            "name": "Stichting Wilg",
            "reviewed": True,
            "themes": [kept.slug],
            "aliases": ["WILGJE", "Wilg"],
            "mail_domains": [],
        },
    )
    body = response.json()
    names = ("name", "slug", "kind", "reviewed", "themes", "aliases", "mail_domains")
    assert (response.status_code, [body[name] for name in names]) == (
        200,
        ["Stichting Wilg", "wilg", "ngo", True, ["werk"], ["WILGJE", "Wilg"], []],
    )
    organisation.refresh_from_db()
    assert organisation.name_key == "stichting wilg"
    (line,) = ModelLogEntry.objects.for_instance(organisation)
    assert (line.user, line.action) == (user, "wagtail.edit")


def test_organisation_does_not_lie_below_itself(client, token):
    top = make_organisation()
    below = make_organisation(parent=make_organisation(parent=top))
    path = f"/api/organisations/{top.pk}"
    for parent in (below.pk, top.pk):
        response = patch(client, token, path, {"parent": parent})
        assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "loop")
    assert patch(client, token, path, {"parent": None}).json()["parent"] is None


def test_organisations_are_narrowed(client, token):
    theme = make_theme(slug="migratie")
    part = make_theme(slug="arbeid", parent=theme)
    member = make_member(name="Wilg", themes=(part,), reviewed=False)
    make_alias(member, "Boomvrienden")
    make_mail_domain(member, "bomen.example.org")
    make_place(make_community(slug="werk"), member)
    former = make_organisation(name="Water", kind="media", country="BE")
    make_membership(former, valid_until="2021-01-01")

    def found(query: str) -> list[str]:
        items = client.get(f"/api/organisations?{query}", **bearer(token)).json()["items"]
        return [each["name"] for each in items]

    assert found("q=boom") == found("q=bomen.example") == ["Wilg"]
    assert found("member=true") == ["Wilg"]
    assert found("member=false") == ["Water"]
    assert found("theme=migratie") == ["Wilg"]
    assert found("community=werk") == ["Wilg"]
    assert found("reviewed=false") == ["Wilg"]
    assert found("kind=media") == found("country=BE") == ["Water"]
    assert found("") == ["Wilg", "Water"]


def test_membership_is_added_and_ended(client, token):
    organisation = make_organisation()
    path = f"/api/organisations/{organisation.pk}/memberships"
    body = {"kind": "aspirant", "valid_from": "2024-01-01"}
    response = post(client, token, path, body)
    membership = Membership.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": membership.pk,
            "organisation": organisation.pk,
            "kind": "aspirant",
            "valid_from": "2024-01-01",
            "valid_until": None,
        },
    )
    ended = {"valid_until": "2024-12-31"}
    assert patch(client, token, f"/api/memberships/{membership.pk}", ended).status_code == 200
    assert post(client, token, path, {"valid_from": "2025-01-01"}).status_code == 201
    listed = client.get(path, **bearer(token)).json()["items"]
    assert [(each["kind"], each["valid_until"]) for each in listed] == [
        ("aspirant", "2024-12-31"),
        ("member", None),
    ]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"valid_from": "2024-12-31"}, 409, "valid_from"),
        ({"valid_until": "2024-01-01"}, 409, "valid_from"),
        ({}, 409, "valid_from"),
        ({"valid_from": "2024-06-01", "valid_until": "2024-06-01"}, 409, "valid_from"),
        ({"valid_from": "2026-01-02", "valid_until": "2026-01-01"}, 422, "valid_until"),
        ({"kind": "friend"}, 422, "kind"),
        ({"from": "2026-01-01"}, 422, "from"),
    ],
)
def test_wrong_membership_names_the_field_and_stores_nothing(client, token, body, status, field):
    organisation = make_organisation()
    make_membership(organisation, valid_from="2024-01-01", valid_until="2024-12-31")
    response = post(client, token, f"/api/organisations/{organisation.pk}/memberships", body)
    assert response.status_code == status
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert Membership.objects.count() == 1


def test_ended_membership_cannot_be_prolonged_into_the_next(client, token):
    organisation = make_organisation()
    first = make_membership(organisation, valid_until=date(2021, 12, 31))
    make_membership(organisation, valid_from=date(2022, 1, 1))
    path = f"/api/memberships/{first.pk}"
    response = patch(client, token, path, {"valid_until": None})
    assert (response.status_code, response.json()["code"]) == (409, "period_overlaps")
    assert "2022-01-01" in response.json()["detail"]
    first.refresh_from_db()
    assert first.valid_until == date(2021, 12, 31)
    assert patch(client, token, path, {"kind": "aspirant"}).status_code == 200


def test_theme_is_added_named_and_moved(client, token):
    response = post(client, token, "/api/themes", {"name_nl": "Migratie & werk"})
    theme = Theme.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": theme.pk,
            "slug": "migratie-werk",
            "name_nl": "Migratie & werk",
            "name_en": "",
            "parent": None,
        },
    )
    make_theme(slug="rechten")
    path = f"/api/themes/{theme.pk}"
    body = patch(client, token, path, {"name_en": "Migration", "parent": "rechten"}).json()
    assert [body[name] for name in ("slug", "name_nl", "name_en", "parent")] == [
        "migratie-werk",
        "Migratie & werk",
        "Migration",
        "rechten",
    ]
    assert client.get(path, **bearer(token)).json() == body
    slugs = [each["slug"] for each in client.get("/api/themes", **bearer(token)).json()["items"]]
    assert slugs == ["migratie-werk", "rechten"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name_nl": ""}, "name_nl"),
        ({"name_nl": None}, "name_nl"),
        ({"name_nl": "x" * 121}, "name_nl"),
        ({"parent": "geen"}, "parent"),
        ({"parent": "deel"}, "parent"),
        ({"slug": "anders"}, "slug"),
    ],
)
def test_wrong_theme_names_the_field_and_changes_nothing(client, token, body, field):
    theme = make_theme(slug="geheel", name_nl="Geheel")
    make_theme(slug="deel", parent=theme)
    response = patch(client, token, f"/api/themes/{theme.pk}", body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    theme.refresh_from_db()
    assert (theme.slug, theme.name_nl, theme.parent) == ("geheel", "Geheel", None)
