"""What people write in cells, and what it means."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from contacts.enums import MembershipKind, OrganisationKind
from contacts.imports import values
from contacts.models.people import LANGUAGES


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2009", date(2009, 1, 1)),
        ("2009-03-14", date(2009, 3, 14)),
        ("2009-03-14T00:00:00", date(2009, 3, 14)),
        ("2009-03-14 09:30", date(2009, 3, 14)),
        ("14-3-2009", date(2009, 3, 14)),
        ("14/03/2009", date(2009, 3, 14)),
        ("14.03.2009", date(2009, 3, 14)),
        ("14 maart 2009", date(2009, 3, 14)),
        ("14 mrt. 2009", date(2009, 3, 14)),
        ("1-aug-2009", date(2009, 8, 1)),
        ("14 March 2009", date(2009, 3, 14)),
        ("39886", date(2009, 3, 14)),
    ],
)
def test_date_is_read_in_the_ways_that_people_write_it(cell, day):
    assert values.day(cell) == day


@pytest.mark.parametrize(
    "cell", ["", "gisteren", "31-02-2009", "14-3-09", "0000", "14 floreal 2009", "99999", "3"]
)
def test_date_that_may_be_another_is_not_clear(cell):
    with pytest.raises(values.CellUnclear):
        values.day(cell)


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("nl", "NL"),
        ("Nederland", "NL"),
        ("België", "BE"),
        ("Oeganda", "UG"),
        ("Uganda", "UG"),
        ("UK", "GB"),
        ("Verenigde Staten", "US"),
    ],
)
def test_country_is_known_in_dutch_and_english(cell, country):
    assert values.country(cell) == country


@pytest.mark.parametrize("language", ["nl", "en"])
def test_labels_that_are_exported_are_read_again(language):
    with translation.override(language):
        kinds = {str(kind.label): kind for kind in OrganisationKind}
        members = {str(kind.label): kind for kind in MembershipKind}
        languages = {str(label): code for code, label in LANGUAGES}
    assert {text: values.kind(text) for text in kinds} == kinds
    assert {text: values.membership(text) for text in members} == members
    assert {text: values.language(text) for text in languages} == languages


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("612345678", "0612345678"),
        ("31612345678", "+31612345678"),
        ("0612345678", "0612345678"),
        ("+31 6 12 34 56 78", "+31 6 12 34 56 78"),
        ("4912345678901", "4912345678901"),
        ("010", "010"),
        ("", ""),
    ],
)
def test_dutch_phone_number_gets_back_what_a_figure_loses(cell, phone):
    assert values.phone(cell) == phone


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("", ()),
        ("Migratie", ("Migratie",)),
        ("Migratie, Landbouw,Migratie", ("Migratie", "Landbouw")),
        ("Migratie; Vrede, veiligheid en recht", ("Migratie", "Vrede, veiligheid en recht")),
        ("Vrede, veiligheid en recht;", ("Vrede, veiligheid en recht",)),
        ("Wilg\nWater; Aarde", ("Wilg", "Water; Aarde")),
    ],
)
def test_list_is_taken_apart_at_what_separates_it(cell, parts):
    assert values.several(cell) == parts


@given(st.lists(st.text(alphabet="ab,;", min_size=1).map(str.strip).filter(bool), unique=True))
def test_list_that_is_written_is_read_the_same(parts):
    assert values.several(values.listed(parts)) == tuple(parts)


@pytest.mark.parametrize("cell", ["?", "??", "-", "–", "n.v.t.", "N/A", "onbekend", " ? "])
def test_cell_that_says_nothing_is_empty(cell):
    assert values.known(cell) == ""


@pytest.mark.parametrize(
    "cell", ["#N/A", "#N/B", "#REF!", "#VERW!", "#NAAM?", "#DEEL/0!", "#DIV/0!", "Err:502"]
)
def test_cell_that_shows_an_error_is_known(cell):
    assert values.is_error(cell)


@pytest.mark.parametrize("cell", ["#metoo", "N/B", "# 3", "Error", "nee!"])
def test_cell_that_shows_no_error_is_data(cell):
    assert not values.is_error(cell)
