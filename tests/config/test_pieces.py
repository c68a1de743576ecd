"""Pages made anew from pieces that are kept: what they ask of the database, and what must show."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test.client import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from base import memory
from base.models import OutboxEvent
from content.models import SessionPage
from tests.factories.contacts import make_theme
from tests.factories.content import (
    make_agenda,
    make_answer,
    make_answer_index,
    make_home,
    make_locale,
    make_series,
    make_session_page,
    set_site,
)
from tests.factories.participation import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SOON = timezone.localdate() + timedelta(days=30)
TEXT = [("text", "<p>Zoals het was.</p>")]


@pytest.fixture(autouse=True)
def memory_for_pieces(settings: Any) -> None:
    """Keep pieces, and no whole pages: each answer is made anew."""
    kept = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "test-pieces"}
    settings.CACHES = settings.CACHES | {"pieces": kept}
    caches["pieces"].clear()


@pytest.fixture
def page() -> SessionPage:
    """A published session with one seat, in a series, with a menu around it."""
    set_site(association_name="Vereniging De Linde")
    make_agenda(slug="agenda", title="Agenda")
    series = make_series(slug="traject", title="Het traject")
    return make_session_page(
        parent=series, slug="kom", title="De werksessie", body=TEXT, first_day=SOON,
        capacity=1, waiting_list=False, publish=True,
    )  # fmt: skip


@pytest.fixture
def editor(admin_user: User) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def shown(path: str = "/nl/traject/kom/", client: Client | None = None) -> str:
    response = (client or Client()).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_session_page_asks_for_itself_its_seats_and_little_more(page, django_assert_num_queries):
    first = shown()
    with django_assert_num_queries(4) as asked:
        again = shown()
    assert without_stamp(again) == without_stamp(first)
    assert "content_session" in asked[1]["sql"]
    assert "participation_registration" in asked[2]["sql"]


def test_lists_ask_few_queries_too(page, django_assert_num_queries):
    index = make_answer_index(slug="vragen")
    make_answer(parent=index, title="Wat doet migratie?", themes=[make_theme()])
    for path, number in (("/nl/agenda/", 6), ("/nl/vragen/", 3), ("/nl/vragen/?q=migratie", 5)):
        first = shown(path)
        with django_assert_num_queries(number):
            assert shown(path) == first


def test_form_is_stamped_anew(page):
    stamps = {tuple(re.findall(r'name="stamp" value="([^"]+)"', shown())) for _ in range(3)}
    assert len(stamps) == 3


def test_new_name_of_the_association_shows_at_once(page, editor):
    assert "Vereniging De Linde" in shown()
    site = Site.objects.get(is_default_site=True)
    url = reverse("wagtailsettings:edit", args=["content", "sitesettings", site.pk])
    form = editor.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in values.items() if value not in (None, False)}
    answer = editor.post(url, given | {"association_name": "Vereniging De Beuk"})
    assert answer.status_code == 302
    for client in (Client(), editor):
        html = shown(client=client)
        assert "Vereniging De Linde" not in html
        assert html.count("Vereniging De Beuk") >= 3


def test_publication_shows_at_once_on_the_page_and_around_others(page):
    shown()
    shown("/nl/agenda/")
    page.title, page.venue = "De andere sessie", "Zaal Nieuw"
    page.body = [("text", "<p>Zoals het is.</p>")]
    page.save_revision().publish()
    html = shown()
    assert "Zoals het is." in html
    assert "Zaal Nieuw" in html
    assert "Zoals het was." not in html
    assert "De andere sessie" in shown("/nl/agenda/")
    agenda = page.get_parent().get_siblings().get(slug="agenda").specific
    agenda.title = "Wat er komt"
    agenda.save_revision().publish()
    assert shown().count("Wat er komt") == 2  # menu and foot


def test_taken_seat_shows_at_once_even_without_an_event(page):
    assert 'id="id_email"' in shown()
    make_registration(session=page.session, state="registered")
    assert not OutboxEvent.objects.exists()
    html = shown()
    assert 'id="id_email"' not in html
    assert "Alle plekken zijn bezet" in html


def test_moment_that_passes_shows_at_once(page, monkeypatch):
    page.registration_opens_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    assert 'id="id_email"' not in shown()
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert 'id="id_email"' in shown()


def test_preview_shows_the_draft_and_visitors_what_is_published(page, editor):
    shown()
    page.title = "Een ontwerp"
    page.body = [("text", "<p>Zoals het wordt.</p>")]
    page.save_revision()
    preview = editor.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    html = preview.content.decode()
    assert "Zoals het wordt." in html
    assert "Zoals het was." not in html
    for client in (Client(), editor):
        assert "Zoals het wordt." not in shown(client=client)
        assert "Zoals het was." in shown(client=client)


def test_password_holds_at_once(page):
    shown()
    PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type="password", password="x"
    )
    html = shown()
    assert "Zoals het was." not in html
    assert 'type="password"' in html


def test_page_that_is_gone_or_moved_is_not_found(page):
    shown()
    page.move(make_series(slug="elders"), pos="last-child")
    assert Client().get("/nl/traject/kom/").headers["Location"] == "/nl/elders/kom/"
    shown("/nl/elders/kom/")
    SessionPage.objects.get().unpublish()
    assert Client().get("/nl/elders/kom/").status_code == 404


def test_row_that_is_gone_behind_everybodys_back_is_not_found(page):
    shown()
    SessionPage.objects.filter(pk=page.pk).update(live=False)
    assert Client().get("/nl/traject/kom/").status_code == 404


def test_languages_are_kept_apart(page):
    make_home("en")
    page.copy_for_translation(make_locale("en"), copy_parents=True).save_revision().publish()
    nl, en = shown(), shown("/en/traject/kom/")
    assert ('<html lang="nl">' in nl, '<html lang="en">' in en) == (True, True)
    assert ("Meld je aan" in nl, "Sign up" in en, "Meld je aan" in en) == (True, True, False)
    assert without_stamp(shown()) == without_stamp(nl)


def test_addresses_without_a_page_take_no_memory(page):
    shown()
    before = len(caches["pieces"]._cache)  # type: ignore[attr-defined]  # of the memory itself
    for number in range(5):
        assert Client().get(f"/nl/bestaat-niet-{number}/").status_code == 404
    assert len(caches["pieces"]._cache) == before  # type: ignore[attr-defined]  # the same


def test_piece_is_kept_under_the_version_its_name_and_what_it_is_of():
    made = iter(range(10))

    def make() -> int:
        return next(made)

    assert [memory.kept("number", make) for _ in range(2)] == [0, 1]  # outside a request
    with memory.reading():
        assert memory.kept("number", make) == 2  # before the version is asked for
        memory.version("localhost")
        assert [memory.kept("number", make, day) for day in _DAYS] == [3, 4, 3]
        assert memory.kept("other", make) == 5
    with memory.reading():
        memory.version("localhost")
        assert memory.kept("number", make, _DAYS[0]) == 3
    with memory.reading():
        memory.version("example.org")
        assert memory.kept("number", make, _DAYS[0]) == 6


_DAYS = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 1))


def without_stamp(html: str) -> str:
    return re.sub(r'name="stamp" value="[^"]+"', "", html)
