"""Dates and places in words, in both languages, for all five precisions."""

from datetime import UTC, date, datetime

import pytest

from content import dates
from content.enums import Precision
from content.models import Session


def session(precision: Precision, **values) -> Session:
    return Session(precision=precision, **values)


EXACT = session(
    Precision.EXACT,
    starts_at=datetime(2026, 3, 12, 12, 30, tzinfo=UTC),
    ends_at=datetime(2026, 3, 12, 16, 0, tzinfo=UTC),
)
TWO_DAYS = session(
    Precision.EXACT,
    starts_at=datetime(2026, 7, 2, 7, 5, tzinfo=UTC),
    ends_at=datetime(2026, 7, 3, 15, 0, tzinfo=UTC),
)


@pytest.mark.capability("C4")
@pytest.mark.parametrize(
    ("held", "dutch", "english"),
    [
        (
            EXACT,
            "donderdag 12 maart 2026, 13.30–17.00 uur",
            "Thursday 12 March 2026, 13:30–17:00",
        ),
        (
            TWO_DAYS,
            "donderdag 2 juli 2026, 09.05 uur – vrijdag 3 juli 2026, 17.00 uur",
            "Thursday 2 July 2026, 09:05 – Friday 3 July 2026, 17:00",
        ),
        (
            session(Precision.DAY, first_day=date(2026, 3, 12)),
            "donderdag 12 maart 2026, tijd volgt",
            "Thursday 12 March 2026, time to be announced",
        ),
    ],
)
def test_when_names_the_weekday_and_the_local_time(held, dutch, english):
    assert (dates.when(held, "nl"), dates.when(held, "en")) == (dutch, english)


@pytest.mark.capability("C5")
def test_when_says_the_month_and_that_the_date_follows():
    march = session(Precision.MONTH, first_day=date(2026, 3, 1))
    assert dates.when(march, "nl") == "maart 2026, datum volgt"
    assert dates.when(march, "en") == "March 2026, date to be announced"


@pytest.mark.capability("C6")
@pytest.mark.parametrize(
    ("day", "dutch", "english"),
    [
        (date(2026, 3, 1), "voorjaar 2026", "spring 2026"),
        (date(2026, 8, 31), "zomer 2026", "summer 2026"),
        (date(2026, 11, 30), "najaar 2026", "autumn 2026"),
        (date(2026, 12, 1), "winter 2026–2027", "winter 2026–2027"),
        (date(2027, 2, 28), "winter 2026–2027", "winter 2026–2027"),
    ],
)
def test_when_names_the_season_of_any_day_in_it(day, dutch, english):
    held = session(Precision.SEASON, first_day=day)
    assert dates.when(held, "nl") == f"{dutch}, datum volgt"
    assert dates.when(held, "en") == f"{english}, date to be announced"


@pytest.mark.capability("C7")
def test_when_says_that_the_date_follows_even_if_a_day_was_left_behind():
    unknown = session(Precision.UNKNOWN, first_day=date(2026, 3, 12))
    assert dates.when(unknown, "nl") == "datum volgt"
    assert dates.when(unknown, "en") == "date to be announced"
    assert dates.when(session(Precision.MONTH), "nl") == "datum volgt"


def test_when_uses_the_time_zone_of_the_session():
    lima = session(
        Precision.EXACT,
        starts_at=datetime(2026, 3, 13, 2, 0, tzinfo=UTC),
        ends_at=datetime(2026, 3, 13, 3, 0, tzinfo=UTC),
        time_zone="America/Lima",
    )
    assert dates.when(lima, "en") == "Thursday 12 March 2026, 21:00–22:00"


def test_short_and_long_day_fit_a_subject_line():
    month = session(Precision.MONTH, first_day=date(2026, 3, 1))
    nothing = session(Precision.UNKNOWN)
    assert [dates.short_day(one, "nl") for one in (EXACT, month, nothing)] == [
        "12 maart",
        "maart 2026",
        "datum volgt",
    ]
    assert [dates.long_day(one, "en") for one in (EXACT, month, nothing)] == [
        "Thursday 12 March",
        "March 2026",
        "date to be announced",
    ]


def test_where_joins_the_lines_and_never_gives_the_online_link_away():
    here = session(Precision.UNKNOWN, venue="De Brug", address="Straat 1,\n\n3511 AB Utrecht ")
    there = session(Precision.UNKNOWN, online_url="https://meet.example.org/geheim")
    both = session(Precision.UNKNOWN, venue="De Brug", online_url="https://meet.example.org/geheim")
    nowhere = session(Precision.UNKNOWN)
    assert [dates.where(one, "nl") for one in (here, there, both, nowhere)] == [
        "De Brug, Straat 1, 3511 AB Utrecht",
        "online",
        "De Brug en online",
        "plek volgt",
    ]
    assert dates.where(both, "en") == "De Brug and online"
    assert dates.where(nowhere, "en") == "place to be announced"
