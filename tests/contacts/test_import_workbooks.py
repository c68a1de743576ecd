"""Workbooks: what a cell says, which sheet is read, and files that are made to do harm."""

import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import translation
from openpyxl import Workbook

from contacts.errors import FileUnreadable
from contacts.imports.reading import read_table, read_top
from tests.contacts.workbooks import part_of, saved, with_part, workbook

HEADINGS = ["E-mail", "Naam", "Organisatie"]
SHEET = "xl/worksheets/sheet1.xml"


def test_workbook_is_read_with_the_numbers_of_its_rows():
    table = read_table(
        workbook(
            ["Ledenlijst"],
            [],
            HEADINGS,
            ["a@example.org", "Renée", "Wilg"],
            [],
            ["b@example.org", None, "Wilg", "nog bellen"],
        )
    )
    assert (table.header, table.sheet, table.sheets) == (
        ("E-mail", "Naam", "Organisatie"),
        "Blad1",
        ("Blad1",),
    )
    assert table.rows == (
        (4, ("a@example.org", "Renée", "Wilg")),
        (6, ("b@example.org", "", "Wilg")),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (612345678, "612345678"),
        (2009.0, "2009"),
        (1.5, "1.5"),
        (date(2009, 3, 14), "2009-03-14"),
        (datetime(2009, 3, 14), "2009-03-14"),  # noqa: DTZ001 -- a cell knows no time zone
        (datetime(2009, 3, 14, 9, 30), "2009-03-14T09:30:00"),  # noqa: DTZ001 -- the same
        (time(9, 30), "09:30:00"),
        (timedelta(hours=2), "2:00:00"),
        (True, "true"),
        ("=1+1", ""),
        ("#N/A", "#N/A"),
        ("+31 6", "+31 6"),
        ("'+31 6", "+31 6"),
        ("-", "-"),
        ("\tAmina\xa0", "Amina"),
        ("Amina_x000D_\nBerg", "Amina\nBerg"),
    ],
)
def test_cell_says_what_would_be_typed(value, text):
    table = read_table(workbook(HEADINGS, ["a@example.org", value, "Wilg"]))
    assert table.rows == ((2, ("a@example.org", text, "Wilg")),)


def test_formula_gives_the_value_that_was_saved_with_it():
    content = workbook(HEADINGS, ["a@example.org", "=B1", "Wilg"])
    sheet = re.sub(rb"<v ?/>|<v></v>", b"<v>7</v>", part_of(content, SHEET))
    assert read_table(with_part(content, SHEET, sheet)).rows == (
        (2, ("a@example.org", "7", "Wilg")),
    )


def test_first_sheet_with_known_headings_is_read_unless_another_is_chosen():
    content = workbook(
        Toelichting=[["Wat is dit?"], ["Een lijst van mensen"]],
        Leden=[HEADINGS, ["a@example.org", "A", "Wilg"]],
        Oud=[HEADINGS, ["b@example.org", "B", "Wilg"]],
    )
    table, chosen = read_table(content), read_table(content, sheet="Oud")
    assert (table.sheet, table.sheets) == ("Leden", ("Toelichting", "Leden", "Oud"))
    assert (chosen.sheet, chosen.rows) == ("Oud", ((2, ("b@example.org", "B", "Wilg")),))
    assert read_table(content, sheet="Toelichting").header == ("Wat is dit?",)


def test_hidden_sheet_is_not_read():
    book = Workbook()
    book.active.append(HEADINGS)
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Nu")
    shown.append(["Wie", "Waar"])
    table = read_table(saved(book))
    assert (table.header, table.sheets) == (("Wie", "Waar"), ("Nu",))


def test_rows_in_which_a_merged_cell_goes_on_are_marked():
    content = workbook(
        HEADINGS,
        ["a@example.org", "A", "Wilg"],
        ["b@example.org", "B", "weg"],
        ["c@example.org", "C", "weg"],
        ["d@example.org", "D", "Water"],
        merged="C2:C4",
    )
    table = read_table(content)
    assert [cells for _row, cells in table.rows] == [
        ("a@example.org", "A", "Wilg"),
        ("b@example.org", "B"),
        ("c@example.org", "C"),
        ("d@example.org", "D", "Water"),
    ]
    assert table.marks == {3: "merged", 4: "merged"}


def test_top_is_read_without_the_rest():
    rows = [[f"p{n}@example.org", "P", "Wilg"] for n in range(10)]
    table = read_top(workbook(HEADINGS, *rows))
    assert [row for row, _cells in table.rows] == [2, 3, 4]


def test_wide_sheet_is_read():
    wide = [*HEADINGS, *(f"Vraag {n}" for n in range(197))]
    table = read_table(workbook(wide, ["a@example.org", *([None] * 198), "laatste"]))
    assert len(table.header) == 200
    assert table.rows[0][1][-1] == "laatste"


def _code(content: bytes, sheet: str = "") -> str:
    with pytest.raises(FileUnreadable) as raised:
        read_table(content, sheet=sheet)
    assert str(raised.value)
    return raised.value.code


def _zipped(**parts: bytes) -> bytes:
    output = BytesIO()
    with ZipFile(output, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return output.getvalue()


PEOPLE = workbook(HEADINGS, ["a@example.org", "A", "Wilg"])
NAMESPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="' + NAMESPACE + b'"><sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c>'
    b"</row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (PEOPLE[:-200], "broken"),
        (PEOPLE[:200] + b"\x00" * 400 + PEOPLE[600:], "broken"),
        (_zipped(readme=b"not a workbook"), "broken"),
        (with_part(PEOPLE, SHEET, b"<worksheet"), "broken"),
        (with_part(PEOPLE, SHEET, None), "sheet_missing"),
        (with_part(PEOPLE, "xl/workbook.xml", b"<workbook/>"), "sheet_missing"),
        (with_part(PEOPLE, "xl/workbook.xml", None), "broken"),
        (with_part(PEOPLE, SHEET, ENTITIES), "broken"),
        (workbook(), "file_empty"),
        (workbook([None, " "], ["", None]), "file_empty"),
        (_zipped(**{"content.xml": b"ods"}), "spreadsheet"),
        (_zipped(**{"xl/workbook.bin": b"xlsb"}), "spreadsheet"),
        (b"\xd0\xcf\x11\xe0 W.o.r.k.b.o.o.k", "old_excel"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected"),
        (workbook([f"Kolom {n}" for n in range(300)]), "too_many_columns"),
    ],
)
def test_workbook_that_cannot_be_read_is_refused(content, code):
    assert _code(content) == code


def test_unknown_sheet_is_refused_with_those_that_are_there():
    with pytest.raises(FileUnreadable) as raised, translation.override("en"):
        read_table(PEOPLE, sheet="Leden")
    assert str(raised.value) == "There is no sheet “Leden”. There is: Blad1."


@pytest.mark.parametrize(
    ("name", "text", "repeat"),
    [
        (SHEET, b"0" * 1_000_000, 100),
        ("xl/sharedStrings.xml", bytes(range(48, 90)) * 25_000, 40),
        ("xl/media/image1.png", b"\x00" * 1_000_000, 40),
    ],
)
def test_bomb_is_refused_before_it_is_unpacked(name, text, repeat):
    content = with_part(PEOPLE, name, text, repeat=repeat)
    assert len(content) < 1_000_000
    assert _code(content) == "unpacks_too_large"


def test_bomb_of_many_parts_is_refused():
    assert _code(
        _zipped(**{"[Content_Types].xml": b""} | {f"p{n}": b"" for n in range(2_001)})
    ) == ("unpacks_too_large")


def _sheet(*rows: bytes) -> bytes:
    return (
        b'<worksheet xmlns="' + NAMESPACE + b'"><dimension ref="A1:XFD1048576"/><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>E-mail</v></c></row>'
        + b"".join(rows)
        + b"</sheetData></worksheet>"
    )


def test_sheet_that_says_it_is_huge_is_read_for_what_it_is():
    row = b'<row r="2"><c r="A2" t="str"><v>a@example.org</v></c><c r="XFD2"><v>1</v></c></row>'
    table = read_table(with_part(PEOPLE, SHEET, _sheet(row)))
    assert table.rows == ((2, ("a@example.org",)),)


def test_sheet_with_too_many_people_is_refused():
    rows = (b'<row r="%d"><c t="str"><v>a</v></c></row>' % n for n in range(2, 50_003))
    assert _code(with_part(PEOPLE, SHEET, _sheet(*rows))) == "file_too_long"


def test_row_beyond_the_end_of_any_sheet_is_refused():
    row = b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'
    assert _code(with_part(PEOPLE, SHEET, _sheet(row))) == "file_too_long"
