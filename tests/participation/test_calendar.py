"""Calendar files, read back by a parser of the standard."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from participation.calendar import session_ics
from participation.errors import CalendarImpossible
from participation.services import cancel_registration
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import ENDS_AT, STARTS_AT, make_session
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db

ROOM = "https://room.example.org/geheim"


def _file(session, **given):
    values: dict[str, Any] = {"organiser_email": "post@samenspel.example.org", "now": NOW} | given
    content = session_ics(session, "nl", **values)
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
