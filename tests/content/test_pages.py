"""Pages as a visitor gets them, in both languages, and in an editor's preview."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail_localize.models import Translation, TranslationSource

from content.enums import Precision, SessionStatus
from content.models import SessionPage
from tests.factories.content import (
    make_agenda,
    make_home,
    make_locale,
    make_series,
    make_session_page,
)

pytestmark = pytest.mark.django_db
COMING = timezone.now().date() + timedelta(days=60)
ONLINE = "https://meet.example.org/geheime-zaal"


@pytest.fixture
def page() -> SessionPage:
    series = make_series(slug="traject", goals=[("goal", "Leren van elkaar.")])
    return make_session_page(
        parent=series,
        slug="eerste",
        first_day=COMING,
        online_url=ONLINE,
        host_name="",
        co_organisers="Stichting Lantaarn",
        contact_person="Noor de Wit",
        publish=True,
    )


def event(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


@pytest.mark.capability("C12")
def test_a_session_page_shows_its_facts_and_not_the_online_link(client, page):
    html = client.get("/nl/traject/eerste/").content.decode()
    for part in ("13.30–17.00 uur", "Zaal De Brug", "Stichting Lantaarn", "Noor de Wit"):
        assert part in html
    assert ONLINE not in html


@pytest.mark.capability("C1", "C3")
def test_a_series_page_shows_goals_and_sessions(client, page):
    make_session_page(parent=page.get_parent(), title="Nog een concept")
    html = client.get("/nl/traject/").content.decode()
    assert "Leren van elkaar." in html
    assert page.title in html
    assert "Nog een concept" not in html


def test_a_translated_session_page_has_its_own_text_and_shared_facts(client, page):
    translation = page.copy_for_translation(make_locale("en"), copy_parents=True)
    translation.title, translation.slug = "The first one", "first"
    translation.venue = "Stale venue"
    translation.save_revision().publish()
    html = client.get("/en/traject/first/").content.decode()
    for part in ("The first one", "13:30–17:00", "Zaal De Brug", 'href="/nl/traject/eerste/"'):
        assert part in html
    assert "Stale venue" not in html


@pytest.mark.capability("C8")
def test_a_partners_session_links_out(client):
    make_session_page(
        parent=make_agenda(slug="agenda"),
        slug="partner",
        first_day=COMING,
        host_name="Kenniskring Overzee",
        host_url="https://overzee.example.org/aanmelden",
        publish=True,
    )
    html = client.get("/nl/agenda/partner/").content.decode()
    assert 'href="/sessions/partner/partner/"' in html
    assert "Kenniskring Overzee" in html


def test_event_data_tells_day_and_place_but_no_online_link(client, page):
    page.title = "Titel </script><b>"
    page.save_revision().publish()
    data = event(client.get("/nl/traject/eerste/").content.decode())
    assert data["name"] == "Titel </script><b>"
    assert data["startDate"].startswith(COMING.isoformat())
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert ONLINE not in json.dumps(data)
    page.status = SessionStatus.CANCELLED
    page.save_revision().publish()
    data = event(client.get("/nl/traject/eerste/").content.decode())
    assert data["eventStatus"] == "https://schema.org/EventCancelled"


def test_an_undated_session_is_no_event(client, page):
    page.precision = Precision.SEASON
    page.save_revision().publish()
    html = client.get("/nl/traject/eerste/").content.decode()
    assert "ld+json" not in html
    assert "datum volgt" in html


def test_a_preview_shows_the_facts_being_drafted(page, rf, admin_user):
    page.venue = "Nieuwe zaal"
    response = page.make_preview_request(original_request=None, preview_mode="")
    html = response.render().content.decode() if hasattr(response, "render") else ""
    assert "Nieuwe zaal" in html
    assert "Zaal De Brug" not in html


def test_the_preview_of_a_page_never_published_needs_no_session(page):
    draft = make_session_page(parent=page.get_parent(), venue="Eerste idee", start_time=None)
    html = draft.make_preview_request().render().content.decode()
    assert "Eerste idee" in html


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_agenda_lists_coming_and_past_sessions(client, language):
    home = make_home()
    agenda = make_agenda(parent=home, slug="agenda")
    make_session_page(parent=agenda, title="Straks", first_day=COMING, publish=True)
    make_session_page(parent=agenda, title="Toen", first_day=date(2025, 3, 13), publish=True)
    make_session_page(parent=agenda, title="Concept", first_day=COMING)
    if language == "en":
        agenda.copy_for_translation(make_locale("en"), copy_parents=True).save_revision().publish()
    html = client.get(f"/{language}/agenda/").content.decode()
    assert html.index("Straks") < html.index('id="past"') < html.index("Toen")
    assert "Concept" not in html


def test_the_agenda_asks_the_same_number_of_queries_for_one_and_three(
    client, django_assert_max_num_queries
):
    agenda = make_agenda(slug="agenda")
    make_session_page(parent=agenda, first_day=COMING, publish=True)
    client.get("/nl/agenda/")
    with django_assert_max_num_queries(15) as one:
        client.get("/nl/agenda/")
    make_session_page(parent=agenda, first_day=COMING, publish=True)
    make_session_page(parent=agenda, first_day=COMING, publish=True)
    with django_assert_max_num_queries(15) as three:
        client.get("/nl/agenda/")
    assert len(three) == len(one)


def test_a_page_is_found_with_as_few_queries_deep_as_shallow(client, django_assert_max_num_queries):
    agenda = make_agenda(slug="agenda")
    page = make_session_page(parent=agenda, slug="kom", first_day=COMING, publish=True)
    path = page.get_url()
    client.get(path)
    with django_assert_max_num_queries(18):
        assert client.get(path).status_code == 200
    assert client.get("/nl/kom/").status_code == 404
    assert client.get(f"{path}kom/").status_code == 404
    agenda.unpublish()
    assert client.get(path).status_code == 200
    page.unpublish()
    assert client.get(path).status_code == 404


def test_a_translation_by_wagtail_localize_keeps_the_facts_in_step(page):
    source, _ = TranslationSource.update_or_create_from_instance(page)
    english = make_locale("en")
    page.get_parent().copy_for_translation(english, copy_parents=True)
    translation = Translation.objects.create(source=source, target_locale=english)
    translation.save_target(publish=True)
    target = page.get_translation(english)
    assert (target.session, target.venue) == (page.session, "Zaal De Brug")
    page.venue, page.first_day = "Elders", COMING + timedelta(days=7)
    page.save_revision().publish()
    source.update_from_db()
    translation.save_target(publish=True)
    target.refresh_from_db()
    assert (target.venue, target.first_day) == ("Elders", COMING + timedelta(days=7))
    assert (target.session.venue, target.session.schedule_version) == ("Elders", 2)


def test_the_admin_lists_sessions_and_answers(admin_client, page):
    for address in ("/admin/", "/admin/sessions/", "/admin/answers/"):
        assert admin_client.get(address).status_code == 200
    html = admin_client.get("/admin/sessions/").content.decode()
    assert page.title in html
    assert admin_client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200


def test_registration_moments_are_shown_in_the_sessions_zone(client, page):
    page.registration_opens_at = datetime.combine(COMING, datetime.min.time(), UTC) - timedelta(2)
    page.save_revision().publish()
    assert client.get("/nl/traject/eerste/").status_code == 200


def test_the_past_is_shown_twenty_at_a_time(client):
    agenda = make_agenda(slug="agenda")
    for number in range(1, 22):
        first_day = date(2025, 1, number)
        make_session_page(parent=agenda, title=f"Nr {number}.", first_day=first_day, publish=True)
    first = client.get("/nl/agenda/").content.decode()
    assert ("Nr 21." in first, "Nr 2." in first, "Nr 1." in first) == (True, True, False)
    second = client.get("/nl/agenda/?past=2").content.decode()
    assert ("Nr 1." in second, "Nr 21." in second) == (True, False)
    assert client.get("/nl/agenda/?past=veel").status_code == 200


@pytest.mark.capability("C13")
def test_a_session_page_says_who_does_what_for_whom(client):
    roles = [
        ("role", {"role": "initiator", "name": "", "organisation": "Stichting Lantaarn"}),
        ("role", {"role": "facilitator", "name": "Ada Proef", "organisation": "Stichting Wilg"}),
        ("role", {"role": "speaker", "name": "Bilal Proef", "organisation": ""}),
    ]
    page = make_session_page(slug="met-rollen", roles=roles, publish=True)
    content = " ".join(re.sub(r"<[^>]+>", " ", client.get(page.url).content.decode()).split())
    assert "Wie doet wat" in content
    for line in (
        "Initiatiefnemer Stichting Lantaarn",
        "Begeleider Ada Proef , Stichting Wilg",
        "Spreker Bilal Proef",
    ):
        assert line in content
    session = page.session
    assert session is not None
    assert [role["role"] for role in session.roles] == ["initiator", "facilitator", "speaker"]


def test_a_session_page_without_roles_says_nothing_of_them(client, page):
    assert "Wie doet wat" not in client.get(page.url).content.decode()


@pytest.mark.capability("C2")
@pytest.mark.parametrize(
    ("status", "word"),
    [("running", "loopt"), ("possible_follow_up", "vervolg mogelijk"), ("closed", "afgesloten")],
)
def test_a_series_page_shows_how_it_stands(client, status, word):
    series = make_series(status=status)
    series.save_revision().publish()
    assert word in client.get(series.url).content.decode()
