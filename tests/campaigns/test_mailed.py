"""When people were last sent a mailing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.selectors.mailed import last_mailed, narrow_by_last_mailing
from contacts.models import Contact
from tests.factories.campaigns import make_delivery
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.django_db

#: In Amsterdam it is 00:30 on the first of March: in UTC the month has not begun yet.
NOW = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
MONTH = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
YEAR = datetime(2025, 2, 28, 23, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def found(value: str, now: datetime = NOW) -> set[Contact]:
    return set(narrow_by_last_mailing(Contact.objects.all(), value, now))


def mailed(*moments: datetime, state: str = "sent") -> Contact:
    contact = make_contact()
    for moment in moments:
        make_delivery(contact=contact, state=state, sent_at=moment)
    return contact


@pytest.mark.database
def test_the_month_begins_at_midnight_in_the_zone_of_the_house():
    at, before = mailed(MONTH), mailed(MONTH - MOMENT)
    both = mailed(YEAR, MONTH + MOMENT)
    assert found("month") == {at, both}
    assert found("never") == set()
    assert before not in found("year")


@pytest.mark.database
def test_the_same_day_of_last_year_is_not_longer_than_a_year_ago():
    at, before = mailed(YEAR), mailed(YEAR - MOMENT)
    both = mailed(YEAR - MOMENT, YEAR)
    make_contact()
    assert found("year") == {before}
    assert found("never") == set(Contact.objects.all()) - {at, before, both}


def test_a_year_before_the_29th_of_february_is_the_28th():
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    at = mailed(datetime(2027, 2, 27, 23, 0, tzinfo=UTC))
    before = mailed(datetime(2027, 2, 27, 22, 59, tzinfo=UTC))
    assert found("year", leap_day) == {before}
    assert at not in found("year", leap_day)


def test_only_what_was_sent_counts():
    queued = make_delivery(state="queued").contact
    excluded = make_delivery(state="excluded").contact
    bounced = mailed(MONTH, state="bounced")
    assert found("never") == {queued, excluded}
    assert found("month") == {bounced}


def test_column_shows_the_day_of_the_last():
    both, never, far = mailed(YEAR, MONTH), make_contact(), mailed(MONTH)
    assert last_mailed([both.pk, never.pk]) == {both.pk: date(2026, 3, 1)}
    assert last_mailed([]) == {}
    assert far.pk not in last_mailed([both.pk])
