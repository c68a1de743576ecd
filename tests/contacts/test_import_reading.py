"""From bytes to a table: what a Dutch Excel saves passes, what is no CSV gets a remedy."""

import pytest
from django.utils import translation

from contacts.errors import FileUnreadable, MappingInvalid
from contacts.imports.columns import (
    FIELD_LABELS,
    Column,
    check_columns,
    choose_columns,
    guess_columns,
    recognised_field,
)
from contacts.imports.reading import read_table

TEXT = "E-mail;Voornaam;Organisatie\nrenee@example.org;Renée;“Wilg”\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("windows-1252"), "windows-1252"),
    ],
)
def test_read_table_knows_the_encoding(content, encoding):
    table = read_table(content)
    assert (table.encoding, table.header, table.rows) == (
        encoding,
        ("E-mail", "Voornaam", "Organisatie"),
        ((2, ("renee@example.org", "Renée", "“Wilg”")),),
    )


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_read_table_knows_the_delimiter(sign):
    content = f'"Naam, met komma"{sign}E-mail\n"Berg, A."{sign}a@example.org\n'.encode()
    table = read_table(content)
    assert (table.delimiter, table.rows) == (sign, ((2, ("Berg, A.", "a@example.org")),))


def test_read_table_obeys_the_separator_line_of_excel():
    table = read_table(b"sep=;\r\ne-mail;naam\r\na@example.org;A\r\n")
    assert (table.header, table.rows) == (("e-mail", "naam"), ((2, ("a@example.org", "A")),))


def test_read_table_counts_rows_as_a_spreadsheet_does():
    table = read_table(b'e-mail,naam\n\n,,\na@example.org,"Amina\nBerg"\nb@example.org,B\n')
    assert [row for row, _cells in table.rows] == [4, 5]


def test_headings_are_found_below_a_title():
    table = read_table(
        b"Ledenlijst 2026, versie 3\n\nbijgewerkt op;3 maart\n"
        b"E-mail;Naam;Organisatie\na@example.org;A;Wilg\n"
    )
    assert (table.delimiter, table.header) == (";", ("E-mail", "Naam", "Organisatie"))
    assert table.rows == ((5, ("a@example.org", "A", "Wilg")),)


def test_row_as_wide_as_the_headings_is_never_taken_for_a_title():
    table = read_table(b"Wie;Waar;Hoe\nAmina;Wilg;telefoon\nBo;Wilg;mail\n")
    assert table.header == ("Wie", "Waar", "Hoe")
    assert [row for row, _cells in table.rows] == [2, 3]


def test_files_put_one_after_the_other_are_read_on():
    one = "\ufeffE-mail;Naam\na@example.org;A\n"
    table = read_table(f"{one}{one}".encode())
    assert table.header == ("E-mail", "Naam")
    assert [cells for _row, cells in table.rows] == [
        ("a@example.org", "A"),
        ("E-mail", "Naam"),
        ("a@example.org", "A"),
    ]


def test_lines_in_another_encoding_are_read_by_themselves_and_marked():
    content = "E-mail;Naam\na@example.org;Renée\nb@example.org;Zoë\n".encode()
    table = read_table(content + "c@example.org;François\n".encode("windows-1252"))
    assert table.encoding == "utf-8"
    assert [cells[1] for _row, cells in table.rows] == ["Renée", "Zoë", "François"]
    assert table.marks == {4: "encoding"}


def test_few_lines_in_utf_8_are_marked_in_a_file_that_is_not():
    content = "E-mail;Naam\na@example.org;Renée\nb@example.org;Zoë\n".encode("windows-1252")
    table = read_table(content + "c@example.org;François\n".encode())
    assert table.encoding == "windows-1252"
    assert [cells[1] for _row, cells in table.rows] == ["Renée", "Zoë", "François"]
    assert table.marks == {4: "encoding"}


def test_unicode_text_of_excel_is_read():
    table = read_table("E-mail\tNaam\r\na@example.org\tRenée\r\n".encode("utf-16"))
    assert (table.encoding, table.delimiter, table.rows) == (
        "utf-16",
        "\t",
        ((2, ("a@example.org", "Renée")),),
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_computer_are_read(end):
    table = read_table(end.join(["e-mail;naam", "a@example.org;A", "b@example.org;B"]).encode())
    assert [row for row, _cells in table.rows] == [2, 3]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('a@example.org;"Ami"na";Wilg', ("a@example.org", "Amina", "Wilg")),
        ('a@example.org;"Wilg" Stichting;x', ("a@example.org", "Wilg Stichting", "x")),
        (
            'a@example.org;"Stichting; De Wilg" eo;x',
            ("a@example.org", "Stichting; De Wilg eo", "x"),
        ),
        ('a@example.org;"Amina;Wilg', ("a@example.org", "Amina", "Wilg")),
    ],
)
def test_stray_quotation_mark_costs_no_other_row(row, cells):
    table = read_table(f'E-mail;Naam;Organisatie\n{row}\nb@example.org;"Bo; B.";Wilg\n'.encode())
    assert table.rows == ((2, cells), (3, ("b@example.org", "Bo; B.", "Wilg")))
    assert table.marks == {2: "quotes"}


def test_quotation_marks_in_the_middle_of_a_cell_are_data():
    table = read_table(b'e-mail;organisatie\na@example.org;Stichting "De Wilg"\n')
    assert (table.rows, table.marks) == (((2, ("a@example.org", 'Stichting "De Wilg"')),), {})


def test_marks_that_nobody_sees_are_taken_away():
    table = read_table("e-mail;telefoon\n\u200ba@example.org;\u202a06 12\u202c\n".encode())
    assert table.rows == ((2, ("a@example.org", "06 12")),)


def _code(content: bytes) -> str:
    with pytest.raises(FileUnreadable) as raised:
        check_columns(guess_columns(read_table(content).header))
    assert str(raised.value)
    return raised.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf \r\n", "file_empty"),
        (b";;;\n;;;\n", "file_empty"),
        (b'""\n', "file_empty"),
        (b"sep=;\n", "file_empty"),
        (b"PK\x03\x04 and so on", "broken"),
        (b"\xd0\xcf\x11\xe0 and so on", "old_excel"),
        (b"<html><table><tr><td>e-mail</td></tr></table></html>", "markup"),
        ("e-mail\na@example.org\n".encode("utf-16-le"), "encoding"),
        (b"\xff\xfee", "encoding"),
        (b"e-mail\na\x00@example.org\n", "encoding"),
        (b"e-mail\n\x81\x8d\x8f\n", "encoding"),
        (b"e-mail\n\x01\x02\n", "encoding"),
        (b"e-mail,naam\n" + b"a" * (10 * 1024 * 1024), "line_too_long"),
        (b"e-mail\n" + b"a@example.org\n" * 50_001, "file_too_long"),
        (b"e-mail" + b"\n" * 2_200_000, "file_too_long"),
        (b"a" * (20 * 1024 * 1024 + 1), "file_too_large"),
        (b";".join(b"k%d" % n for n in range(257)), "too_many_columns"),
        (b"Naam;Schoenmaat\nAmina;39\n", "column_missing"),
    ],
)
def test_read_table_refuses_what_is_no_list_of_people(content, code):
    assert _code(content) == code


def test_missing_column_is_named_with_those_that_are_there():
    with pytest.raises(FileUnreadable) as raised, translation.override("en"):
        check_columns(guess_columns(("Naam", "Schoenmaat")))
    assert str(raised.value) == (
        "There is no column with e-mail addresses, and none with organisations. The headings are: "
        "Naam, Schoenmaat. Say which column has the addresses."
    )


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-mail", "email"),
        ("e-mailadres", "email"),
        ("Email address", "email"),
        ("Voornaam", "given_name"),
        ("First name", "given_name"),
        ("Initialen", "initials"),
        ("Tussenvoegsel", "family_name_prefix"),
        ("Achternaam", "family_name"),
        ("Naam", "name"),
        ("Organisatie", "organisation"),
        ("Organization", "organisation"),
        ("Functie", "function"),
        ("Taal", "language"),
        ("Telefoon", "phone"),
        ("Land", "country"),
        ("Thema('s)", "themes"),
        ("Lid", "member"),
        ("Lid sinds", "member_since"),
        ("Andere namen", "aliases"),
        ("Labels", "tags"),
        ("Grondslag", "basis"),
        ("Bron", "source"),
        ("Schoenmaat", ""),
        ("", ""),
    ],
)
def test_columns_are_guessed_from_dutch_and_english(header, field):
    assert guess_columns(("x", header)) == (Column("x", ""), Column(header, field))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_label_of_a_field_is_a_heading_that_is_recognised(language):
    with translation.override(language):
        labels = {field: str(label) for field, label in FIELD_LABELS.items()}
    assert {field: recognised_field(label) for field, label in labels.items()} == {
        field: field for field in FIELD_LABELS
    }


def test_second_column_for_a_field_is_left_out():
    columns = guess_columns(("e-mail", "E-mailadres", "e-mail"))
    assert [column.field for column in columns] == ["email", "", ""]


def test_name_in_a_list_of_organisations_is_the_organisation():
    columns = guess_columns(("Naam", "Soort", "Lid sinds"))
    assert [column.field for column in columns] == ["organisation", "kind", "member_since"]


def test_chosen_fields_go_before_guessed_ones():
    header = ("Contactgegevens", "E-mail", "Naam")
    columns = choose_columns(header, {"contactgegevens": "email", "Naam": ""})
    assert [column.field for column in columns] == ["email", "", ""]


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"Adres": "email"}, "column_unknown"),
        ({"Naam": "schoenmaat"}, "field_unknown"),
        ({"Naam": "organisation", "Wie": "organisation"}, "field_twice"),
        ({"E-mail": ""}, "column_missing"),
    ],
)
def test_choice_that_cannot_be_is_refused(chosen, code):
    with pytest.raises(MappingInvalid) as raised:
        choose_columns(("E-mail", "Naam", "Wie"), chosen)
    assert raised.value.code == code
