"""Files that somebody opens in a spreadsheet: no formulas, and nothing that cannot be stored."""

import tracemalloc
from datetime import date
from hashlib import sha256

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
    rows: list[list[Cell]] = [["=1+1", "#N/A", "bel\x07", date(2009, 3, 14)]]
    with workbook(rows, title="x" * 40) as file:
        book = load_workbook(file)
    sheet = book.worksheets[0]
    assert sheet.title == "x" * 31
    assert [(cell.value, cell.data_type) for cell in sheet[1][:3]] == [
        ("=1+1", "s"),
        ("#N/A", "s"),
        ("bel", "s"),
    ]
    assert sheet[1][3].value.date() == date(2009, 3, 14)


def test_workbook_of_many_rows_takes_no_more_memory_than_one_of_few():
    def measured(number: int) -> tuple[int, int]:
        """Return the most memory that it took, and how large the file is."""
        rows = ([f"Persoon {each}", sha256(b"%d" % each).hexdigest()] for each in range(number))
        tracemalloc.start()
        with workbook(rows, title="Lijst") as book:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return peak, book.seek(0, 2)

    measured(10)  # what is read once
    few, _size = measured(1_000)
    many, size = measured(20_000)
    assert size > 800_000
    assert many - few < size / 3
