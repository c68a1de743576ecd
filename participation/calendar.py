"""Calendar files (RFC 5545, 5546): for everybody, and for one registered person.

The public file is METHOD:PUBLISH. A registered person gets METHOD:REQUEST with a UID that stays for
the session and the person, and a number (SEQUENCE) that rises when the session moves or the person
cancels or gives the seat away; CANCEL carries a higher number than the REQUEST that it withdraws,
and is all that can be said of a session that lost its day. No personal link is in
any file, because calendars are shared; the online room's address is in none either.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from contacts.models import Contact
from content.dates import KNOWN_DAY, when, where
from content.enums import Precision, SessionStatus
from content.models import Session, SiteSettings
from content.selectors import session_url
from participation.errors import CalendarImpossible
from participation.models import Registration

CONTENT_TYPE = "text/calendar; charset=utf-8"

#: How often a program that is subscribed may look.
_REFRESH = timedelta(hours=1)

_BEGIN, _END = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"

_STATUS = {SessionStatus.CANCELLED: "CANCELLED", SessionStatus.POSTPONED: "TENTATIVE"}


def session_ics(
    session: Session,
    language: str,
    *,
    registration: Registration | None = None,
    contact: Contact | None = None,
    method: str = "PUBLISH",
    organiser_email: str,
    organiser_name: str = "",
    now: datetime,
) -> bytes:
    """Return the session as a calendar file in UTF-8 with CR LF.

    `method` is PUBLISH, REQUEST or CANCEL; the last two need a contact with an address (that of the
    registration, unless given). `organiser_email` must be a mailbox that somebody reads. `now` is
    the DTSTAMP. Raises CalendarImpossible for a session without a day, except to CANCEL.
    """
    contact = contact or (registration.contact if registration else None)
    entry = SessionEntry(
        session,
        language,
        method=method,
        organiser_email=organiser_email,
        organiser_name=organiser_name,
        now=now,
    )
    return entry.file(contact, registration)


class SessionEntry:
    """A session's calendar file up to what differs from person to person: for many files at once.

    The arguments are those of `session_ics`. Raises CalendarImpossible for a session without a day.
    """

    def __init__(
        self,
        session: Session,
        language: str,
        *,
        method: str,
        organiser_email: str,
        organiser_name: str,
        now: datetime,
    ) -> None:
        self._session = session
        self._is_public = method == "PUBLISH"
        calendar = _calendar(method)
        event = _event(session, language, method, now, url=session_url(session, language))
        event["organizer"] = _address(organiser_email, organiser_name)
        calendar.add_component(event)
        calendar.add_missing_timezones()
        before, end, after = calendar.to_ical().partition(_END)
        self._before, self._after = before, end + after

    def file(self, contact: Contact | None, registration: Registration | None) -> bytes:
        """Return the file for this person, or for everybody."""
        own = Event()
        own.add("uid", entry_uid(self._session, contact))
        own.add("sequence", entry_sequence(self._session, registration))
        if contact is not None and not self._is_public:
            own.add("attendee", _attendee(contact), encode=False)
        lines = own.to_ical().removeprefix(_BEGIN).removesuffix(_END)
        return b"".join((self._before, lines, self._after))


def sessions_ics(
    sessions: Mapping[Session, str],
    language: str,
    *,
    name: str,
    organiser_email: str,
    organiser_name: str,
    now: datetime,
) -> bytes:
    """Return a calendar to subscribe to: one entry for each session that has a day.

    `sessions` gives for each the address of its page; `name` is what calendar programs call it. The
    entries are those of the public files, so that whoever has both sees one. `now` is the DTSTAMP
    of a session of which we do not know when it was published.
    """
    calendar = _calendar("PUBLISH")
    calendar.add("name", name)  # RFC 7986
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for session, url in sessions.items():
        if has_day(session):
            event = _event(session, language, "PUBLISH", session.published_at or now, url=url)
            event["organizer"] = _address(organiser_email, organiser_name)
            event.add("uid", entry_uid(session, None))
            event.add("sequence", entry_sequence(session, None))
            calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def organiser_of(session: Session, site: SiteSettings) -> tuple[str, str]:
    """Return address and name of whoever reads the answers: the contact person, else the sender.

    The same in a mail and in the file on one's own page, since both are one entry.
    """
    if session.contact_email:
        return session.contact_email, session.contact_person or site.association_name
    return site.sender_email, site.association_name


def entry_uid(session: Session, contact: Contact | None) -> str:
    """Return the UID of the entry: stable for the session, and for the person if there is one."""
    person = f"-contact-{contact.pk}" if contact else ""
    return f"session-{session.pk}{person}@{settings.SITE_HOST}"


def entry_sequence(session: Session, registration: Registration | None) -> int:
    """Return the SEQUENCE: it never falls, and rises with each move and each cancellation."""
    return session.schedule_version + (registration.calendar_sequence if registration else 0)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Bijeen//Bijeen//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(session: Session, language: str, method: str, now: datetime, *, url: str) -> Event:
    event = Event()
    event.add("dtstamp", now)
    # RFC 5546, 3.2.5: a CANCEL needs no times, and there may be none any more.
    if method != "CANCEL" or has_day(session):
        _add_times(event, session)
    event.add("summary", session.title(language))
    event.add("location", where(session, language))
    event.add("description", f"{when(session, language)}\n{url}")
    event.add("url", url)
    event.add(
        "status",
        "CANCELLED"
        if method == "CANCEL"
        else _STATUS.get(SessionStatus(session.status), "CONFIRMED"),
    )
    return event


def has_day(session: Session) -> bool:
    """Whether a calendar has a place for it."""
    return session.precision in KNOWN_DAY and session.first_day is not None


def _add_times(event: Event, session: Session) -> None:
    """Times in the session's own zone; a day without a time is an entry for the whole day."""
    if session.local_start and session.local_end:
        event.add("dtstart", session.local_start)
        event.add("dtend", session.local_end)
    elif session.precision == Precision.DAY and session.first_day:
        event.add("dtstart", session.first_day)
        event.add("dtend", session.first_day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        raise CalendarImpossible


def _attendee(contact: Contact) -> vCalAddress:
    """The one person, who has said yes: no answer is asked for."""
    attendee = _address(contact.address_key or "", contact.full_name)
    attendee.params["cutype"] = vText("INDIVIDUAL")
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["cn"] = vText(name)
    return address
