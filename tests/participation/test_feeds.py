"""Feeds of the agenda and of a series: what is in them, what never is, and how they are kept."""

import json
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from content.models import Session
from participation.calendar import entry_uid
from participation.models import Registration
from tests.factories.contacts import make_contact
from tests.factories.content import make_agenda, make_home, make_series, make_session_page
from tests.factories.participation import make_registration
from tests.participation.libical import complaints

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
ROOM = "https://room.example.org/geheim"


def _page(days=10, **values):
    day = timezone.localdate() + timedelta(days=days)
    defaults = {"publish": True, "first_day": day, "online_url": ROOM}
    return make_session_page(**defaults | values)


def _undated(**values):
    return _page(
        precision="unknown", first_day=None, start_time=None, end_time=None, title="Ooit", **values
    )


def _ics(response):
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(response.content).walk("VEVENT")]


def _root(response):
    return ET.fromstring(response.content)  # noqa: S314 -- of our own making


def _atom(response):
    root = _root(response)
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


def _json(response):
    return [item["title"] for item in json.loads(response.content)["items"]]


def test_agenda_holds_what_comes_and_what_was_and_undated_ones_have_no_entry(client):
    _page(title="Straks, komma; en\\zo 🌷")
    _page(-20, title="Geweest")
    _page(30, title="Nooit", status="cancelled")
    _page(title="Concept", publish=False)
    _undated()
    assert sorted(_ics(client.get("/agenda.ics"))) == [
        "Geweest",
        "Nooit",
        "Straks, komma; en\\zo 🌷",
    ]
    everything = ["Straks, komma; en\\zo 🌷", "Gaat niet door: Nooit", "Ooit", "Geweest"]
    assert _atom(client.get("/agenda.atom")) == everything
    assert _json(client.get("/agenda.json")) == everything


def test_calendar_keeps_to_the_standard_and_has_the_entries_of_the_public_files(client):
    page = _page(title="Straks 🌷, " + "heel lang " * 12)
    _page(30, status="cancelled")
    _page(200)
    make_registration(session=page.session)
    content = client.get("/agenda.ics").content
    assert complaints(content) == ""
    calendar = Calendar.from_ical(content)
    assert (calendar["METHOD"], calendar["X-WR-CALNAME"]) == ("PUBLISH", "Vereniging Samenspel")
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    event = events[entry_uid(page.session, None)]
    public = client.get(f"/sessions/{page.session.slug}.ics").content
    own = next(iter(Calendar.from_ical(public).walk("VEVENT")))
    for name in ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION"):
        assert event[name] == own[name]
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert "ATTENDEE" not in event


def test_series_has_feeds_of_its_own(client):
    ours, other = make_series(slug="leren"), make_series()
    _page(title="Van ons", parent=ours)
    _page(-9, title="Was van ons", parent=ours)
    _page(title="Van anderen", parent=other)
    both = ["Was van ons", "Van ons"]
    assert _ics(client.get("/series/leren/agenda.ics")) == both
    assert _atom(client.get("/series/leren/agenda.atom")) == both
    feed = client.get("/series/leren/agenda.json").json()
    assert feed["title"] == ours.title
    assert feed["home_page_url"].endswith("/nl/leren/")
    assert _json(client.get("/series/leren/agenda.json")) == both
    ours.unpublish()
    for kind in ("ics", "atom", "json"):
        assert client.get(f"/series/leren/agenda.{kind}").status_code == 404
        assert client.get(f"/series/nergens/agenda.{kind}").status_code == 404


def test_language_is_asked_for_and_dutch_otherwise(client):
    make_home("en")
    page = _page(title="Straks", status="postponed")
    Session.objects.filter(pk=page.session.pk).update(titles={"nl": "Straks", "en": "Soon"})
    assert _ics(client.get("/agenda.ics?lang=en")) == ["Soon"]
    assert _atom(client.get("/agenda.atom?lang=en")) == ["Postponed: Soon"]
    assert client.get("/agenda.json?lang=en").json()["language"] == "en"
    for lang in ("", "?lang=nl", "?lang=xx", "?lang=%00"):
        answer = client.get(f"/agenda.json{lang}", headers={"accept-language": "en"})
        assert (answer.json()["language"], _json(answer)) == ("nl", ["Uitgesteld: Straks"])


@pytest.mark.parametrize("path", ["/agenda.ics", "/agenda.atom", "/agenda.json"])
def test_feed_is_kept_for_a_while_and_not_sent_twice(client, path):
    page = _page()
    first = client.get(path)
    assert first["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    Session.objects.filter(pk=page.session.pk).update(titles={"nl": "Anders"})
    changed = client.get(path, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/agenda.ics", "/agenda.atom", "/agenda.json"])
def test_feed_discloses_no_person_and_no_online_room(client, path):
    page = _page(contact_person="Noor Geheim", contact_email="noor@geheim.example.org")
    make_registration(session=page.session, contact=make_contact(family_name="Zonneveld"))
    content = client.get(path).content.decode().replace("\r\n ", "")
    for secret in ("Noor Geheim", "geheim", "room.example.org", "Zonneveld"):
        assert secret not in content
    assert Registration.objects.exists()


def test_json_feed_has_what_its_standard_asks(client):
    page = _page(title="Straks")
    feed = client.get("/agenda.json?lang=nl")
    assert feed["Content-Type"] == "application/feed+json"
    data = feed.json()
    assert data["version"] == "https://jsonfeed.org/version/1.1"
    assert data["feed_url"].endswith("/agenda.json?lang=nl")
    (item,) = data["items"]
    assert item["id"] == f"tag:127.0.0.1,2026:session-{page.session.pk}"
    assert item["url"].endswith(page.get_url_parts()[2])
    assert item["_session"]["starts_at"].startswith(str(page.first_day))
    assert "Zaal De Brug" in item["content_text"]


def test_atom_has_ids_that_last_and_addresses_that_are_whole(client):
    page = _page(introduction="<b>Vet</b> & zo")
    root = _root(client.get("/agenda.atom"))
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://127.0.0.1:8000/agenda.atom"
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}id") == f"tag:127.0.0.1,2026:session-{page.session.pk}"
    assert "&lt;b&gt;Vet" in (entry.findtext(f"{ATOM}summary") or "")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Vereniging Samenspel"


def test_empty_feeds_are_valid(client):
    make_home()
    assert complaints(client.get("/agenda.ics").content) == ""
    assert _atom(client.get("/agenda.atom")) == []
    assert _json(client.get("/agenda.json")) == []


@pytest.mark.parametrize("path", ["/agenda.ics", "/agenda.atom", "/agenda.json"])
def test_feed_asks_as_many_questions_for_one_session_as_for_three(client, path):
    series = make_series()
    _page(parent=series)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for days in (11, 12):
        _page(days, parent=series)
    with CaptureQueriesContext(connection) as three:
        client.get(path)
    assert len(three) == len(one)


def test_agenda_and_series_pages_link_their_feeds(client):
    agenda, series = make_agenda(), make_series(slug="leren")
    for page, where in ((agenda, "/agenda"), (series, "/series/leren/agenda")):
        content = client.get(page.get_url()).content.decode()
        for kind, name in (("ics", "text/calendar"), ("json", "application/feed+json")):
            address = f"http://127.0.0.1:8000{where}.{kind}?lang=nl"
            assert f'type="{name}"' in content
            assert content.count(f'href="{address}"') == 2
        assert f'href="webcal://127.0.0.1:8000{where}.ics?lang=nl"' in content
        assert "Zet deze bijeenkomsten in je eigen agenda" in content


def test_undated_month_stands_in_atom_with_what_is_known(client):
    _page(precision="month", first_day=date(2031, 3, 1), start_time=None, end_time=None)
    content = client.get("/agenda.atom").content.decode()
    assert "maart 2031" in content
