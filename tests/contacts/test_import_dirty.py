"""A list as somebody keeps it: made by hand in LibreOffice Calc, saved as Windows-1252."""

from pathlib import Path

import pytest
from django.utils import translation

from contacts.imports.reading import read_table
from contacts.models import Contact, Organisation, Representation
from contacts.selectors.imports import import_rows
from contacts.services.imports import run_import, stage_import
from tests.factories.contacts import NOW, make_contact

pytestmark = pytest.mark.django_db

CONTENT = (Path(__file__).parents[1] / "data" / "members_libreoffice.csv").read_bytes()


def imported():
    with translation.override("en"):
        staged = stage_import(
            file_name="members_libreoffice.csv",
            content=CONTENT,
            dry_run=False,
            options={"fill_organisation": True},
            created_by=None,
            now=NOW,
        )
    return run_import(import_id=staged.pk, now=NOW, pause=lambda seconds: None)


def test_list_by_hand_is_what_it_says_to_be():
    table = read_table(CONTENT)
    assert (table.encoding, table.delimiter, table.header[:2]) == (
        "windows-1252",
        ";",
        ("Organisatie", "Titel"),
    )


def test_list_by_hand_goes_in_row_by_row():
    rows = import_rows(imported())
    assert [(row["row"], row["outcome"], row["code"]) for row in rows] == [
        (5, "created", "organisation_new"),
        (6, "created", ""),
        (7, "created", ""),
        (9, "created", "organisation_new"),
        (10, "created", "organisation_new"),
        (12, "skipped", "comment"),
        (13, "created", "quotes"),
        (14, "skipped", "address_invalid"),
        (15, "created", "unclear"),
        (16, "skipped", "duplicate"),
        (17, "skipped", "cells"),
        (20, "skipped", "total"),
    ]


def test_list_by_hand_makes_the_people_and_organisations_in_it():
    imported()
    people = Contact.objects.order_by("pk").values_list(
        "title", "given_name", "family_name_prefix", "family_name", "address_key", "phone"
    )
    assert list(people) == [
        ("dr.", "Renée", "de", "Vries", "renee@wilg.example.org", "06-12345678"),
        ("", "Zoë", "", "Çelik", "zoe@wilg.example.org", "0612345679"),
        ("", "Bo", "van der", "Berg", "bo@wilg.example.org", ""),
        ("", "Amina", "", "El Idrissi", "amina@molen.example.org", "+31 6 11112222"),
        ("prof.", "Jan", "", "Müller – Groß", "jan@aarde.example.org", ""),
        ("", "Fatma", "", "Yilmaz?", "fatma@vuur.example.org", ""),
        ("", "André", "", "Lefèvre", "andre@mondiaal.example.org", ""),
    ]
    places = Representation.objects.order_by("contact").values_list(
        "organisation__name", "function", "organisation__memberships__valid_from__year"
    )
    assert list(places) == [
        ("Stichting Wilg", "directeur", 2009),
        ("Stichting Wilg", "", 2009),
        ("Stichting Wilg", "", 2009),
        ('Vereniging "De Watermolen"', "voorzitter", 2011),
        ("Platform Aarde; afdeling Noord", "secretaris", 2015),
        ("Stichting Vuur", "penningmeester", None),
        ("Café Mondiaal", "vrijwilliger", None),
    ]
    assert Organisation.objects.count() == 5


def test_list_by_hand_changes_nothing_the_second_time():
    first = imported()
    again = imported()
    left = {"created": 0, "updated": 0, "conflict": 0}
    assert again.counts == left | {
        "unchanged": first.counts["created"],
        "skipped": first.counts["skipped"],
    }


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (("", "de Vries"), "Naam\nAmina de Vries"),
        (("", "de Vries"), "Voornaam;Achternaam\nAmina;de Vries"),
        (("", "de Vries"), "Voornaam;Tussenvoegsel;Achternaam\nAmina;de;Vries"),
        (("de", "Vries"), "Voornaam;Tussenvoegsel;Achternaam\nAmina;;de Vries"),
        (("de", "Vries"), "Voornaam;Achternaam\nAmina;Vries"),
    ],
)
def test_prefix_that_is_written_elsewhere_is_no_change(ours, theirs):
    contact = make_contact(
        email="a@example.org", given_name="Amina", family_name_prefix=ours[0], family_name=ours[1]
    )
    headings, cells = theirs.split("\n")
    text = f"E-mail;{headings}\na@example.org;{cells}\n"
    staged = stage_import(
        file_name="terug",
        content=text.encode(),
        dry_run=False,
        options={},
        created_by=None,
        now=NOW,
    )
    done = run_import(import_id=staged.pk, now=NOW, pause=lambda seconds: None)
    assert [(row["outcome"], row["reason"]) for row in import_rows(done)] == [("unchanged", "")]
    contact.refresh_from_db()
    assert (contact.family_name_prefix, contact.family_name) == ours
