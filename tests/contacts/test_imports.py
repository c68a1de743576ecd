"""Imports of people: what each row does, in a dry run and for real."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts import selectors
from contacts.enums import SuppressionReason
from contacts.models import (
    ConsentRecord,
    Contact,
    ContactImport,
    Membership,
    Organisation,
    Representation,
    Suppression,
)
from contacts.selectors.imports import import_rows
from contacts.services.imports import run_import
from tests.contacts.importing import HEADER, outcomes, run, stage, the_base
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)

# Again on PostgreSQL: imports, and rows that may be there once.
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_import_makes_the_person_the_organisation_and_the_place():
    done = run("amina@example.org;Amina de Vries;Stichting Wilg;directeur\n")
    contact = Contact.objects.get()
    place = Representation.objects.get()
    assert (done.state, done.counts) == (
        "done",
        {"created": 1, "updated": 0, "unchanged": 0, "conflict": 0, "skipped": 0},
    )
    assert import_rows(done) == [
        {
            "row": 2,
            "outcome": "created",
            "code": "organisation_new",
            "reason": "New organisation: Stichting Wilg.",
        }
    ]
    assert (contact.given_name, contact.family_name_prefix, contact.family_name) == (
        "Amina",
        "de",
        "Vries",
    )
    assert (contact.address_key, contact.address_source) == (
        "amina@example.org",
        "Import: mensen.csv",
    )
    assert (place.contact, place.function, place.valid_from) == (contact, "directeur", TODAY)
    assert (place.organisation.name, place.organisation.reviewed) == ("Stichting Wilg", False)


def test_dry_run_reports_the_same_and_writes_nothing():
    wilg = make_organisation(name="Stichting Wilg")
    make_alias(wilg, "Wilg")
    make_representation(make_contact(email="bo@example.org", given_name="Bo", family_name="Wilg"))
    text = (
        "amina@example.org;Amina de Vries;Wilg;directeur\n"
        "amina@example.org;Amina de Vries;Nieuw;bestuurslid\n"
        "amina@example.org;Carla Berg;Nieuw;\n"
        "bo@example.org;Bo Wilg;Nieuw;adviseur\n"
        "kapot;Dirk Berg;Wilg;\n"
        ";Eva Berg;Wilg;\n"
        "eva@example.org;Eva Berg;Wilg;\n"
        "bo@example.org;Bo Wilg;;\n"
    )
    before = the_base()
    rehearsed = run(text, dry_run=True)
    assert the_base() == before
    assert ContactImport.objects.get().content
    applied = run(text)
    assert outcomes(rehearsed) == [
        (2, "created", ""),
        (3, "updated", "organisation_new"),
        (4, "conflict", "other_name"),
        (5, "updated", ""),
        (6, "skipped", "address_invalid"),
        (7, "created", ""),
        (8, "updated", ""),
        (9, "unchanged", ""),
    ]
    assert outcomes(applied) == outcomes(rehearsed)
    assert applied.counts == rehearsed.counts
    assert ContactImport.objects.get(pk=applied.pk).content == b""


def test_import_run_twice_changes_nothing_the_second_time():
    text = (
        "a@example.org;Amina Berg;Wilg;directeur\nb@example.org;Bo Berg;Wilg;\n;Carla Berg;Wilg;\n"
    )
    run(text)
    before = the_base()
    assert [outcome for _row, outcome, _code in outcomes(run(text))] == ["unchanged"] * 3
    assert the_base() == before


def test_same_address_with_another_name_is_a_conflict_and_never_an_update():
    shared = make_contact(email="info@example.org", given_name="Amina", family_name="Berg")
    make_representation(shared)
    before = the_base()
    assert outcomes(run("INFO@example.org;Bo Wilg;Stichting Wilg;\n")) == [
        (2, "conflict", "other_name")
    ]
    assert the_base() == before


def test_same_address_with_another_organisation_adds_a_representation():
    first = make_representation(
        make_contact(email="a@example.org", given_name="Amina", family_name="Berg")
    )
    done = run("a@example.org;A. Berg;Elders;\n")
    assert outcomes(done) == [(2, "updated", "organisation_new")]
    places = Representation.objects.order_by("id").values_list("organisation__name", "valid_until")
    assert list(places) == [(first.organisation.name, None), ("Elders", None)]


def test_empty_cell_keeps_the_value_and_a_filled_one_replaces_it():
    header = "e-mail;voornaam;achternaam;telefoon;taal;functie;organisatie\n"
    contact = make_contact(
        email="a@example.org", given_name="Amina", family_name="", phone="010", language="en"
    )
    place = make_representation(
        contact, make_organisation(name="Wilg"), function="directeur", role="alternate"
    )
    run("a@example.org;;Berg;;;;Wilg\n", header=header)
    contact.refresh_from_db()
    assert (contact.family_name, contact.phone, contact.language) == ("Berg", "010", "en")
    run("a@example.org;Amina;Berg;020;nl;adviseur;Wilg\n", header=header)
    contact.refresh_from_db()
    place.refresh_from_db()
    assert (contact.phone, contact.language) == ("020", "nl")
    assert (place.function, place.role) == ("adviseur", "alternate")


def test_function_of_a_question_mark_is_unknown():
    run("a@example.org;Amina Berg;Wilg;?\n")
    assert Representation.objects.get().function == ""


def test_row_without_address_is_matched_on_name_and_organisation():
    known = make_representation(
        make_contact(email="", given_name="Amina", family_name_prefix="de", family_name="Vries"),
        make_organisation(name="Stichting Wilg"),
    ).contact
    make_representation(
        make_contact(email="", given_name="Amina", family_name_prefix="de", family_name="Vries"),
        make_organisation(name="Elders"),
    )
    done = run(
        ";Amina de Vries;stichting wilg;directeur\na@example.org;Amina de Vries;Stichting Wilg;\n"
    )
    known.refresh_from_db()
    assert outcomes(done) == [(2, "updated", ""), (3, "updated", "")]
    assert (known.address_key, len(known.address_hash)) == ("a@example.org", 64)
    assert Contact.objects.count() == 2


def test_known_person_under_another_address_is_a_conflict():
    known = make_contact(email="oud@example.org", given_name="Amina", family_name="Berg")
    make_representation(known, make_organisation(name="Wilg"))
    make_suppression(known)
    assert outcomes(run("nieuw@example.org;Amina Berg;Wilg;\n")) == [
        (2, "conflict", "other_address")
    ]
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";;Wilg;directeur", "nobody"),
        (";Amina Berg;;", "nobody"),
        ("a@example.org;Amina Berg;STRO;", "name_ambiguous"),
        ("geen adres;Amina Berg;Wilg;", "address_invalid"),
        ("a@example.org;Amina Berg;Wilg;x;te;veel", "cells"),
        (f"a@example.org;Amina Berg;Wilg;{'x' * 161}", "too_long"),
        (f"a@example.org;{'x' * 101} Berg;Wilg;", "too_long"),
    ],
)
def test_row_that_cannot_be_used_is_skipped_with_the_reason(row, code):
    for name in ("Stichting Ruilhandel", "Straatrovers Ontmoeten"):
        make_alias(make_organisation(name=name), "STRO")
    before = the_base()
    assert outcomes(run(row + "\n")) == [(2, "skipped", code)]
    assert the_base() == before


def test_row_that_repeats_an_earlier_one_is_skipped():
    done = run("a@example.org;Amina Berg;Wilg;\n\nA@Example.org;amina berg;WILG;\n")
    assert outcomes(done) == [(2, "created", "organisation_new"), (4, "skipped", "duplicate")]
    assert import_rows(done)[1]["reason"] == "The same as row 2 of this file."


@pytest.mark.capability("C30")
def test_alias_finds_the_organisation():
    known = make_organisation(name="Social Trade Organisation")
    make_alias(known, "STRO")
    run("a@example.org;Amina Berg;stro;\n")
    assert Representation.objects.get().organisation == known
    assert Organisation.objects.count() == 1


@pytest.mark.capability("C29")
def test_joint_affiliation_makes_two_representations():
    make_organisation(name="Koepel A / B")
    run("a@example.org;Amina Berg;Wilg / Water;\nb@example.org;Bo Berg;Koepel A / B;\n")
    names = Representation.objects.order_by("contact__email", "id").values_list(
        "contact__given_name", "organisation__name"
    )
    assert list(names) == [("Amina", "Wilg"), ("Amina", "Water"), ("Bo", "Koepel A / B")]


@pytest.mark.parametrize(
    ("options", "organisations"),
    [({}, ["Wilg", None]), ({"fill_organisation": True}, ["Wilg", "Wilg"])],
)
def test_blank_organisation_continues_the_row_above_only_when_asked(options, organisations):
    run("a@example.org;Amina Berg;Wilg;\nb@example.org;Bo Berg;;\n", **options)
    found = Contact.objects.order_by("email").values_list(
        "representations__organisation__name", flat=True
    )
    assert list(found) == organisations


def test_import_does_not_revive_a_suppressed_address():
    contact = make_contact(email="a@example.org", given_name="Amina", family_name="Berg")
    make_suppression(contact)
    header = "e-mail;naam;grondslag;bron\n"
    done = run("a@example.org;Amina Berg;toestemming;beursformulier\n", header=header)
    assert outcomes(done) == [(2, "unchanged", "suppressed")]
    assert Suppression.objects.count() == 1
    assert not ConsentRecord.objects.exists()


def test_import_leaves_out_who_was_erased():
    gone = make_contact(email="a@example.org")
    make_suppression(gone, reason=SuppressionReason.ERASED)
    Contact.objects.update(email="", address_key=None, address_hash="")
    assert outcomes(run("a@example.org;Amina Berg;;\n")) == [(2, "skipped", "erased")]
    assert Contact.objects.count() == 1


def test_consent_comes_only_from_a_basis_with_a_source():
    header = "e-mail;grondslag;bron;doel\n"
    done = run(
        "a@example.org;toestemming;beursformulier;nieuwsbrief\n"
        "b@example.org;toestemming;;nieuwsbrief\n"
        "c@example.org;;beursformulier;\n"
        "d@example.org;gepubliceerd;website;\n"
        "e@example.org;misschien;website;\n",
        header=header,
    )
    records = ConsentRecord.objects.order_by("contact__email").values_list(
        "contact__email", "purpose", "basis", "source", "source_detail"
    )
    assert list(records) == [
        ("a@example.org", "announcements", "consent", "import", "beursformulier"),
        ("d@example.org", "invitations", "published", "import", "website"),
    ]
    assert outcomes(done) == [
        (2, "created", ""),
        (3, "created", "no_source"),
        (4, "created", ""),
        (5, "created", ""),
        (6, "created", "unclear"),
    ]


def test_membership_and_themes_are_added_and_never_ended():
    theme = make_theme(slug="migratie", name_nl="Migratie", name_en="Migration")
    member = make_member(name="Wilg")
    make_organisation(name="Water")
    header = "e-mail;organisatie;lid;lid sinds;thema's\n"
    done = run(
        "a@example.org;Wilg;nee;;\n"
        "b@example.org;Water;ja;2009;Migratie, Landbouw\n"
        "c@example.org;Aarde;aspirant;;migration\n",
        header=header,
    )
    periods = Membership.objects.order_by("id").values_list(
        "organisation__name", "kind", "valid_from", "valid_until"
    )
    assert [(*row[:2], str(row[2]), row[3]) for row in periods] == [
        ("Wilg", "member", "2020-01-01", None),
        ("Water", "member", "2009-01-01", None),
        ("Aarde", "aspirant", "2026-03-02", None),
    ]
    assert list(
        Organisation.objects.filter(themes=theme).order_by("name").values_list("name", flat=True)
    ) == [
        "Aarde",
        "Water",
    ]
    assert selectors.is_member(member, TODAY)
    assert outcomes(done)[1] == (3, "created", "theme_unknown")


@pytest.mark.parametrize("cell", ["=1+1", "+31 6 1234", "-5", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_cell_that_begins_like_a_formula_is_data(cell):
    header = "e-mail;voornaam;achternaam;telefoon\n"
    quoted = '"' + cell.replace('"', '""') + '"'
    run(f"a@example.org;{quoted};Berg;{quoted}\n", header=header)
    contact = Contact.objects.get()
    assert (contact.given_name, contact.phone) == (cell, cell)


def test_import_shows_what_each_column_was_taken_for():
    staged = stage("a@example.org;x;39\n", header="E-mail;Voornaam;Schoenmaat\n")
    assert staged.mapping == [
        {"column": "E-mail", "field": "email"},
        {"column": "Voornaam", "field": "given_name"},
        {"column": "Schoenmaat", "field": ""},
    ]


def test_dry_run_asks_the_database_no_more_for_more_rows():
    counts = []
    for size in (1, 3):
        staged = stage(
            "".join(f"p{n}@example.org;P {n};Organisatie {n};\n" for n in range(size)), dry_run=True
        )
        with CaptureQueriesContext(connection) as queries:
            run_import(import_id=staged.pk, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_command_prints_the_report_as_json(tmp_path: Path, capsys):
    file = tmp_path / "mensen.csv"
    file.write_text(HEADER + "a@example.org;Amina Berg;Wilg;\n", encoding="windows-1252")
    call_command("import_contacts", str(file), "--dry-run", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "conflict": 0,
        "skipped": 0,
    }
    assert report["rows"][0]["outcome"] == "created"
    assert Contact.objects.count() == 0


def test_command_prints_one_line_a_row(tmp_path: Path, capsys):
    file = tmp_path / "mensen.csv"
    file.write_text(HEADER + "a@example.org;Amina Berg;Wilg;\n")
    call_command("import_contacts", str(file))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "2: new. New organisation: Wilg.",
        "new 1, changed 0, unchanged 0, conflict 0, skipped 0",
    ]
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("mensen.xlsx", b"PK\x03\x04"), ("mensen.csv", b"naam\nAmina\n"), (None, b"")],
)
def test_command_refuses_what_cannot_be_read(tmp_path: Path, name, content):
    file = tmp_path / (name or "er-is-niets.csv")
    if name:
        file.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("import_contacts", str(file))
    assert not ContactImport.objects.exists()
