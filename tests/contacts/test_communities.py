"""Communities: their organisations in tiers, who is named, who speaks, and what is counted."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from contacts.enums import Tier
from contacts.errors import NameMissing, PlacedTwice, ReferenceUnknown, RepresentativeInvalid
from contacts.models import Community, CommunityOrganisation, CommunityRepresentative
from contacts.selectors.communities import (
    counted,
    search_communities,
    seats,
    speaking,
    spoken_by,
)
from contacts.services.communities import (
    create_community,
    organisation_to_name,
    place_organisations,
    update_community,
)
from tests.factories.base import make_user
from tests.factories.communities import make_community, make_named, make_place
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_theme,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


YESTERDAY = timezone.localdate() - timedelta(days=1)


def place(organisation, tier="core", since=None) -> dict[str, Any]:
    return {"organisation": organisation.pk, "tier": tier, "since": since}


def voice(contact, organisation=None) -> dict[str, Any]:
    return {"contact": contact.pk, "organisation": organisation and organisation.pk}


def placed(community) -> dict[str, str]:
    rows = CommunityOrganisation.objects.filter(community=community)
    return dict(rows.values_list("organisation__name", "tier"))


def named(community) -> set[tuple[int, int]]:
    rows = CommunityRepresentative.objects.filter(community=community)
    return set(rows.values_list("contact_id", "organisation_id"))


def speakers(community, day=TODAY) -> set[int]:
    return set(speaking(day).filter(community=community.pk).values_list("contact_id", flat=True))


# --- making and changing ----------------------------------------------------------------


@pytest.mark.capability("C25", "C26")
def test_community_is_made_with_organisations_in_tiers_and_representatives():
    theme = make_theme(slug="diaspora")
    member, other = make_member(name="Wilg"), make_organisation(name="Eik", country="KE")
    amina = make_representation(organisation=member).contact

    community = create_community(
        name="  Leerkring   Diaspora ",
        theme="diaspora",
        organisations=[place(member, since=date(2026, 1, 1)), place(other, "partner")],
        representatives=[voice(amina)],
        now=NOW,
    )

    assert (community.name, community.slug, community.theme) == (
        "Leerkring Diaspora",
        "leerkring-diaspora",
        theme,
    )
    assert placed(community) == {"Wilg": "core", "Eik": "partner"}
    assert named(community) == {(amina.pk, member.pk)}


def test_slug_is_made_once_and_differs_from_that_of_a_namesake():
    first = create_community(name="Leerkring", now=NOW)
    second = create_community(name="Leerkring", now=NOW)
    update_community(community=first, name="Anders", now=NOW)

    first.refresh_from_db()
    assert (first.name, first.slug, second.slug) == ("Anders", "leerkring", "leerkring-2")


def test_what_is_not_given_stays():
    organisation = make_organisation(name="Wilg")
    amina = make_representation(organisation=organisation).contact
    community = create_community(
        name="Leerkring",
        theme=make_theme().slug,
        description="Eens per kwartaal.",
        organisations=[place(organisation)],
        representatives=[voice(amina)],
        now=NOW,
    )
    update_community(community=community, name="Kring", now=NOW)

    community.refresh_from_db()
    assert community.description == "Eens per kwartaal."
    assert community.theme is not None
    assert placed(community) == {"Wilg": "core"}
    assert named(community) == {(amina.pk, organisation.pk)}

    update_community(community=community, theme=None, now=NOW)
    community.refresh_from_db()
    assert community.theme is None


def test_organisation_that_leaves_takes_its_representatives_along():
    stays, leaves = make_organisation(name="Wilg"), make_organisation(name="Eik")
    one, other = (make_representation(organisation=each).contact for each in (stays, leaves))
    community = create_community(
        name="Leerkring",
        organisations=[place(stays), place(leaves)],
        representatives=[voice(one), voice(other)],
        now=NOW,
    )
    update_community(community=community, organisations=[place(stays, "extended")], now=NOW)

    assert placed(community) == {"Wilg": "extended"}
    assert named(community) == {(one.pk, stays.pk)}


def test_organisations_are_placed_or_moved_together():
    known, new, same = (make_organisation(name=name) for name in ("Wilg", "Eik", "Els"))
    community = make_community()
    make_place(community, known, "extended", since=date(2020, 1, 1))
    make_place(community, same, "core")

    count = place_organisations(
        community=community, organisations=[known, new, same], tier="core", now=NOW
    )

    assert count == 2
    assert placed(community) == {"Wilg": "core", "Eik": "core", "Els": "core"}
    sinces = CommunityOrganisation.objects.order_by("organisation__name")
    assert list(sinces.values_list("since", flat=True)) == [TODAY, None, date(2020, 1, 1)]


def test_naming_is_noted_at_the_person():
    organisation = make_organisation(name="Wilg")
    amina = make_representation(organisation=organisation).contact
    user = make_user()
    community = create_community(
        name="Kring",
        organisations=[place(organisation)],
        representatives=[voice(amina)],
        by=user,
        now=NOW,
    )
    update_community(community=community, representatives=[voice(amina)], by=user, now=NOW)
    update_community(community=community, representatives=[], by=user, now=NOW)

    lines = ModelLogEntry.objects.filter(object_id=str(amina.pk)).order_by("id")
    assert [(line.user_id, line.data["changes"]) for line in lines] == [
        (user.pk, {"communities": [None, "Kring (Wilg)"]}),
        (user.pk, {"communities": ["Kring (Wilg)", None]}),
    ]


# --- what is refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": " "}, NameMissing),
        ({"theme": "nergens"}, ReferenceUnknown),
        (
            {"organisations": [{"organisation": 987654, "tier": "core", "since": None}]},
            ReferenceUnknown,
        ),
        ({"representatives": [{"contact": 987654, "organisation": None}]}, ReferenceUnknown),
    ],
)
def test_wrong_community_is_refused_and_not_stored(values, error):
    with pytest.raises(error):
        create_community(**{"name": "Leerkring"} | values, now=NOW)

    assert not Community.objects.exists()


def test_organisation_stands_in_one_tier():
    wilg = make_organisation(name="Wilg")

    with pytest.raises(PlacedTwice, match="Wilg"):
        create_community(name="Kring", organisations=[place(wilg), place(wilg, "partner")], now=NOW)
    assert not Community.objects.exists()


@pytest.mark.parametrize("state", [{"erased_at": NOW}, {"merged": True}])
def test_somebody_who_is_no_more_is_not_named(state):
    values = {"merged_into": make_contact()} if "merged" in state else state
    organisation = make_organisation()
    gone = make_representation(make_contact(**values), organisation).contact

    with pytest.raises(ReferenceUnknown):
        create_community(
            name="Kring",
            organisations=[place(organisation)],
            representatives=[voice(gone, organisation)],
            now=NOW,
        )


@pytest.mark.capability("C29")
def test_representative_speaks_for_an_organisation_of_the_community():
    places = {1: "Wilg", 2: "Eik"}

    def chosen(organisation, spoken):
        return organisation_to_name(
            person="Amina", chosen=organisation, places=places, spoken=spoken
        )

    assert chosen(None, {2}) == 2
    assert chosen(1, {1, 2}) == 1
    for organisation, spoken, words in (
        (None, set(), "no organisation of this community"),
        (None, {1, 2}, "Eik, Wilg"),
        (3, {1}, "an organisation of this community"),
        (2, {1}, "does not speak for Eik"),
    ):
        with pytest.raises(RepresentativeInvalid, match=words):
            chosen(organisation, spoken)


def test_who_spoke_until_yesterday_cannot_be_named_but_stays_named():
    organisation = make_organisation()
    gone = make_representation(organisation=organisation).contact
    community = create_community(
        name="Kring",
        organisations=[place(organisation)],
        representatives=[voice(gone)],
        now=NOW,
    )
    gone.representations.update(valid_until=TODAY - timedelta(days=1))

    update_community(community=community, representatives=[voice(gone, organisation)], now=NOW)
    assert named(community) == {(gone.pk, organisation.pk)}
    update_community(community=community, representatives=[], now=NOW)
    with pytest.raises(RepresentativeInvalid):
        update_community(community=community, representatives=[voice(gone, organisation)], now=NOW)


# --- who speaks -------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.capability("C25")
def test_named_people_speak_and_where_nobody_is_named_everybody():
    community, elsewhere = make_community(), make_community()
    with_named, without = make_organisation(), make_organisation()
    make_place(community, with_named)
    make_place(community, without)
    make_place(elsewhere, with_named)
    chosen, silent = (make_representation(organisation=with_named).contact for _n in range(2))
    everybody = {make_representation(organisation=without).contact.pk for _n in range(2)}
    make_named(community, chosen, with_named)
    make_representation()

    assert speakers(community) == {chosen.pk} | everybody
    assert speakers(elsewhere) == {chosen.pk, silent.pk}


def test_when_who_was_named_has_left_everybody_speaks_again():
    community, organisation = make_community(), make_organisation()
    make_place(community, organisation)
    left = make_representation(
        organisation=organisation, valid_until=TODAY - timedelta(days=1)
    ).contact
    erased = make_representation(make_contact(erased_at=NOW), organisation).contact
    colleague = make_representation(organisation=organisation).contact
    make_named(community, left, organisation)
    make_named(community, erased, organisation)

    assert speakers(community) == {colleague.pk}
    assert speakers(community, TODAY - timedelta(days=1)) == {left.pk}


def test_spoken_by_counts_today_and_people_who_are_there():
    organisation, other = make_organisation(), make_organisation()
    amina = make_representation(organisation=organisation).contact
    make_representation(amina, other)
    left = make_representation(organisation=organisation, valid_until=YESTERDAY).contact
    gone = make_representation(make_contact(erased_at=NOW), organisation).contact

    found = spoken_by(
        contact_ids=[amina.pk, left.pk, gone.pk],
        organisation_ids=[organisation.pk],
        day=timezone.localdate(),
    )
    assert found == {amina.pk: {organisation.pk}}


# --- figures ----------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.capability("C26", "C27")
def test_figures_are_counted():
    community = make_community()
    for tier, countries in {"core": ("NL", "NL"), "partner": ("KE", "BE", "KE")}.items():
        for country in countries:
            make_place(community, make_organisation(country=country), tier)
    shared = community.places.first().organisation
    amina = make_representation(organisation=shared).contact
    make_representation(amina, community.places.last().organisation)
    make_representation(organisation=shared)
    empty = make_community()

    figures = counted(Community.objects.order_by("id"), TODAY).values_list(
        "id", "core_count", "extended_count", "partner_count", "organisation_count",
        "country_count", "people_count",
    )  # fmt: skip
    assert list(figures) == [(community.pk, 2, 0, 3, 5, 3, 2), (empty.pk, 0, 0, 0, 0, 0, 0)]


@pytest.mark.capability("C33")
def test_seats_are_by_the_alphabet_members_and_others_alike():
    community = make_community()
    for name, make in (("Wilg", make_member), ("Eik", make_organisation), ("Els", make_member)):
        make_place(community, make(name=name))
    els = community.places.get(organisation__name="Els").organisation
    amina = make_representation(organisation=els, function="").contact
    left = make_representation(organisation=els, valid_until=TODAY - timedelta(days=1)).contact
    for contact in (amina, left):
        make_named(community, contact, els)

    found = seats(community, TODAY)

    assert [seat.place.organisation.name for seat in found[Tier.CORE]] == ["Eik", "Els", "Wilg"]
    assert [(each.contact, each.function, each.speaks) for each in found[Tier.CORE][1].named] == [
        (amina, "", True),
        (left, "", False),
    ]
    assert found[Tier.EXTENDED] == found[Tier.PARTNER] == []


def test_page_asks_no_more_for_more_organisations():
    community = make_community()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            seats(community, TODAY)
            list(counted(Community.objects.all(), TODAY))
        return len(asked)

    def add():
        organisation = make_organisation()
        make_place(community, organisation)
        make_named(community, make_representation(organisation=organisation).contact, organisation)

    add()
    once = queries()
    for _n in range(4):
        add()
    assert queries() == once == 4


def test_communities_are_found_by_their_name_and_by_their_organisations():
    theme = make_theme(slug="water")
    first, second = (
        make_community(name="Leerkring Water", theme=theme),
        make_community(name="Kring"),
    )
    wilg = make_organisation(name="Stichting Wilg")
    make_alias(wilg, "De Boom")
    make_place(second, wilg)

    def found(text="", theme_slug=""):
        return list(search_communities(text=text, theme_slug=theme_slug).order_by("id"))

    assert found() == [first, second]
    assert found("water") == [first]
    assert found("wilg") == found("de boom") == [second]
    assert found(theme_slug="water") == [first]
    assert found("niets hiervan") == []
