"""Calendar files, read back by a parser of the standard."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from content.models import Session
from content.selectors import site_settings
from participation.calendar import organiser_of, session_ics
from participation.errors import CalendarImpossible
from participation.links import registration_token
from participation.models import Registration
from participation.services import (
    cancel_registration,
    confirm_registration,
    register_by_link,
    request_registration,
)
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import ENDS_AT, STARTS_AT, make_session
from tests.factories.participation import make_registration, make_typed
from tests.participation.libical import complaints

pytestmark = pytest.mark.django_db

ROOM = "https://room.example.org/geheim"


def _file(session, **given):
    """The file, as it is, parsed, and its one entry. It keeps to the standard, whatever it is."""
    values: dict[str, Any] = {"organiser_email": "post@samenspel.example.org", "now": NOW} | given
    content = session_ics(session, "nl", **values)
    assert complaints(content) == ""
    assert max(map(len, content.split(b"\r\n"))) <= 75
    calendar = Calendar.from_ical(content)
    return content, calendar, next(iter(calendar.walk("VEVENT")))


def test_public_file_publishes_without_attendee_or_online_room():
    session = make_session(online_url=ROOM)
    content, calendar, event = _file(session)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert "ATTENDEE" not in event
    assert b"room.example.org" not in content.replace(b"\r\n ", b"")
    assert event["UID"] == f"session-{session.pk}@127.0.0.1"
    assert event["DTSTART"].dt == session.starts_at
    assert event["DTEND"].dt == session.ends_at
    assert str(event["DTSTART"].params["TZID"]) == "Europe/Amsterdam"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Amsterdam"]
    assert (event["STATUS"], event["SUMMARY"]) == ("CONFIRMED", session.title("nl"))
    assert content.count(b"\n") == content.count(b"\r\n")


def test_request_has_one_accepted_attendee_a_stable_uid_and_a_real_organiser():
    contact = make_contact(given_name='Amina; "de" Ster', email="amina@example.org")
    row = make_registration(contact=contact)
    content, calendar, event = _file(
        row.session, registration=row, method="REQUEST", organiser_name="Vereniging Samenspel"
    )
    assert calendar["METHOD"] == "REQUEST"
    attendee = event["ATTENDEE"]
    assert str(attendee) == "mailto:amina@example.org"
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert str(event["ORGANIZER"]) == "mailto:post@samenspel.example.org"
    assert event["UID"] == f"session-{row.session.pk}-contact-{contact.pk}@127.0.0.1"
    assert event["DTSTAMP"].dt == NOW
    _again, _calendar, moved = _file(row.session, registration=row, method="REQUEST")
    assert moved["UID"] == event["UID"]
    assert b"/r/" not in content
    assert b"/i/" not in content


def test_sequence_rises_when_the_session_moves_and_on_cancelling():
    row = make_registration()
    numbers = [int(_file(row.session, registration=row, method="REQUEST")[2]["SEQUENCE"])]
    row.session.schedule_version += 1
    row.session.save()
    numbers.append(int(_file(row.session, registration=row, method="REQUEST")[2]["SEQUENCE"]))
    cancelled = cancel_registration(registration=row, now=NOW)
    _content, calendar, event = _file(row.session, registration=cancelled, method="CANCEL")
    numbers.append(int(event["SEQUENCE"]))
    assert numbers == [1, 2, 3]
    assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")


def test_day_without_time_is_an_entry_for_the_whole_day():
    session = make_session(precision="day", first_day=date(2026, 3, 12))
    event = _file(session)[2]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 3, 12), date(2026, 3, 13))


def test_cancelled_session_says_so():
    assert _file(make_session(status="cancelled"))[2]["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("precision", ["month", "season", "unknown"])
def test_session_without_a_day_has_no_file(precision, client):
    session = make_session(precision=precision, first_day=date(2026, 6, 1))
    with pytest.raises(CalendarImpossible):
        _file(session)
    assert client.get(f"/sessions/{session.slug}.ics").status_code == 404


def test_public_address_serves_the_file(client):
    session = make_session(online_url=ROOM)
    response = client.get(f"/sessions/{session.slug}.ics?lang=en")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    event = next(iter(Calendar.from_ical(response.content).walk("VEVENT")))
    assert event["SUMMARY"] == session.title("en")
    assert client.get("/sessions/nergens.ics").status_code == 404


def test_session_over_the_change_of_the_clock_keeps_its_local_hours():
    later = timedelta(days=21)
    session = make_session(starts_at=STARTS_AT + later, ends_at=ENDS_AT + later)
    event = _file(session)[2]
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("day", "offset"), [(date(2026, 3, 28), 1), (date(2026, 3, 29), 2), (date(2026, 10, 25), 1)]
)
def test_entry_says_the_hour_that_the_clock_shows_that_day(day, offset):
    start = datetime(day.year, day.month, day.day, 13, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    session = make_session(
        starts_at=start.astimezone(UTC), ends_at=(start + timedelta(hours=3)).astimezone(UTC)
    )
    content, _calendar, event = _file(session)
    assert f"DTSTART;TZID=Europe/Amsterdam:{day:%Y%m%d}T133000".encode() in content
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=offset)


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "CANCEL"])
@pytest.mark.parametrize(
    "title",
    [
        "Komma, punt; dubbele: en \\ schuine streep",
        "Twee\nregels",
        "🌷🌍 " * 40,
        "é" * 200,
        'Aanhaling " en <b>',
    ],
)
def test_any_title_comes_back_as_it_was_in_lines_of_75_octets(title, method):
    contact = make_contact(given_name="Zoë 🌷", family_name="van der Berg-" * 6)
    row = make_registration(contact=contact, session=make_session(titles={"nl": title}))
    content, _calendar, event = _file(
        row.session, registration=row, method=method, organiser_name=title.partition("\n")[0]
    )
    assert str(event["SUMMARY"]) == title
    content.decode()  # no character is cut in two


def test_day_without_time_and_a_cancelled_or_postponed_session_keep_to_the_standard():
    day = make_session(precision="day", first_day=date(2026, 3, 12))
    row = make_registration(session=day)
    for method in ("PUBLISH", "REQUEST", "CANCEL"):
        _file(day, registration=row, method=method)
    postponed = make_registration(session=make_session(status="postponed"))
    event = _file(postponed.session, registration=postponed, method="REQUEST")[2]
    assert event["STATUS"] == "TENTATIVE"


@pytest.mark.parametrize("precision", ["month", "season", "unknown"])
def test_session_that_lost_its_day_can_still_be_withdrawn(precision):
    row = make_registration()
    asked = _file(row.session, registration=row, method="REQUEST")[2]
    Session.objects.filter(pk=row.session.pk).update(
        precision=precision, starts_at=None, ends_at=None, status="postponed", schedule_version=2
    )
    row.session.refresh_from_db()
    _content, calendar, event = _file(row.session, registration=row, method="CANCEL")
    assert (calendar["METHOD"], event["STATUS"], "DTSTART" in event) == (
        "CANCEL",
        "CANCELLED",
        False,
    )
    assert event["UID"] == asked["UID"]
    assert event["SEQUENCE"] > asked["SEQUENCE"]
    with pytest.raises(CalendarImpossible):
        _file(row.session, registration=row, method="REQUEST")


def test_sequence_stays_while_nothing_changed_and_goes_on_after_coming_back():
    session = make_session(eligibility="everyone", starts_at=NOW + timedelta(days=9),
                           ends_at=NOW + timedelta(days=9, hours=1))  # fmt: skip
    person = make_contact()
    row = register_by_link(session=session, contact=person, answers={}, now=NOW)
    numbers = []

    def note(registration, method):
        event = _file(session, registration=registration, method=method)[2]
        numbers.append(int(event["SEQUENCE"]))

    note(row, "REQUEST")
    register_by_link(session=session, contact=person, answers={"need": "rust"}, now=NOW)
    row.refresh_from_db()
    note(row, "REQUEST")
    Session.objects.filter(pk=session.pk).update(titles={"nl": "Anders"})
    note(row, "REQUEST")
    note(cancel_registration(registration=row, now=NOW), "CANCEL")
    note(register_by_link(session=session, contact=person, answers={}, now=NOW), "REQUEST")
    assert numbers == [1, 1, 1, 2, 3]


def test_transfer_withdraws_the_entry_of_one_and_gives_the_other_one_of_their_own():
    session = make_session(eligibility="everyone", starts_at=NOW + timedelta(days=9),
                           ends_at=NOW + timedelta(days=9, hours=1))  # fmt: skip
    row = make_registration(session=session)
    asked = _file(session, registration=row, method="REQUEST")[2]
    request_registration(session=session, typed=make_typed(), act="x", takes_over=row, now=NOW)
    open_one = Registration.objects.get(state="unconfirmed")
    taken = confirm_registration(registration=open_one, now=NOW)
    row.refresh_from_db()
    withdrawn = _file(session, registration=row, method="CANCEL")[2]
    given = _file(session, registration=taken, method="REQUEST")[2]
    assert withdrawn["UID"] == asked["UID"] != given["UID"]
    assert withdrawn["SEQUENCE"] > asked["SEQUENCE"]
    assert str(given["ATTENDEE"]) == "mailto:bilal@example.org"


def test_organiser_is_whoever_reads_the_answers_in_mail_and_file_alike(client):
    site = site_settings()
    session = make_session()
    assert organiser_of(session, site) == ("noor@samenspel.example.org", "Noor de Wit")
    session.contact_email = ""
    assert organiser_of(session, site) == (site.sender_email, site.association_name)
    row = make_registration()
    content = client.get(f"/r/{registration_token(row)}/calendar.ics").content
    event = next(iter(Calendar.from_ical(content).walk("VEVENT")))
    assert str(event["ORGANIZER"]) == "mailto:noor@samenspel.example.org"
