"""The order of sessions over all precisions, what can be said of one, and where it is found."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings

from content.enums import Eligibility, Precision, SessionStatus, SignUpPhase
from content.models import Session
from content.selectors import (
    past_sessions,
    session_url,
    sign_up_phase,
    site_settings,
    told_hash,
    upcoming_sessions,
)
from tests.factories.content import (
    ENDS_AT,
    STARTS_AT,
    make_locale,
    make_series,
    make_session,
    make_session_page,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def listed(slug: str, **values) -> Session:
    session = make_session(slug=slug, **values)
    make_session_page(session=session, live=True)
    return session


def at(moment: datetime) -> dict[str, datetime]:
    return {"starts_at": moment, "ends_at": moment + timedelta(hours=3)}


def test_sessions_stand_by_the_last_day_on_which_they_may_be():
    listed("onbekend", precision=Precision.UNKNOWN)
    listed("zomer", precision=Precision.SEASON, first_day=date(2026, 6, 1))
    listed("augustus", precision=Precision.DAY, first_day=date(2026, 8, 31))
    listed("maart", precision=Precision.MONTH, first_day=date(2026, 3, 1))
    listed("middag", **at(datetime(2026, 3, 31, 12, tzinfo=UTC)))
    listed("ochtend", **at(datetime(2026, 3, 31, 7, tzinfo=UTC)))
    listed("vandaag", precision=Precision.DAY, first_day=NOW.date())
    listed("bezig", starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    listed("net-klaar", starts_at=NOW - timedelta(hours=1), ends_at=NOW)
    listed("februari", precision=Precision.MONTH, first_day=date(2026, 2, 1))
    listed("gisteren", precision=Precision.DAY, first_day=date(2026, 3, 4))
    listed("geweest", precision=Precision.UNKNOWN, status=SessionStatus.HELD)
    make_session(slug="zonder-pagina")
    make_session_page(session=make_session(slug="concept"), live=False)
    assert [session.slug for session in upcoming_sessions(NOW)] == [
        "bezig",
        "vandaag",
        "ochtend",
        "middag",
        "maart",
        "augustus",
        "zomer",
        "onbekend",
    ]
    assert [session.slug for session in past_sessions(NOW)] == [
        "geweest",
        "net-klaar",
        "gisteren",
        "februari",
    ]


@pytest.mark.parametrize(
    ("values", "phase"),
    [
        ({}, SignUpPhase.OPEN),
        ({"eligibility": Eligibility.INVITED}, SignUpPhase.INVITED),
        ({"status": SessionStatus.CANCELLED}, SignUpPhase.CANCELLED),
        ({"status": SessionStatus.HELD}, SignUpPhase.OVER),
        ({"status": SessionStatus.POSTPONED}, SignUpPhase.INTEREST),
        ({"host_url": "https://partner.example.org/"}, SignUpPhase.PARTNER),
        ({"registration_opens_at": NOW + timedelta(days=1)}, SignUpPhase.NOT_YET),
        ({"registration_closes_at": NOW}, SignUpPhase.CLOSED),
        ({"starts_at": NOW, "ends_at": ENDS_AT}, SignUpPhase.CLOSED),
        ({"starts_at": NOW - timedelta(days=1), "ends_at": NOW}, SignUpPhase.OVER),
    ],
)
def test_sign_up_phase_follows_from_the_facts(values, phase):
    assert sign_up_phase(make_session(**values), NOW) == phase


@pytest.mark.capability("C7")
def test_an_undated_session_asks_for_interest():
    for precision in (Precision.MONTH, Precision.SEASON, Precision.UNKNOWN):
        session = make_session(precision=precision, first_day=date(2026, 6, 1))
        assert sign_up_phase(session, NOW) == SignUpPhase.INTEREST


def test_told_hash_differs_exactly_by_what_people_must_be_told():
    session = make_session()
    first = told_hash(session)
    for name, value in {
        "ends_at": ENDS_AT + timedelta(hours=1),
        "venue": "Elders",
        "online_url": "https://meet.example.org/1",
        "status": SessionStatus.CANCELLED,
    }.items():
        kept = getattr(session, name)
        setattr(session, name, value)
        assert told_hash(session) != first
        setattr(session, name, kept)
    session.capacity, session.contact_person = 3, "Iemand Anders"
    session.starts_at = STARTS_AT.astimezone()
    assert told_hash(session) == first
    session.refresh_from_db()
    assert told_hash(session) == first


def test_session_url_is_absolute_and_falls_back_to_another_language_and_to_the_site():
    page = make_session_page(parent=make_series(slug="traject"), slug="eerste", publish=True)
    assert page.session
    dutch = f"{settings.FRONTEND_URL}/nl/traject/eerste/"
    assert session_url(page.session, "nl") == dutch
    assert session_url(page.session, "en") == dutch
    translation = page.copy_for_translation(make_locale("en"), copy_parents=True)
    translation.slug = "first"
    translation.save_revision().publish()
    assert session_url(page.session, "en") == f"{settings.FRONTEND_URL}/en/traject/first/"
    assert session_url(page.session, "nl") == dutch
    assert session_url(make_session(), "nl") == f"{settings.FRONTEND_URL}/"


def test_site_settings_has_defaults_before_anybody_saved_them():
    assert site_settings().association_name == "Vereniging Samenspel"
    assert site_settings().pk is None
