"""What one row says about one person and their organisations."""

from datetime import date

import pytest
from django.utils import translation

from contacts.imports.columns import guess_columns
from contacts.imports.entries import Entry, read_entries
from contacts.imports.reading import read_table

ORGANISATIONS = "Organisatie;Soort;Land;Website;Thema's;Lid;Lid sinds;Andere namen\n"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def entries_of(text: str, *, fill_organisation: bool = False) -> list[Entry]:
    table = read_table(text.encode())
    columns = guess_columns(table.header)
    return list(read_entries(table, columns, fill_organisation=fill_organisation))


def entry_of(text: str) -> Entry:
    (entry,) = entries_of(text)
    return entry


def test_row_of_an_organisation_says_all_that_is_known_of_it():
    entry = entry_of(
        ORGANISATIONS
        + "Stichting Wilg;diaspora;België;wilg.example.org;Migratie;ja;2009;STRO | SW\n"
    )
    assert entry.is_organisation_only
    assert entry == Entry(
        row=2,
        organisation="Stichting Wilg",
        kind="diaspora",
        country="BE",
        website="https://wilg.example.org",
        themes=("Migratie",),
        membership="member",
        member_since=date(2009, 1, 1),
        aliases=("STRO", "SW"),
    )


@pytest.mark.parametrize("row", ["a@example.org;;Wilg", ";Amina;Wilg", ";;"])
def test_row_with_somebody_or_without_organisation_is_about_no_organisation_alone(row):
    assert [
        entry.is_organisation_only for entry in entries_of(f"E-mail;Naam;Organisatie\n{row}\n")
    ] in ([], [False])


@pytest.mark.parametrize(
    ("cell", "address", "given_name"),
    [
        ("mailto:a@example.org", "a@example.org", ""),
        ("Amina de Vries <a@example.org>", "a@example.org", "Amina"),
        ('""Vries, Amina de"" <A@example.org>;', "a@example.org", "Amina"),
        ("a@example.org;", "a@example.org", ""),
        ("info@exämple.org", "info@xn--exmple-cua.org", ""),
        ("n.v.t.", "", ""),
        ("?", "", ""),
    ],
)
def test_address_is_found_in_its_cell(cell, address, given_name):
    entry = entry_of(f'E-mail,Functie\n"{cell}",directeur\n')
    assert (entry.address_key, entry.given_name, entry.problem) == (address, given_name, None)


@pytest.mark.parametrize(
    "cell",
    [
        "a@example.org; b@example.org",
        "geen adres",
        "rené@example.org",
        "a" * 290 + "@example.org",
        "a@" + "b" * 300,
        "a @example.org",
    ],
)
def test_address_that_cannot_be_mailed_is_the_problem_of_its_row(cell):
    entry = entry_of(f'E-mail,Naam\n"{cell}",Amina\n')
    assert (entry.problem and entry.problem.code, entry.address_key) == ("address_invalid", "")


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Tussenvoegsel;Achternaam", "de;Vries", ("de", "Vries")),
        ("Tussenvoegsel;Achternaam", ";de Vries", ("", "de Vries")),
        ("Voornaam;Achternaam", "Amina;de Vries", ("de", "Vries")),
    ],
)
def test_family_name_is_split_unless_there_is_a_column_for_the_prefix(header, row, name):
    entry = entry_of(f"E-mail;{header}\na@example.org;{row}\n")
    assert (entry.family_name_prefix, entry.family_name) == name


def test_cell_on_two_lines_is_one_line_but_for_lists():
    entry = entry_of('E-mail;Organisatie;Labels\na@example.org;"Stichting\n Wilg";"een\ntwee"\n')
    assert (entry.organisation, entry.tags) == ("Stichting Wilg", ("een", "twee"))


def test_cell_that_shows_an_error_is_left_out_with_a_remark():
    entry = entry_of("E-mail;Organisatie\na@example.org;#VERW!\n")
    assert entry.organisation == ""
    assert [remark.text for remark in entry.remarks] == [
        "“#VERW!” in the column “Organisatie” is not clear; it is left out."
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("# bijgewerkt op 3 maart;;", "comment"),
        (";Totaal:;34", "total"),
        ("E-mail;Organisatie;Labels", "headings"),
        ("E-mail;;", "headings"),
        ("a@example.org;Wilg;x;y", "cells"),
        (f"a@example.org;Wilg;{'x' * 61}", "too_long"),
    ],
)
def test_row_that_is_no_row_of_the_list_says_so(row, code):
    entry = entry_of(f"E-mail;Organisatie;Labels\n{row}\n")
    assert entry.problem
    assert entry.problem.code == code


def test_organisation_that_begins_with_a_hash_is_one_in_a_row_with_an_address():
    entry = entry_of("Organisatie;E-mail\n#Wilg;a@example.org\n")
    assert (entry.organisation, entry.problem) == ("#Wilg", None)


def test_what_was_done_to_read_a_row_is_told_with_it():
    content = 'E-mail;Naam\na@example.org;"Ami"na"\nb@example.org;Bo\n'
    assert [[remark.code for remark in entry.remarks] for entry in entries_of(content)] == [
        ["quotes"],
        [],
    ]


def test_filled_organisation_goes_on_through_comments():
    entries = entries_of(
        "E-mail;Organisatie\na@example.org;Wilg\n# tweede blad;\nb@example.org;\n",
        fill_organisation=True,
    )
    assert [entry.organisation for entry in entries] == ["Wilg", "Wilg", "Wilg"]
