"""The list of organisations in the admin: counted, searched and narrowed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Organisation
from tests.factories.base import make_user
from tests.factories.communities import make_community, make_place
from tests.factories.contacts import (
    make_alias,
    make_contact,
    make_mail_domain,
    make_member,
    make_membership,
    make_organisation,
    make_representation,
    make_theme,
)

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_contacts_organisation:list"


@pytest.fixture(autouse=True)
def manager(client) -> User:
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def listed(client, **query) -> list[Organisation]:
    response = client.get(reverse(LIST), query)
    assert response.context["filters"].form.errors == {}
    return list(response.context["object_list"])


@pytest.mark.capability("C27")
def test_people_are_counted_and_never_typed(client):
    today = timezone.localdate()
    wilg, eik = make_organisation(name="Wilg"), make_organisation(name="Eik")
    place = make_representation(organisation=wilg)
    make_representation(make_contact(merged_into=place.contact), wilg)
    make_representation(make_contact(email="", erased_at=timezone.now()), wilg)
    make_representation(organisation=wilg, valid_until=today - timedelta(days=1))
    make_representation(organisation=wilg, valid_until=today)
    found = {each.name: each.people_count for each in listed(client)}
    assert found == {"Eik": 0, "Wilg": 2}
    assert listed(client, has_people="true") == [wilg]
    assert listed(client, has_people="false") == [eik]


def test_organisations_are_narrowed_by_membership(client):
    today = timezone.localdate()
    member, aspirant, former, never = (
        make_member(name="A"),
        make_organisation(name="B"),
        make_organisation(name="C"),
        make_organisation(name="D"),
    )
    make_membership(aspirant, kind="aspirant")
    make_membership(former, valid_until=today - timedelta(days=1))
    make_membership(never, valid_from=today + timedelta(days=1))
    assert listed(client, membership="member") == [member]
    assert listed(client, membership="aspirant") == [aspirant]
    assert listed(client, membership="none") == [former, never]
    assert listed(client, membership="former") == [former]
    assert [each.membership_now for each in listed(client)] == ["member", "aspirant", None, None]


@pytest.mark.capability("C9")
def test_organisations_are_narrowed_by_what_they_are(client):
    migration = make_theme()
    labour = make_theme(parent=migration)
    community, other = make_community(), make_community()
    wilg = make_organisation(name="Wilg", kind="diaspora", country="BE", themes=(labour,))
    eik = make_organisation(name="Eik", reviewed=False, themes=(migration, labour))
    make_organisation(name="Den", themes=(make_theme(),))
    make_place(community, wilg, tier="partner")
    make_place(other, wilg, tier="core")
    make_place(community, eik, tier="core")
    assert listed(client, theme=migration.pk) == [eik, wilg]
    assert listed(client, kind="diaspora") == [wilg]
    assert listed(client, country="BE") == [wilg]
    assert listed(client, reviewed="false") == [eik]
    assert listed(client, community=community.pk) == [eik, wilg]
    assert listed(client, community=community.pk, tier="core") == [eik]
    assert listed(client, tier="partner") == [wilg]


@pytest.mark.capability("C30")
@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("trade", True),
        ("organisation SOCIAL", True),
        ("stro", True),
        ("stro trade", True),
        ("stro.example", True),
        ("stro elders", False),
        ("elders", False),
    ],
)
def test_organisations_are_found_by_every_name_and_domain(client, text, is_found):
    stro = make_organisation(name="Social Trade Organisation")
    make_alias(stro, "STRO")
    make_mail_domain(stro, "stro.example.org")
    make_organisation(name="Anders")
    assert listed(client, q=text) == ([stro] if is_found else [])


@pytest.mark.parametrize("query", [{}, {"q": "wilg", "membership": "member", "tier": "core"}])
def test_list_asks_the_database_no_more_for_more_organisations(client, query):
    client.get(reverse(LIST))
    community = make_community()
    counts = []
    for size in (1, 3):
        for _n in range(size):
            organisation = make_member(themes=(make_theme(),))
            make_representation(organisation=organisation)
            make_place(community, organisation)
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(client, **query)) in (1, 4)
        counts.append(len(queries))
    assert counts[0] == counts[1]
