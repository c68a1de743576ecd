"""Exports of people and organisations: what is exported and imported again changes nothing."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from contacts.enums import OrganisationKind
from contacts.imports.columns import columns_of
from contacts.models import Contact, ContactImport, Organisation, Representation
from contacts.selectors.exports import export_organisations, export_people
from contacts.selectors.imports import import_rows
from contacts.services.imports import run_import, stage_import
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_contact,
    make_membership,
    make_organisation,
    make_representation,
    make_theme,
)

# Again on PostgreSQL: the export reads with a cursor of the database.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

PEOPLE = "wagtailsnippets_contacts_contact:list"
ORGANISATIONS = "wagtailsnippets_contacts_organisation:list"


@pytest.fixture(params=["nl", "en"])
def manager(request, client) -> User:
    user = make_user(is_superuser=True)
    UserProfile.objects.create(user=user, preferred_language=request.param)
    client.force_login(user)
    return user


@pytest.fixture
def base() -> None:
    """People and organisations with all that can make a difference."""
    themes = (
        make_theme(name_nl="Vrede, veiligheid en recht", name_en="Peace, security and justice"),
        make_theme(name_nl="Migratie", name_en="Migration"),
    )
    wilg = make_organisation(
        name="Stichting Wilg; noord", kind="diaspora", country="BE", themes=themes
    )
    wilg.website = "https://wilg.example.org/"
    wilg.save()
    make_alias(wilg, "Wilg, afdeling Noord")
    make_alias(wilg, "STRO")
    make_membership(wilg, valid_from=date(2009, 3, 14))
    water = make_organisation(name="=Water / Aarde", themes=themes[:1])
    make_alias(water, "Water, Aarde")
    make_membership(water, kind="aspirant", valid_from=None)
    gone = make_organisation(name="Vuur")
    make_membership(gone, valid_from=date(2001, 1, 1), valid_until=date(2002, 1, 1))
    for kind in OrganisationKind:
        make_organisation(kind=kind)
    amina = make_contact(
        email="amina@example.org",
        title="dr.",
        given_name="Amina",
        initials="A.B.",
        family_name_prefix="van der",
        family_name="Vries",
        phone="+31 6 12345678",
        time_zone="Africa/Accra",
        language="en",
        tags=["spreker", "kern, pers"],
        address_source="beursformulier",
    )
    make_representation(amina, wilg, function="directeur")
    make_representation(amina, water)
    bo = make_contact(email="", given_name="Bo", family_name="de Boer", tags=["-oud-"])
    make_representation(bo, water, function="@beheer")
    make_representation(bo, gone, valid_until=date(2021, 1, 1))
    make_contact(email="info@exämple.org", given_name="", family_name="")
    make_contact(email="carla@example.org", given_name="Carla", family_name="'t Hooft")


def exported(client, name: str, form: str) -> bytes:
    response = client.get(reverse(name), {"export": form})
    assert response.status_code == 200
    assert response["Content-Disposition"].endswith(f'.{form}"')
    return b"".join(response.streaming_content)


def looked_at(content: bytes) -> ContactImport:
    staged = stage_import(
        file_name="terug", content=content, dry_run=True, options={}, created_by=None, now=NOW
    )
    return run_import(import_id=staged.pk, now=NOW)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("name", "row_count"), [(PEOPLE, 5), (ORGANISATIONS, 3 + len(OrganisationKind))]
)
def test_export_that_is_imported_again_changes_nothing(
    client, manager, base, name, row_count, form
):
    done = looked_at(exported(client, name, form))
    assert [(row["outcome"], row["reason"]) for row in import_rows(done)] == [
        ("unchanged", "")
    ] * row_count
    assert [column.header for column in columns_of(done.mapping) if not column.field] == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_fills_an_empty_base_with_the_same(client, manager, base, form):
    def held() -> tuple[list[Any], list[Any]]:
        names = ("email", "title", "given_name", "initials", "family_name_prefix", "family_name")
        return (
            sorted(
                (*row, frozenset(tags))
                for *row, tags in Contact.objects.values_list(
                    *names, "phone", "language", "representations__function", "tags"
                )
            ),
            sorted(
                Organisation.objects.values_list(
                    "name", "kind", "country", "website", "aliases__name", "themes__slug"
                )
            ),
        )

    # What is over is not exported, and " / " in a name that nobody knows is taken for two.
    Representation.objects.filter(valid_until__lt=TODAY).delete()
    Organisation.objects.filter(name="=Water / Aarde").update(name="=Water", name_key="water")
    people, organisations = (exported(client, name, form) for name in (PEOPLE, ORGANISATIONS))
    before = held()
    Contact.objects.all().delete()
    Organisation.objects.all().delete()
    for content in (organisations, people):
        staged = stage_import(
            file_name="terug", content=content, dry_run=False, options={}, created_by=None, now=NOW
        )
        run_import(import_id=staged.pk, now=NOW, pause=lambda seconds: None)
    assert held() == before


def test_export_has_a_row_for_each_organisation_of_a_person(client, base):
    with translation.override("en"):
        rows = list(export_people(Contact.objects.filter(given_name="Amina"), TODAY).rows)
    assert rows == [
        [
            "E-mail address",
            "Title",
            "Given name",
            "Initials",
            "Prefix",
            "Family name",
            "Organisation",
            "Function",
            "Language",
            "Phone",
            "Time zone",
            "Tags",
            "Source of the address",
        ],
        *(
            [
                "amina@example.org",
                "dr.",
                "Amina",
                "A.B.",
                "van der",
                "Vries",
                organisation,
                function,
                "English",
                "+31 6 12345678",
                "Africa/Accra",
                "spreker; kern, pers",
                "beursformulier",
            ]
            for organisation, function in (
                ("Stichting Wilg; noord", "directeur"),
                ("=Water / Aarde", ""),
            )
        ),
    ]


def test_export_of_organisations_tells_what_holds_today(client, base):
    found = Organisation.objects.filter(name__in=["Stichting Wilg; noord", "Vuur"]).order_by("name")
    with translation.override("nl"):
        rows = list(export_organisations(found, TODAY).rows)
    assert rows == [
        ["Organisatie", "Andere namen", "Soort", "Land", "Website", "Thema's", "Lid", "Lid sinds"],
        [
            "Stichting Wilg; noord",
            "STRO; Wilg, afdeling Noord",
            "diaspora-organisatie",
            "BE",
            "https://wilg.example.org/",
            "Migratie; Vrede, veiligheid en recht",
            "lid",
            date(2009, 3, 14),
        ],
        ["Vuur", "", "ngo", "NL", "", "", "nee", ""],
    ]


def test_csv_opens_in_the_excel_of_whoever_asks(client):
    make_organisation(name="=cmd|x")
    for language, delimiter in (("nl", ";"), ("en", ",")):
        user = make_user(is_superuser=True)
        UserProfile.objects.create(user=user, preferred_language=language)
        client.force_login(user)
        content = exported(client, ORGANISATIONS, "csv")
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))
        assert rows[1][0] == "'=cmd|x"


def test_workbook_has_texts_as_texts_and_dates_as_dates(client, manager):
    organisation = make_organisation(name="=1+1")
    make_membership(organisation, valid_from=date(2009, 3, 14))
    make_alias(organisation, "bel\x07")
    book = load_workbook(io.BytesIO(exported(client, ORGANISATIONS, "xlsx")))
    cells = book.worksheets[0][2]
    assert (cells[0].value, cells[0].data_type) == ("=1+1", "s")
    assert (cells[1].value, cells[-1].is_date) == ("bel", True)


@pytest.mark.parametrize(
    ("export", "model"), [(export_people, Contact), (export_organisations, Organisation)]
)
def test_export_asks_the_database_no_more_for_more_rows(export, model):
    counts = []
    for _time in range(2):
        for _each in range(2):
            make_representation()
        with CaptureQueriesContext(connection) as queries:
            assert len(list(export(model.objects.all(), TODAY).rows)) > 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_export_holds_what_the_list_is_narrowed_to(client, manager):
    make_contact(email="a@example.org", given_name="Zonneveld")
    make_contact(email="b@example.org", given_name="Amina")
    response = client.get(reverse(PEOPLE), {"export": "csv", "q": "zonneveld"})
    text = b"".join(response.streaming_content).decode()
    assert ("a@example.org" in text, "b@example.org" in text) == (True, False)
