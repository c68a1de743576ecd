"""What publishing a session page does to the session, and what copies and translations do not."""

from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError

from content.enums import Precision, SessionStatus
from content.models import Session, SessionPage
from content.selectors import told_hash
from content.services import publish_session
from tests.factories.contacts import make_theme
from tests.factories.content import (
    make_agenda,
    make_home,
    make_locale,
    make_series,
    make_session,
    make_session_page,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


def publish(page: SessionPage, **changes) -> Session:
    for name, value in changes.items():
        setattr(page, name, value)
    page.save_revision().publish()
    page.refresh_from_db()
    assert page.session
    return page.session


def test_publishing_copies_the_facts_in_utc():
    page = make_session_page(slug="eerste", capacity=30, co_organisers="Stichting Lantaarn")
    session = publish(page)
    assert (session.starts_at, session.ends_at) == (
        datetime(2026, 3, 12, 12, 30, tzinfo=UTC),
        datetime(2026, 3, 12, 16, 0, tzinfo=UTC),
    )
    assert (session.slug, session.capacity, session.co_organisers, session.schedule_version) == (
        "eerste",
        30,
        "Stichting Lantaarn",
        1,
    )
    assert session.titles == {"nl": page.title}
    assert session.series == page.get_parent().specific


def test_a_draft_changes_nothing_until_it_is_published():
    page = make_session_page()
    session = publish(page)
    page.venue = "Elders"
    page.save_revision()
    session.refresh_from_db()
    assert session.venue == "Zaal De Brug"


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({"title": "Andere titel"}, 1),
        ({"capacity": 5}, 1),
        ({"address": "Voorbeeldstraat 1\r\n3511 AB Utrecht"}, 1),
        ({"contact_person": "Iemand Anders"}, 1),
        ({"start_time": time(14, 0)}, 2),
        ({"end_time": time(18, 0)}, 2),
        ({"first_day": date(2026, 3, 19)}, 2),
        ({"venue": "Elders"}, 2),
        ({"address": "Elders 2"}, 2),
        ({"online_url": "https://meet.example.org/1"}, 2),
        ({"status": SessionStatus.CANCELLED}, 2),
        ({"precision": Precision.MONTH}, 2),
    ],
)
def test_schedule_version_rises_only_when_the_schedule_changed(change, version):
    page = make_session_page()
    publish(page)
    assert publish(page, **change).schedule_version == version


def test_schedule_version_rises_when_a_date_goes_there_and_back():
    page = make_session_page()
    first = told_hash(publish(page))
    there = publish(page, first_day=date(2026, 3, 19))
    assert (there.schedule_version, told_hash(there) == first) == (2, False)
    back = publish(page, first_day=date(2026, 3, 12))
    assert (back.schedule_version, told_hash(back)) == (3, first)
    assert publish(page).schedule_version == 3


@pytest.mark.parametrize(
    ("precision", "given", "stored"),
    [
        (Precision.DAY, date(2026, 3, 12), date(2026, 3, 12)),
        (Precision.MONTH, date(2026, 3, 12), date(2026, 3, 1)),
        (Precision.SEASON, date(2027, 1, 20), date(2026, 12, 1)),
        (Precision.UNKNOWN, date(2026, 3, 12), None),
    ],
)
def test_an_imprecise_date_keeps_the_first_day_and_no_times(precision, given, stored):
    session = publish(make_session_page(precision=precision, first_day=given))
    assert (session.first_day, session.starts_at, session.ends_at) == (stored, None, None)


def test_the_slug_is_unique_and_stays():
    make_session(slug="werksessie")
    page = make_session_page(slug="werksessie")
    assert publish(page).slug == "werksessie-2"
    assert publish(page, slug="andere-naam").slug == "werksessie-2"
    assert publish(make_session_page(slug="werksessie")).slug == "werksessie-3"


def test_deleting_the_page_leaves_the_session():
    page = make_session_page()
    session = publish(page)
    page.delete()
    session.refresh_from_db()
    assert session.venue == "Zaal De Brug"


def test_a_copy_starts_without_a_session_and_gets_its_own():
    page = make_session_page()
    session = publish(page)
    copy = page.copy(update_attrs={"slug": "kopie", "title": "Kopie"}, keep_live=False)
    assert copy.session is None
    other = publish(copy, first_day=date(2026, 5, 7))
    session.refresh_from_db()
    assert other.pk != session.pk
    assert (session.titles, session.first_day) == ({"nl": page.title}, date(2026, 3, 12))


def test_a_live_copy_gets_its_own_session_at_once():
    page = make_session_page()
    session = publish(page)
    copy = page.copy(update_attrs={"slug": "kopie"}, keep_live=True)
    copy.refresh_from_db()
    assert copy.session.pk != session.pk
    assert copy.session.slug == "kopie"


def test_an_old_revision_does_not_bring_back_a_missing_session():
    page = make_session_page()
    before = page.save_revision()
    session = publish(page)
    before.publish()
    page.refresh_from_db()
    assert page.session == session


def test_a_translation_shares_the_session_and_adds_only_its_title():
    page = make_session_page()
    session = publish(page)
    english = make_locale("en")
    translation = page.copy_for_translation(english, copy_parents=True)
    assert translation.session == session
    publish(translation, title="Working session", first_day=date(2026, 9, 9), venue="Elsewhere")
    session.refresh_from_db()
    assert session.titles == {"nl": page.title, "en": "Working session"}
    assert (session.first_day, session.venue, session.source_language) == (
        date(2026, 3, 12),
        "Zaal De Brug",
        "nl",
    )


def test_a_translation_made_before_publication_shares_the_session_afterwards():
    page = make_session_page()
    page.save_revision()
    translation = page.copy_for_translation(make_locale("en"), copy_parents=True)
    assert translation.session is None
    session = publish(page)
    assert publish(translation, title="Working session") == session
    assert Session.objects.count() == 1


def test_the_translation_takes_over_when_the_source_page_is_gone():
    page = make_session_page()
    publish(page)
    translation = page.copy_for_translation(make_locale("en"), copy_parents=True)
    page.delete()
    session = publish(translation, venue="Elsewhere")
    assert (session.venue, session.source_language, session.schedule_version) == (
        "Elsewhere",
        "en",
        2,
    )


def test_an_alias_shows_the_session_of_its_source_and_a_converted_one_gets_its_own():
    page = make_session_page()
    session = publish(page)
    alias = page.create_alias(parent=make_agenda(), update_slug="alias")
    assert alias.session == session
    publish(page, venue="Elders")
    alias.refresh_from_db()
    assert (alias.session, alias.venue) == (session, "Elders")
    SessionPage.objects.filter(pk=alias.pk).update(alias_of=None)
    alias = SessionPage.objects.get(pk=alias.pk)
    own = publish(alias, venue="Derde plek")
    session.refresh_from_db()
    assert own.pk != session.pk
    assert session.venue == "Elders"


def test_a_page_in_the_agenda_belongs_to_no_series_and_themes_are_copied():
    theme = make_theme()
    page = make_session_page(parent=make_agenda())
    page.themes.set([theme])
    session = publish(page)
    assert session.series is None
    assert list(session.themes.all()) == [theme]


def test_the_series_is_the_one_in_its_source_language():
    home = make_home()
    series = make_series(parent=home)
    page = make_session_page(parent=series)
    english = page.copy_for_translation(make_locale("en"), copy_parents=True)
    assert english.get_parent().specific.translation_key == series.translation_key
    assert publish(page).series == series


def test_publish_session_records_when():
    page = make_session_page()
    session = publish_session(page=page, now=NOW)
    assert session.published_at == NOW


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"start_time": None}, ["start_time"]),
        ({"start_time": None, "end_time": None}, ["end_time", "start_time"]),
        ({"first_day": None}, ["first_day"]),
        ({"precision": Precision.MONTH, "first_day": None}, ["first_day"]),
        ({"precision": Precision.SEASON, "first_day": None}, ["first_day"]),
        ({"end_time": time(13, 30)}, ["end_time"]),
        ({"last_day": date(2026, 3, 11)}, ["last_day"]),
        ({"first_day": date(2026, 3, 29), "start_time": time(2, 30)}, ["start_time"]),
        (
            {"first_day": date(2026, 3, 28), "last_day": date(2026, 3, 29), "end_time": time(2, 0)},
            ["end_time"],
        ),
        ({"host_url": "https://partner.example.org/"}, ["host_name"]),
        ({"capacity": 0}, ["capacity"]),
        ({"seats_per_organisation": 0}, ["seats_per_organisation"]),
        ({"time_zone": "Europe/Nergens"}, ["time_zone"]),
        (
            {
                "registration_opens_at": datetime(2026, 3, 2, tzinfo=UTC),
                "registration_closes_at": datetime(2026, 3, 1, tzinfo=UTC),
            },
            ["registration_closes_at"],
        ),
    ],
)
def test_contradictory_facts_are_refused_at_their_field(values, fields):
    page = make_session_page()
    for name, value in values.items():
        setattr(page, name, value)
    with pytest.raises(ValidationError) as refused:
        page.full_clean()
    assert sorted(refused.value.error_dict) == fields
    assert Session.objects.count() == 0


def test_an_hour_that_occurs_twice_is_the_first_of_the_two():
    page = make_session_page(first_day=date(2026, 10, 25), start_time=time(2, 30))
    page.full_clean()
    moments = page.draft_moments()
    assert moments
    assert moments[0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
