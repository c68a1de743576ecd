"""From bytes to a table: what a Dutch Excel saves passes, what is no CSV gets a remedy."""

import pytest
from django.utils import translation

from contacts.errors import FileUnreadable
from contacts.imports.columns import guess_columns
from contacts.imports.reading import LINE_MAX, read_table

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
    table = read_table("mensen.csv", content)
    assert (table.encoding, table.header, table.rows) == (
        encoding,
        ("E-mail", "Voornaam", "Organisatie"),
        ((2, ("renee@example.org", "Renée", "“Wilg”")),),
    )


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_read_table_knows_the_delimiter(sign):
    content = f'"Naam, met komma"{sign}E-mail\n"Berg, A."{sign}a@example.org\n'.encode()
    table = read_table("mensen.csv", content)
    assert (table.delimiter, table.rows) == (sign, ((2, ("Berg, A.", "a@example.org")),))


def test_read_table_obeys_the_separator_line_of_excel():
    table = read_table("mensen.csv", b"sep=;\r\ne-mail;naam\r\na@example.org;A\r\n")
    assert (table.header, table.rows) == (("e-mail", "naam"), ((2, ("a@example.org", "A")),))


def test_read_table_counts_rows_as_a_spreadsheet_does():
    table = read_table(
        "mensen.csv", b'e-mail,naam\n\n,,\na@example.org,"Amina\nBerg"\nb@example.org,B\n'
    )
    assert [row for row, _cells in table.rows] == [4, 5]


def _code(file_name: str, content: bytes) -> str:
    with pytest.raises(FileUnreadable) as raised:
        guess_columns(read_table(file_name, content).header)
    assert str(raised.value)
    return raised.value.code


@pytest.mark.parametrize(
    ("file_name", "content", "code"),
    [
        ("mensen.csv", b"", "file_empty"),
        ("mensen.csv", b"\xef\xbb\xbf \r\n", "file_empty"),
        ("mensen.csv", b";;;\n;;;\n", "file_empty"),
        ("mensen.csv", b'""\n', "file_empty"),
        ("mensen.xlsx", b"e-mail\na@example.org\n", "spreadsheet"),
        ("mensen.csv", b"PK\x03\x04 and so on", "spreadsheet"),
        ("mensen.csv", b"\xd0\xcf\x11\xe0 and so on", "spreadsheet"),
        ("mensen.csv", "e-mail\na@example.org\n".encode("utf-16"), "encoding"),
        ("mensen.csv", "e-mail\na@example.org\n".encode("utf-16-le"), "encoding"),
        ("mensen.csv", b"e-mail\na\x00@example.org\n", "encoding"),
        ("mensen.csv", b"e-mail\n\x81\x8d\x8f\n", "encoding"),
        ("mensen.csv", b"e-mail\n\x01\x02\n", "encoding"),
        ("mensen.csv", b"e-mail,naam\n" + b"a" * (10 * 1024 * 1024), "line_too_long"),
        ("mensen.csv", b'e-mail,naam\na@example.org,"Amina\n', "quotes"),
        ("mensen.csv", b'e-mail,naam\na@example.org,"Ami"na"\n', "quotes"),
        ("mensen.csv", b'e-mail\n"' + b"a\n" * LINE_MAX + b'"\n', "quotes"),
        ("mensen.csv", b"e-mail\n" + b"a@example.org\n" * 50_001, "file_too_long"),
        ("mensen.csv", b"a" * (20 * 1024 * 1024 + 1), "file_too_large"),
        ("mensen.csv", b"Naam;Organisatie\nAmina;Wilg\n", "column_missing"),
    ],
)
def test_read_table_refuses_what_is_no_csv_of_people(file_name, content, code):
    assert _code(file_name, content) == code


def test_missing_column_is_named_with_those_that_are_there():
    with pytest.raises(FileUnreadable) as raised, translation.override("en"):
        guess_columns(("Naam", "Organisatie"))
    assert str(raised.value).startswith(
        "The column “e-mail” is missing. The first line has: Naam, Organisatie."
    )


def test_spreadsheet_is_answered_in_dutch_with_what_to_do():
    with pytest.raises(FileUnreadable) as raised, translation.override("nl"):
        read_table("mensen.xlsx", b"PK\x03\x04")
    assert str(raised.value).startswith("Bewaar als CSV")


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
        ("Grondslag", "basis"),
        ("Bron", "source"),
        ("Schoenmaat", ""),
        ("", ""),
    ],
)
def test_columns_are_guessed_from_dutch_and_english(header, field):
    *_others, column = (
        guess_columns(("e-mail", "x", header)) if field != "email" else guess_columns((header,))
    )
    assert (column.header, column.field) == (header, field)


def test_second_column_for_a_field_is_ignored():
    columns = guess_columns(("e-mail", "E-mailadres"))
    assert [column.field for column in columns] == ["email", ""]
