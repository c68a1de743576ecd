"""Imports: rows about organisations, other names, tags, merged people and doubtful addresses."""

from datetime import timedelta

import pytest
from django.utils import translation

from contacts.models import (
    Contact,
    Membership,
    Organisation,
    OrganisationAlias,
    Representation,
)
from contacts.selectors.imports import import_rows
from contacts.services.imports import run_import
from contacts.services.merging import merge_contacts
from tests.contacts.importing import go_on, no_pause, outcomes, run, stage, the_base
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_contact,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)

# Again on PostgreSQL: rows written past the ORM.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

ABOUT = "organisatie;soort;land;website;thema;lid;lid sinds;andere namen\n"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_row_about_an_organisation_makes_it_with_all_that_the_row_says():
    theme = make_theme(slug="migratie", name_nl="Migratie")
    text = "Wilg;diaspora;BE;wilg.example.org;Migratie;ja;2009;De Wilg, Wilgen\n"
    done = run(text, header=ABOUT)
    organisation = Organisation.objects.get()
    assert outcomes(done) == [(2, "created", "organisation_new")]
    assert (
        organisation.name,
        organisation.slug,
        organisation.kind,
        organisation.country,
        organisation.website,
        organisation.reviewed,
    ) == ("Wilg", "wilg", "diaspora", "BE", "https://wilg.example.org", False)
    assert list(organisation.themes.all()) == [theme]
    assert list(OrganisationAlias.objects.order_by("pk").values_list("name", "name_key")) == [
        ("De Wilg", "de wilg"),
        ("Wilgen", "wilgen"),
    ]
    assert str(Membership.objects.get().valid_from) == "2009-01-01"
    assert not Contact.objects.exists()
    before = the_base()
    assert (outcomes(run(text, header=ABOUT)), the_base()) == ([(2, "unchanged", "")], before)


def test_row_about_an_organisation_replaces_what_is_filled_in_and_keeps_the_rest():
    known = make_organisation(
        name="Wilg", kind="ngo", country="NL", website="https://wilg.example.org"
    )
    make_membership(known)
    done = run("wilg;onderzoek;;;;aspirant;;\n", header=ABOUT)
    known.refresh_from_db()
    assert outcomes(done) == [(2, "updated", "")]
    assert (known.name, known.kind, known.country, known.website) == (
        "Wilg",
        "research",
        "NL",
        "https://wilg.example.org",
    )
    assert list(Membership.objects.values_list("kind", "valid_until")) == [("member", None)]


def test_row_about_a_person_does_not_change_what_is_known_of_their_organisation():
    known = make_organisation(name="Wilg", kind="ngo", country="NL")
    header = "e-mail;organisatie;soort;land;website\n"
    run("a@example.org;Wilg;media;BE;wilg.example.org\n", header=header)
    run("b@example.org;Wilg;media;BE;elders.example.org\n", header=header)
    known.refresh_from_db()
    assert (known.kind, known.country, known.website) == (
        "ngo",
        "NL",
        "https://wilg.example.org",
    )


def test_what_only_a_person_can_have_is_left_out_of_a_row_about_an_organisation():
    header = "e-mail;organisatie;label;grondslag;bron\n"
    done = run(";Wilg;vip;toestemming;beurs\n", header=header)
    assert import_rows(done) == [
        {
            "row": 2,
            "outcome": "created",
            "code": "organisation_new",
            "reason": "New organisation: Wilg. The tags and the basis to mail are left out: they "
            "belong to a person.",
        }
    ]
    assert not Contact.objects.exists()


@pytest.mark.capability("C30")
def test_other_name_finds_the_organisation_from_the_next_row_on():
    header = "e-mail;naam;organisatie;andere namen\n"
    done = run(
        "a@example.org;Amina Berg;Social Trade Organisation;STRO\nb@example.org;Bo Berg;stro;\n",
        header=header,
    )
    assert outcomes(done) == [(2, "created", "organisation_new"), (3, "created", "")]
    assert Organisation.objects.count() == 1
    assert Representation.objects.count() == 2


def test_other_name_that_is_an_organisation_by_itself_is_left_out():
    make_organisation(name="STRO")
    done = run("Social Trade Organisation;;;;;;;STRO\n", header=ABOUT)
    assert import_rows(done)[0]["reason"] == (
        "“STRO” is an organisation by itself; the two may have to be merged. "
        "New organisation: Social Trade Organisation."
    )
    assert not OrganisationAlias.objects.exists()


def test_other_names_of_two_organisations_in_one_cell_are_left_out():
    header = "e-mail;naam;organisatie;andere namen\n"
    done = run("a@example.org;Amina Berg;Wilg / Water;WW\n", header=header)
    assert outcomes(done) == [(2, "created", "alias_homeless")]
    assert not OrganisationAlias.objects.exists()


def test_name_that_became_the_other_name_of_two_is_ambiguous():
    make_alias(make_organisation(name="Straatrovers Ontmoeten"), "STRO")
    header = "e-mail;naam;organisatie;andere namen\n"
    done = run(
        "a@example.org;Amina Berg;Social Trade;STRO\nb@example.org;Bo Berg;STRO;\n", header=header
    )
    assert outcomes(done) == [(2, "created", "organisation_new"), (3, "skipped", "name_ambiguous")]


def test_organisations_of_one_name_in_other_letters_get_slugs_of_their_own():
    make_organisation(name="Elders", slug="wilg")
    run("Wilg!;;;;;;;\nWilg & Co;;;;;;;\nWilg-2;;;;;;;\n中文;;;;;;;\n日本;;;;;;;\n", header=ABOUT)
    found = Organisation.objects.order_by("pk").values_list("name", "slug")
    assert list(found) == [
        ("Elders", "wilg"),
        ("Wilg!", "wilg-2"),
        ("Wilg & Co", "wilg-co"),
        ("Wilg-2", "wilg-2-2"),
        ("中文", "x"),
        ("日本", "x-2"),
    ]


def test_membership_that_begins_later_is_not_added_again():
    text = f"Wilg;;;;;ja;{(TODAY + timedelta(days=60)).isoformat()};\n"
    first, second = run(text, header=ABOUT), run(text, header=ABOUT)
    assert [outcomes(first)[0][1], outcomes(second)[0][1]] == ["created", "unchanged"]
    assert Membership.objects.count() == 1


def test_place_that_begins_later_is_not_added_again():
    contact = make_contact(email="a@example.org", given_name="Amina", family_name="Berg")
    make_representation(
        contact, make_organisation(name="Wilg"), valid_from=TODAY + timedelta(days=9)
    )
    assert outcomes(run("a@example.org;Amina Berg;Wilg;\n")) == [(2, "unchanged", "")]
    assert Representation.objects.count() == 1


def test_tags_are_added_and_never_removed():
    contact = make_contact(
        email="a@example.org", given_name="Amina", family_name="Berg", tags=["VIP", "oud"]
    )
    header = "e-mail;naam;labels\n"
    text = "a@example.org;Amina Berg;vip, nieuw\nb@example.org;Bo Berg;nieuw\n"
    assert [outcome for _row, outcome, _code in outcomes(run(text, header=header))] == [
        "updated",
        "created",
    ]
    contact.refresh_from_db()
    assert contact.tags == ["VIP", "oud", "nieuw"]
    assert Contact.objects.get(email="b@example.org").tags == ["nieuw"]
    assert run(text, header=header).counts["unchanged"] == 2


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("info@example.org", "shared_address"),
        ("Secretariaat+lijst@example.org", "shared_address"),
        ("amina@mailinator.com", "disposable_address"),
        ("amina@x.yopmail.com", "disposable_address"),
        ("information@example.org", ""),
    ],
)
def test_address_of_an_office_or_for_a_moment_is_warned_about_and_not_refused(address, code):
    assert outcomes(run(f"{address};Amina Berg;;\n")) == [(2, "created", code)]
    assert outcomes(run(f"{address};Amina Berg;;\n")) == [(2, "unchanged", "")]


def test_merged_person_is_found_by_the_old_address_and_the_old_name():
    wilg = make_organisation(name="Wilg")
    kept = make_contact(email="new@example.org", given_name="Amina", family_name="Berg", phone="1")
    gone = make_contact(email="old@example.org", given_name="Amina", family_name="de Vries")
    make_representation(gone, wilg)
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    header = "e-mail;voornaam;achternaam;organisatie;telefoon\n"
    done = run(
        "old@example.org;Amina;de Vries;Wilg;2\n"
        "old@example.org;Carla;Wilg;;\n"
        ";Amina;de Vries;wilg;3\n",
        header=header,
    )
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert outcomes(done) == [(2, "updated", ""), (3, "conflict", "other_name"), (4, "updated", "")]
    assert (kept.phone, kept.address_key, gone.phone) == ("3", "new@example.org", "")
    assert Contact.objects.count() == 2


def test_consent_is_not_recorded_when_the_address_that_stayed_is_suppressed():
    kept = make_contact(email="new@example.org", given_name="Amina", family_name="Berg")
    gone = make_contact(email="old@example.org", given_name="Amina", family_name="Berg")
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    make_suppression(kept)
    header = "e-mail;naam;grondslag;bron\n"
    done = run("old@example.org;Amina Berg;toestemming;beurs\n", header=header)
    assert outcomes(done) == [(2, "unchanged", "suppressed")]
    assert not kept.consents.exists()


def test_person_found_in_a_file_about_many_organisations_keeps_the_place_of_another():
    """A later run knows who joined in an earlier one, also where it has read the rest before."""
    staged = stage(";Amina Berg;Wilg;\n;Bo Berg;Wilg;\n;Amina Berg;Wilg;\n")
    done = run_import(import_id=staged.pk, now=NOW, pause=no_pause)
    assert outcomes(done)[2] == (4, "skipped", "duplicate")
    again = go_on(stage(";Amina Berg;Wilg;lid\n"))
    assert outcomes(again) == [(2, "updated", "")]
