"""The audience of a community and its tiers: read, asked, said aloud and chosen in the editor."""

from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.checks import audience_problems
from campaigns.errors import AudienceInvalid
from campaigns.presets import recognise, to_audience
from campaigns.selectors import dry_run
from campaigns.selectors.terms import terms_of
from tests.campaigns.people import make_delegate, matching, reasons
from tests.factories.campaigns import make_mailing
from tests.factories.communities import make_community, make_named, make_place
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"community": ""}, "community"),
        ({"community": 7}, "community"),
        ({"community": "x", "tier": []}, "tier"),
        ({"community": "x", "tier": "core"}, "tier"),
        ({"community": "x", "tier": ["core", "kern"]}, "tier[1]"),
        ({"community": "x", "tier": ["core"], "member": True}, ""),
        ({"tier": ["core"]}, ""),
        ({"all": [{"member": True}, {"community": "x", "tier": ["far"]}]}, "all[1].tier[0]"),
    ],
)
def test_wrong_community_names_the_condition(data, where):
    with pytest.raises(AudienceInvalid) as refused:
        audience.parse(data)

    assert refused.value.path == where


def test_community_is_read_with_and_without_tiers():
    assert audience.parse({"community": "kring"}) == c.InCommunity("kring")
    assert audience.parse({"not": {"community": "kring", "tier": ["core", "partner"]}}) == c.Not(
        c.InCommunity("kring", ("core", "partner"))
    )


def test_unknown_community_is_a_problem_that_names_it():
    make_community(slug="kring")
    data = {"any": [{"community": "kring"}, {"not": {"community": "nergens"}}]}

    (problem,) = audience_problems(data)
    assert "nergens" in problem


@pytest.mark.capability("C26")
def test_people_of_a_community_and_of_its_tiers():
    community, elsewhere = make_community(slug="kring"), make_community(slug="elders")
    core, partner = make_member(), make_organisation(country="KE")
    make_place(community, core)
    make_place(community, partner, "partner")
    make_place(elsewhere, make_organisation(), "partner")
    chosen, silent, abroad = make_delegate(core), make_delegate(core), make_delegate(partner)
    make_named(community, chosen, core)
    make_delegate(elsewhere.places.get().organisation)
    make_delegate()

    assert matching({"community": "kring"}) == {chosen.pk, abroad.pk}
    assert matching({"community": "kring", "tier": ["core"]}) == {chosen.pk}
    assert matching({"community": "kring", "tier": ["extended", "partner"]}) == {abroad.pk}
    assert matching({"community": "kring", "tier": ["extended"]}) == set()
    assert matching({"all": [{"member": True}, {"not": {"community": "kring"}}]}) == (
        matching({"member": True}) - {chosen.pk}
    )
    assert silent.pk not in matching({"community": "kring"})


def test_who_was_named_speaks_on_the_day_of_the_mailing():
    community, organisation = make_community(slug="kring"), make_organisation()
    make_place(community, organisation)
    leaves = make_representation(
        organisation=organisation, valid_until=TODAY + timedelta(days=1)
    ).contact
    colleague = make_delegate(organisation)
    make_named(community, leaves, organisation)
    condition = audience.parse({"community": "kring"})

    def on(day):
        found = audience.matching(condition, audience.Moment(day=day))
        return set(type(leaves).objects.filter(found).values_list("pk", flat=True))

    assert on(TODAY) == {leaves.pk}
    assert on(TODAY + timedelta(days=2)) == {colleague.pk}


@pytest.mark.database
def test_dry_run_counts_somebody_of_two_organisations_once():
    community = make_community(slug="kring")
    one, other = make_member(), make_member()
    make_place(community, one)
    make_place(community, other, "partner")
    both = make_delegate(one)
    make_representation(both, other)
    make_named(community, both, one)
    make_named(community, both, other)
    make_delegate(one)
    mailing = make_mailing(audience={"community": "kring"})

    numbers = dry_run(mailing, NOW)
    assert (numbers.recipients, numbers.excluded, numbers.sample) == (1, {}, [both.pk])


def test_who_left_a_community_after_the_start_is_still_mailed():
    community, organisation = make_community(slug="kring"), make_member()
    make_place(community, organisation)
    contact = make_delegate(organisation)
    terms = terms_of(make_mailing(audience={"community": "kring"}), NOW)
    community.places.get().delete()

    condition = terms.condition
    again = audience.matching(condition, terms.again().moment)
    assert type(contact).objects.filter(again, pk=contact.pk).exists()
    assert not type(contact).objects.filter(audience.matching(condition, terms.moment)).exists()


def test_a_community_is_no_ground_to_mail():
    community, organisation = make_community(slug="kring"), make_organisation()
    make_place(community, organisation)
    contact = make_representation(make_contact(), organisation).contact

    assert reasons(audience={"community": "kring"}) == {contact.pk: "no_basis"}


@pytest.mark.parametrize(
    ("data", "dutch", "english"),
    [
        (
            {"community": "kring"},
            "Mensen die meepraten in de community “Leerkring”",
            "People who speak in the community “Leerkring”",
        ),
        (
            {"community": "kring", "tier": ["core", "extended"]},
            "Mensen die meepraten in de community “Leerkring” (kern of schil)",
            "People who speak in the community “Leerkring” (core or extended)",
        ),
        (
            {"community": "weg"},
            "Mensen die meepraten in de community “weg”",
            "People who speak in the community “weg”",
        ),
    ],
)
def test_community_is_said_aloud(data, dutch, english):
    make_community(slug="kring", name="Leerkring")
    condition = audience.parse(data)

    assert audience.sentence(condition, "nl") == dutch
    assert audience.sentence(condition, "en") == english


@pytest.mark.parametrize("tiers", [[], ["core"], ["core", "partner"]])
@pytest.mark.parametrize("leave_out", [False, True])
def test_preset_of_a_community_is_recognised(tiers, leave_out):
    chosen = {"community": "kring", "tiers": tiers, "leave_out_answered": leave_out}
    made = to_audience("community", session="sessie-1", **chosen)

    audience.parse(made)
    assert recognise(made, session="sessie-1") == {"preset": "community", "theme": ""} | chosen


def test_audience_with_a_community_among_others_is_no_preset():
    data = {"any": [{"community": "kring"}, {"member": True}]}

    assert recognise(data, session="")["preset"] == "own"


def test_editor_shows_and_keeps_the_community(client, admin_user):
    client.force_login(admin_user)
    community = make_community(slug="kring", name="Leerkring")
    chosen = {"community": "kring", "tier": ["core"]}
    mailing = make_mailing(audience=chosen, session=None)

    page = client.get(reverse("wagtailsnippets_campaigns_mailing:edit", args=[mailing.pk]))

    initial = page.context["form"].initial
    assert (initial["preset"], initial["community"], initial["tiers"]) == (
        "community",
        community,
        ["core"],
    )
