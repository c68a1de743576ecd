"""The list of people in the admin: sorted, searched and narrowed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from contacts.selectors.people import search_people, tags_in_use
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery
from tests.factories.communities import make_community, make_named, make_place
from tests.factories.contacts import (
    TODAY,
    make_alias,
    make_contact,
    make_member,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)
from tests.factories.participation import make_invitation

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_contacts_contact:list"


@pytest.fixture
def manager(client) -> User:
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def listed(client, **query) -> list[Contact]:
    response = client.get(reverse(LIST), query)
    assert response.context["filters"].form.errors == {}
    return list(response.context["object_list"])


@pytest.mark.database
def test_people_stand_in_the_order_of_the_alphabet_whatever_the_capitals(client, manager):
    names = [
        ("", "Alders", "Bo"),
        ("el", "Amrani", "Ilham"),
        ("", "de boer", "Kim"),
        ("", "Özdemir", "Can"),
        ("", "Pronk", "Sanne"),
        ("de", "Vries", "Amina"),
        ("de", "Vries", "Zoë"),
        ("", "Vriesema", "Anna"),
    ]
    for prefix, family, given in reversed(names):
        make_contact(given_name=given, family_name_prefix=prefix, family_name=family)
    nameless = make_contact(given_name="", family_name="", email="info@example.org")
    found = listed(client)
    assert found.pop([who.pk for who in found].index(nameless.pk)).email == "info@example.org"
    assert [(who.family_name_prefix, who.family_name, who.given_name) for who in found] == names
    backwards = listed(client, ordering="-sort_key")
    assert [who.pk for who in backwards if who != nameless] == [who.pk for who in reversed(found)]


@pytest.mark.database
@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("zoe", True),
        ("ZOË vries", True),
        ("vries de zoë", True),
        ("z.", True),
        ("zoe@exAMPLE", True),
        ("wilg", True),
        ("zoe boomvrienden", True),
        ("zoe wilg vries", True),
        ("zoe elders", False),
        ("zoe voorheen", False),
        ("amina", False),
        ("%", False),
    ],
)
def test_every_word_is_looked_for_in_names_addresses_and_organisations(text, is_found):
    zoe = make_contact(
        given_name="Zoë",
        initials="Z.",
        family_name_prefix="de",
        family_name="Vries",
        email="zoe@example.org",
    )
    wilg = make_organisation(name="Stichting Wílg")
    make_alias(wilg, "Boomvrienden")
    make_representation(zoe, wilg)
    make_representation(
        zoe, make_organisation(name="Voorheen"), valid_until=TODAY - timedelta(days=1)
    )
    make_representation(
        make_contact(given_name="Bo", family_name="Amstel", email="bo@example.com"),
        make_organisation(name="Elders"),
    )
    assert list(search_people(text, TODAY)) == ([zoe] if is_found else [])


def test_erased_and_merged_people_are_not_found():
    gone = make_contact(given_name="Zoë", email="", erased_at=timezone.now())
    stayed = make_contact(given_name="Zoë")
    make_contact(given_name="Zoë", merged_into=stayed)
    assert list(search_people("zoe", TODAY)) == [stayed]
    assert gone.sort_key != ""  # it was there to be found


def test_sort_key_follows_every_write_of_the_name():
    contact = make_contact(given_name="Amina", family_name="Berg", email="amina@example.org")
    Contact.objects.filter(pk=contact.pk).update(given_name="", family_name="", email="")
    contact.refresh_from_db()
    assert contact.sort_key == ""


def test_people_are_narrowed_by_whom_they_speak_for(client, manager):
    member = make_representation(organisation=make_member()).contact
    aspirant = make_organisation()
    make_membership(aspirant, kind="aspirant")
    aspiring = make_representation(organisation=aspirant).contact
    make_representation(aspiring, make_organisation())
    former = make_organisation()
    make_membership(former, valid_until=timezone.localdate() - timedelta(days=1))
    outside = make_representation(organisation=former).contact
    alone = make_contact()
    assert listed(client, speaks_for="member") == [member]
    assert listed(client, speaks_for="aspirant") == [aspiring]
    assert set(listed(client, speaks_for="none")) == {outside, alone}
    assert listed(client, without="organisation") == [alone]


def test_people_are_narrowed_by_theme_with_its_parts(client, manager):
    migration = make_theme(slug="migratie")
    labour = make_theme(slug="arbeidsmigratie", parent=migration)
    broad = make_representation(organisation=make_organisation(themes=(migration, labour))).contact
    narrow = make_representation(organisation=make_organisation(themes=(labour,))).contact
    make_representation(organisation=make_organisation(themes=(make_theme(),)))
    assert set(listed(client, theme=migration.pk)) == {broad, narrow}
    assert set(listed(client, theme=labour.pk)) == {broad, narrow}


def test_community_and_tier_are_asked_of_one_place(client, manager):
    livelihoods, health = make_community(), make_community()
    both = make_representation().contact
    other = make_representation().contact
    organisation = both.representations.get().organisation
    make_place(livelihoods, organisation, tier="core")
    make_place(health, organisation, tier="partner")
    make_place(livelihoods, other.representations.get().organisation, tier="partner")
    assert set(listed(client, community=livelihoods.pk)) == {both, other}
    assert listed(client, community=livelihoods.pk, tier="core") == [both]
    assert listed(client, community=livelihoods.pk, tier="partner") == [other]
    assert set(listed(client, tier="partner")) == {both, other}


def test_for_an_organisation_with_a_named_representative_the_others_are_silent(client, manager):
    community = make_community()
    named = make_representation()
    make_representation(organisation=named.organisation)
    make_place(community, named.organisation)
    make_named(community, named.contact, named.organisation)
    assert listed(client, community=community.pk) == [named.contact]


@pytest.mark.database
def test_people_are_narrowed_by_their_own_marks(client, manager):
    tagged = make_contact(tags=["kern", "pers"])
    reader = make_contact(language="en", tags=["per"])
    paused = make_contact(paused_until=timezone.localdate())
    make_contact(paused_until=timezone.localdate() - timedelta(days=1))
    sparing = make_contact(wants_less_mail=True)
    unreachable = make_contact(email="")
    assert tags_in_use() == ["kern", "per", "pers"]
    assert listed(client, tag="pers") == [tagged]
    assert listed(client, language="en") == [reader]
    assert listed(client, asked_for="pause") == [paused]
    assert listed(client, asked_for="less") == [sparing]
    assert listed(client, without="address") == [unreachable]
    assert listed(client, without=["address", "organisation"]) == [unreachable]


def test_people_are_narrowed_by_what_is_stopped(client, manager):
    invitations, everything, bounced, groups, free = (make_contact() for _n in range(5))
    make_suppression(invitations, scope="purpose", purpose="invitations")
    make_suppression(everything)
    make_suppression(bounced, reason="hard_bounce")
    make_suppression(groups, scope="purpose", purpose="subgroup", topic="water")
    unreachable = make_contact(email="")
    assert set(listed(client, not_mailed="invitations")) == {invitations, everything, bounced}
    assert set(listed(client, not_mailed="announcements")) == {everything, bounced}
    assert set(listed(client, not_mailed="all")) == {everything, bounced}
    assert listed(client, not_mailed="bounced") == [bounced]
    assert set(listed(client, not_mailed="none")) == {free, unreachable}


def test_other_rooms_narrow_the_list_and_fill_a_column(client, manager):
    mailed = make_delivery(state="sent", sent_at=timezone.now()).contact
    silent = make_invitation().contact
    assert listed(client, last_mailing="month") == [mailed]
    assert listed(client, last_mailing="never") == [silent]
    assert listed(client, answers="never") == [silent]
    shown = {who.pk: who.shown for who in listed(client)}
    assert shown == {
        mailed.pk: {"last_mailing": timezone.localdate()},
        silent.pk: {"last_mailing": None},
    }


def test_list_shows_function_and_organisation(client, manager):
    place = make_representation(function="directeur")
    page = client.get(reverse(LIST)).content.decode()
    assert f"{place.organisation.name} (directeur)" in page


def _fill(size: int) -> None:
    community = make_community()
    for _n in range(size):
        place = make_representation(organisation=make_member(themes=(make_theme(),)))
        make_place(community, place.organisation)
        make_suppression(place.contact)
        make_delivery(contact=place.contact, state="sent", sent_at=timezone.now())
        make_invitation(contact=place.contact)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "amina wilg"},
        {"speaks_for": "member", "tier": "core", "not_mailed": "invitations", "answers": "never"},
        {"last_mailing": "month", "language": "nl"},
    ],
)
def test_list_asks_the_database_no_more_for_more_people(client, manager, query):
    client.get(reverse(LIST))
    counts = []
    for size in (1, 3):
        _fill(size)
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(client, **query)) in (1, 4)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_list_of_nobody_says_so(client, manager):
    assert listed(client, q="niemand") == []
