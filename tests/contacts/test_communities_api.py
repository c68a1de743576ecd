"""Communities over the HTTP API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Community, Theme
from tests.factories.base import bearer, make_token
from tests.factories.communities import make_community, make_named, make_place
from tests.factories.contacts import make_organisation, make_representation, make_theme

pytestmark = pytest.mark.django_db

PATH = "/api/communities"


@pytest.fixture
def token():
    return make_token("contacts:read", "contacts:write")


def send(client, token, method: str, path: str, body: Any) -> Any:
    return getattr(client, method)(path, body, content_type="application/json", **bearer(token))


def make_full(**values) -> Community:
    community, organisation = make_community(theme=make_theme(), **values), make_organisation()
    make_place(community, organisation)
    make_named(community, make_representation(organisation=organisation).contact, organisation)
    return community


@pytest.mark.capability("C25", "C26", "C27")
def test_community_is_added_with_its_organisations_and_representatives(client, token):
    make_theme(slug="diaspora")
    wilg, abroad = make_organisation(name="Wilg"), make_organisation(name="Baobab", country="KE")
    amina = make_representation(organisation=wilg).contact

    response = send(
        client,
        token,
        "post",
        PATH,
        {
            "name": " Leerkring Diaspora ",
            "theme": "diaspora",
            "description": "Eens per kwartaal.",
            "organisations": [
                {"organisation": wilg.pk},
                {"organisation": abroad.pk, "tier": "partner", "since": "2026-01-01"},
            ],
            "representatives": [{"contact": amina.pk}],
        },
    )

    community = Community.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "id": community.pk,
            "name": "Leerkring Diaspora",
            "slug": "leerkring-diaspora",
            "theme": "diaspora",
            "description": "Eens per kwartaal.",
            "counts": {
                "organisations": 2,
                "core": 1,
                "extended": 0,
                "partner": 1,
                "countries": 2,
                "people": 1,
            },
            "organisations": [
                {
                    "organisation": abroad.pk,
                    "name": "Baobab",
                    "country": "KE",
                    "tier": "partner",
                    "since": "2026-01-01",
                },
                {
                    "organisation": wilg.pk,
                    "name": "Wilg",
                    "country": "NL",
                    "tier": "core",
                    "since": None,
                },
            ],
            "representatives": [{"contact": amina.pk, "name": str(amina), "organisation": wilg.pk}],
        },
    )
    one = client.get(f"{PATH}/{community.pk}", **bearer(token))
    assert one.json() == response.json()


def test_community_is_changed_in_what_is_sent(client, token):
    community = make_full(description="Zoals het was.")
    before = client.get(f"{PATH}/{community.pk}", **bearer(token)).json()

    changed = send(
        client, token, "patch", f"{PATH}/{community.pk}", {"name": "Anders", "theme": None}
    )
    assert (changed.status_code, changed.json()) == (
        200,
        before | {"name": "Anders", "theme": None},
    )

    emptied = send(client, token, "patch", f"{PATH}/{community.pk}", {"organisations": []}).json()
    assert (emptied["organisations"], emptied["representatives"]) == ([], [])


@pytest.mark.parametrize("method", ["post", "patch"])
@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": "  "}, "name", "string_too_short"),
        ({"name": "x" * 121}, "name", "string_too_long"),
        ({"theme": "nergens"}, "theme", "reference_unknown"),
        ({"organisations": [{"organisation": 987654}]}, "organisations", "reference_unknown"),
        ({"organisations": [{"organisation": 1, "tier": "kern"}]}, "organisations.0.tier", "enum"),
        ({"organisations": [{"organisation": 2**63}]}, "organisations.0.organisation",
         "less_than_equal"),
        ({"representatives": [{"contact": 987654}]}, "representatives", "reference_unknown"),
        ({"slug": "eigen"}, "slug", "unknown"),
    ],
)  # fmt: skip
def test_wrong_community_names_the_field_and_changes_nothing(
    client, token, method, body, field, code
):
    community = make_full()
    path = PATH if method == "post" else f"{PATH}/{community.pk}"
    before = client.get(PATH, **bearer(token)).json()

    response = send(client, token, method, path, {"name": "Kring"} | body)

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert client.get(PATH, **bearer(token)).json() == before


def test_representative_of_another_organisation_is_refused_with_a_remedy(client, token):
    community, stranger = make_full(), make_representation().contact
    body = {"representatives": [{"contact": stranger.pk}]}

    response = send(client, token, "patch", f"{PATH}/{community.pk}", body)

    (error,) = response.json()["errors"]
    assert (response.status_code, error["field"], error["code"]) == (
        422,
        "representatives",
        "representative_invalid",
    )
    assert str(stranger) in error["message"]
    assert community.representatives.exclude(contact=stranger).count() == 1


def test_communities_are_listed_page_by_page_and_found(client, token):
    first, second = make_full(name="Leerkring Water"), make_full(name="Kring")
    theme = Theme.objects.get(communities=second)

    page = client.get(f"{PATH}?limit=1", **bearer(token)).json()
    rest = client.get(f"{PATH}?limit=1&cursor={page['next']}", **bearer(token)).json()
    found = client.get(f"{PATH}?q=water", **bearer(token)).json()
    of_theme = client.get(f"{PATH}?theme={theme.slug}", **bearer(token)).json()

    assert [each["id"] for each in page["items"] + rest["items"]] == [first.pk, second.pk]
    assert (page["count"], rest["next"]) == (2, None)
    assert [each["id"] for each in found["items"]] == [first.pk]
    assert [each["id"] for each in of_theme["items"]] == [second.pk]
    assert client.get(f"{PATH}?naam=water", **bearer(token)).status_code == 400


def test_list_asks_the_database_no_more_for_fifty_rows(client, token):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{PATH}?limit=50", **bearer(token)).status_code == 200
        return len(asked)

    make_full()
    client.get(PATH, **bearer(token))
    once = queries()
    for _n in range(49):
        make_full()
    assert queries() == once


def test_calls_need_their_scope_and_the_permission(client):
    community = make_full()
    reads = make_token("contacts:read")
    other = make_token("mailings:read")

    assert client.get(PATH).status_code == 401
    assert client.get(PATH, **bearer(other)).status_code == 403
    assert send(client, reads, "post", PATH, {"name": "Kring"}).status_code == 403
    path = f"{PATH}/{community.pk}"
    assert send(client, reads, "patch", path, {"name": "Kring"}).status_code == 403
    assert client.get(f"{PATH}/987654", **bearer(reads)).status_code == 404
    assert Community.objects.count() == 1
