"""Files that somebody opens in a spreadsheet: no formulas, and nothing that cannot be stored."""

from datetime import date

import pytest
from openpyxl import load_workbook

from base.spreadsheets import Cell, csv_lines, guarded_cell, unguarded_cell, workbook


@pytest.mark.parametrize("text", ["=1+1", "+31 6", "-5", "@SUM", "\tx", "\rx"])
def test_text_that_looks_like_a_formula_is_guarded_and_read_back(text):
    assert guarded_cell(text) == f"'{text}"
    assert unguarded_cell(guarded_cell(text)) == text


@pytest.mark.parametrize("text", ["", "Amina", "'t Hooft", "1+1", "a@example.org"])
def test_other_text_stays_as_it_is(text):
    assert guarded_cell(text) == text
    assert unguarded_cell(text) == text


def test_csv_has_a_mark_of_its_encoding_and_quotes_what_needs_it():
    rows: list[list[Cell]] = [["Naam", "Sinds"], ['Renée "R"; x', date(2009, 3, 14)], ["=1+1", ""]]
    assert b"".join(csv_lines(rows, delimiter=";")).decode() == (
        '\ufeffNaam;Sinds\r\n"Renée ""R""; x";2009-03-14\r\n\'=1+1;\r\n'
    )


def test_workbook_keeps_texts_and_dates_apart():
    book = load_workbook(workbook([["=1+1", "#N/A", "bel\x07", date(2009, 3, 14)]], title="x" * 40))
    sheet = book.worksheets[0]
    assert sheet.title == "x" * 31
    assert [(cell.value, cell.data_type) for cell in sheet[1][:3]] == [
        ("=1+1", "s"),
        ("#N/A", "s"),
        ("bel", "s"),
    ]
    assert sheet[1][3].value.date() == date(2009, 3, 14)
