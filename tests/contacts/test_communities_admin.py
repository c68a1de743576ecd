"""Communities in the admin: list, form, page, export, and who may do what."""

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from contacts.models import Community
from tests.contacts.logins import log_in
from tests.factories.communities import make_community, make_moment, make_named, make_place
from tests.factories.contacts import (
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_theme,
)

pytestmark = pytest.mark.django_db

COMMUNITIES = "wagtailsnippets_contacts_community"


@pytest.fixture
def manager(client) -> User:
    return log_in(client, "Relatiebeheerder")


def url(name: str, *args: Any) -> str:
    return reverse(f"{COMMUNITIES}:{name}", args=args)


def rows(name: str, *given: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data = {
        f"{name}-TOTAL_FORMS": len(given),
        f"{name}-INITIAL_FORMS": initial,
        f"{name}-MIN_NUM_FORMS": 0,
        f"{name}-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(given):
        data |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return data


def community_data(*, places=(), named=(), initial=(0, 0), **values: Any) -> dict[str, Any]:
    return {
        "name": "Leerkring Diaspora",
        "description": "",
        **rows("places", *places, initial=initial[0]),
        **rows("representatives", *named, initial=initial[1]),
        **values,
    }


def place(organisation, tier="core", **values: Any) -> dict[str, Any]:
    return {"organisation": organisation.pk, "tier": tier, **values}


# --- the form ---------------------------------------------------------------------------


@pytest.mark.capability("C25", "C26", "C28")
def test_community_is_made_with_organisations_and_representatives(client, manager):
    wilg, abroad = make_organisation(name="Wilg"), make_organisation(country="KE")
    first, second = (make_representation(organisation=wilg).contact for _n in range(2))

    response = client.post(
        url("add"),
        community_data(
            theme=make_theme().pk,
            places=[place(wilg, since="2026-01-01"), place(abroad, "partner")],
            named=[{"contact": first.pk}, {"contact": second.pk, "organisation": wilg.pk}],
        ),
    )

    community = Community.objects.get()
    assert response.url == url("inspect", community.pk)
    assert community.slug == "leerkring-diaspora"
    assert set(community.places.values_list("organisation", "tier")) == {
        (wilg.pk, "core"),
        (abroad.pk, "partner"),
    }
    assert set(community.representatives.values_list("contact", "organisation")) == {
        (first.pk, wilg.pk),
        (second.pk, wilg.pk),
    }
    noted = ModelLogEntry.objects.filter(action="contacts.community")
    assert set(noted.values_list("object_id", "user")) == {
        (str(first.pk), manager.pk),
        (str(second.pk), manager.pk),
    }


@pytest.mark.capability("C29")
def test_somebody_of_two_organisations_must_be_named_for_one_or_for_both(client, manager):
    wilg, eik = make_organisation(name="Wilg"), make_organisation(name="Eik")
    both = make_representation(organisation=wilg).contact
    make_representation(both, eik)
    places = [place(wilg), place(eik)]

    refused = client.post(url("add"), community_data(places=places, named=[{"contact": both.pk}]))
    assert "Eik, Wilg" in str(refused.context["form"].formsets["representatives"].errors)
    assert not Community.objects.exists()

    named = [{"contact": both.pk, "organisation": each.pk} for each in (wilg, eik)]
    assert client.post(url("add"), community_data(places=places, named=named)).status_code == 302
    assert Community.objects.get().representatives.count() == 2


@pytest.mark.parametrize(
    ("who", "organisation", "words"),
    [
        ("stranger", "", "no organisation of this community"),
        ("stranger", "inside", "does not speak for"),
        ("delegate", "outside", "only be named for an organisation of this community"),
        ("erased", "", "no organisation of this community"),
    ],
)
def test_who_speaks_for_none_is_refused_with_a_remedy(client, manager, who, organisation, words):
    inside, outside = make_organisation(), make_organisation()
    delegate = make_representation(organisation=inside).contact
    make_representation(delegate, outside)
    people = {
        "stranger": make_representation(organisation=outside).contact,
        "delegate": delegate,
        "erased": make_representation(
            make_contact(email="", erased_at=timezone.now()), inside
        ).contact,
    }
    chosen = {"": "", "inside": inside.pk, "outside": outside.pk}[organisation]

    response = client.post(
        url("add"),
        community_data(
            places=[place(inside)],
            named=[{"contact": people[who].pk, "organisation": chosen}],
        ),
    )

    assert response.status_code == 200
    assert words in str(response.context["form"].formsets["representatives"].errors)
    assert not Community.objects.exists()


@pytest.mark.parametrize(
    ("values", "relation"),
    [
        ({"name": "  "}, ""),
        ({"name": "x" * 121}, ""),
        ({"places": "twice"}, "places"),
        ({"places": "no_tier"}, "places"),
        ({"named": "twice"}, "representatives"),
    ],
)
def test_wrong_community_is_refused_with_an_error_and_not_stored(client, manager, values, relation):
    wilg = make_organisation()
    amina = make_representation(organisation=wilg).contact
    match values:
        case {"places": "twice"}:
            values = {"places": [place(wilg), place(wilg, "partner")]}
        case {"places": "no_tier"}:
            values = {"places": [place(wilg, "far")]}
        case {"named": "twice"}:
            values = {"places": [place(wilg)], "named": [{"contact": amina.pk}] * 2}

    response = client.post(url("add"), community_data(**values))

    assert response.status_code == 200
    form = response.context["form"]
    assert form.formsets[relation].errors[-1] if relation else form.errors["name"]
    assert not Community.objects.exists()


def test_edit_keeps_slug_and_who_has_left_until_the_row_is_removed(client, manager):
    community, wilg = make_community(name="Kring", slug="kring"), make_organisation()
    row = make_place(community, wilg)
    left = make_representation(organisation=wilg, valid_until="2021-01-01").contact
    named = make_named(community, left, wilg)
    data = {
        "name": "Anders",
        "initial": (1, 1),
        "places": [place(wilg, "extended", id=row.pk)],
    }
    voice = {"id": named.pk, "contact": left.pk, "organisation": wilg.pk}

    response = client.post(url("edit", community.pk), community_data(**data, named=[voice]))

    assert response.status_code == 302
    community.refresh_from_db()
    assert (community.name, community.slug) == ("Anders", "kring")
    assert community.places.get().tier == "extended"
    assert community.representatives.get().contact == left
    client.post(url("edit", community.pk), community_data(**data, named=[voice | {"DELETE": "on"}]))
    assert not community.representatives.exists()


def test_organisation_cannot_leave_while_somebody_is_named_for_it(client, manager):
    community, wilg = make_community(), make_organisation()
    row = make_place(community, wilg)
    amina = make_representation(organisation=wilg).contact
    named = make_named(community, amina, wilg)

    response = client.post(
        url("edit", community.pk),
        community_data(
            initial=(1, 1),
            places=[place(wilg, id=row.pk, DELETE="on")],
            named=[{"id": named.pk, "contact": amina.pk, "organisation": wilg.pk}],
        ),
    )

    assert response.status_code == 200
    assert (community.places.count(), community.representatives.count()) == (1, 1)


# --- the list ---------------------------------------------------------------------------


def listed(client, **query: Any) -> list[str]:
    page = client.get(url("list"), query)
    assert page.status_code == 200
    return [each.name for each in page.context["object_list"]]


@pytest.mark.capability("C26", "C27")
def test_list_is_filtered_and_searched(client, manager):
    theme = make_theme()
    first, second = make_community(name="Een", theme=theme), make_community(name="Twee")
    shared = make_organisation(name="Wilg")
    make_place(first, shared, "core")
    make_place(first, make_organisation(country="KE"), "partner")
    make_place(second, shared, "partner")
    make_place(second, make_organisation(country="KE"), "core")

    assert listed(client) == ["Een", "Twee"]
    assert listed(client, theme=theme.pk) == ["Een"]
    assert listed(client, tier="extended") == []
    assert listed(client, tier="partner") == ["Een", "Twee"]
    assert listed(client, tier="partner", country="KE") == ["Een"]
    assert listed(client, organisation=shared.pk, tier="core") == ["Een"]
    assert listed(client, country="XX") == ["Een", "Twee"]  # no choice: an error, not a filter
    assert listed(client, q="twee") == ["Twee"]
    assert listed(client, q="wilg") == ["Een", "Twee"]


def test_list_asks_no_more_for_more_communities(client, manager):
    def add():
        community, organisation = make_community(theme=make_theme()), make_organisation()
        make_place(community, organisation)
        make_named(community, make_representation(organisation=organisation).contact, organisation)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            listed(client)
        return len(asked)

    add()
    listed(client)
    once = queries()
    for _n in range(3):
        add()
    assert queries() == once


def read_file(response, kind: str) -> list[list[Any]]:
    content = response.getvalue()
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [
        [str(each.date()) if isinstance(each, datetime) else each for each in row]
        for row in sheet.iter_rows(values_only=True)
    ]


def test_list_is_exported_with_its_figures(client, manager):
    make_place(make_community(name="=Kring"), make_organisation(country="KE"), "partner")

    assert read_file(client.get(url("list"), {"export": "csv"}), "csv") == [
        ["Name", "Theme", "Core", "Extended", "Partner", "Organisations", "Countries", "People"],
        ["'=Kring", "", "0", "0", "1", "1", "1", "0"],
    ]


# --- the page of one --------------------------------------------------------------------


def page_of(client, community) -> str:
    response = client.get(url("inspect", community.pk))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.capability("C25", "C26", "C31", "C33")
def test_page_shows_tiers_countries_representatives_and_the_log(client, manager):
    community = make_community(description="Eens per kwartaal.")
    wilg, eik = make_member(name="Wilg"), make_organisation(name="Eik")
    abroad = make_organisation(name="Baobab", country="KE")
    for organisation, tier in ((wilg, "core"), (eik, "core"), (abroad, "partner")):
        make_place(community, organisation, tier)
    amina = make_representation(organisation=wilg, function="").contact
    bo = make_representation(make_contact(given_name="Bo"), abroad, function="directeur").contact
    make_named(community, amina, wilg)
    make_named(community, bo, abroad)
    make_moment(community=community, text="Het eerste gesprek.", happened_on="2026-01-05")
    make_moment(community=community, text="Het tweede gesprek.", happened_on="2026-02-05")
    make_moment(community=make_community(), text="Elders besproken.")

    page = page_of(client, community)

    order = [
        "Eens per kwartaal.", "Eik", "Wilg", str(amina), "function unknown", "Baobab", "Kenya",
        str(bo), "directeur", "Het tweede gesprek.", "Het eerste gesprek.",
    ]  # fmt: skip
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "Elders besproken." not in page


def test_page_of_an_empty_community_says_what_to_do(client, manager):
    page = page_of(client, make_community())

    assert "There are no organisations in this community yet." in page
    assert "Nothing has been noted yet." in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_organisations_of_a_community_are_exported(client, manager, kind):
    community, wilg = make_community(slug="kring"), make_organisation(name="=Wilg", country="KE")
    make_place(community, wilg, "partner", since="2026-01-01")
    amina = make_representation(organisation=wilg).contact
    make_named(community, amina, wilg)

    response = client.get(url("inspect", community.pk), {"export": kind})

    guard = "'" if kind == "csv" else ""
    assert f'kring.{kind}"' in response["Content-Disposition"]
    assert read_file(response, kind) == [
        ["Tier", "Organisation", "Country", "Since", "Named representatives"],
        ["partner", f"{guard}=Wilg", "Kenya", "2026-01-01", str(amina)],
    ]


# --- who may ----------------------------------------------------------------------------


def test_community_in_use_is_kept_and_another_deleted(client, manager):
    kept, gone = make_community(name="Kring"), make_community()
    make_place(gone)
    make_moment(community=kept)

    answer = client.post(url("delete", kept.pk), follow=True)
    client.post(url("delete", gone.pk))

    assert "Still in use, so not deleted: Kring." in answer.content.decode()
    assert list(Community.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("role", "sees", "changes"),
    [
        ("Redacteur", False, False),
        ("Organisator", True, False),
        ("Relatiebeheerder", True, True),
        ("Beheerder", True, True),
    ],
)
def test_groups_see_and_change_what_is_theirs(client, role, sees, changes):
    community = make_community()
    log_in(client, role)

    def opens(name: str, *args: Any) -> bool:
        return client.get(url(name, *args)).status_code == 200

    assert opens("list") == opens("inspect", community.pk) == sees
    assert opens("add") == opens("edit", community.pk) == opens("delete", community.pk) == changes
    if sees:
        page = page_of(client, community)
        assert (url("edit", community.pk) in page) == changes
