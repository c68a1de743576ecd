"""What search engines are told of: public pages, and nothing that is for some people only."""

import re

import pytest
from django.conf import settings
from wagtail.models import PageViewRestriction

from content.enums import AnswerState
from tests.factories.content import (
    make_answer,
    make_answer_index,
    make_home,
    make_locale,
    make_series,
    make_session_page,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _paths(client) -> list[str]:
    answer = client.get("/sitemap.xml")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    found = re.findall("<loc>(.*?)</loc>", answer.content.decode())
    assert all(address.startswith("http://localhost/") for address in found)
    return sorted(address.removeprefix("http://localhost") for address in found)


def test_sitemap_has_the_public_pages_of_every_language(client):
    series = make_series(slug="traject", parent=make_home())
    page = make_session_page(parent=series, slug="open", publish=True)
    make_home("en")
    series_en = series.copy_for_translation(make_locale("en"))
    series_en.slug = "series"
    series_en.save_revision().publish()
    english = page.copy_for_translation(make_locale("en"))
    english.slug = "public"
    english.save_revision().publish()
    assert _paths(client) == [
        "/en/",
        "/en/series/",
        "/en/series/public/",
        "/nl/",
        "/nl/traject/",
        "/nl/traject/open/",
    ]


def test_sitemap_leaves_out_what_is_not_for_everybody(client):
    series = make_series(slug="traject")
    make_session_page(parent=series, slug="leden", eligibility="members", publish=True)
    make_session_page(parent=series, slug="genodigd", eligibility="invited", publish=True)
    make_session_page(parent=series, slug="concept")
    closed = make_series(slug="besloten")
    make_session_page(parent=closed, slug="onder-slot", publish=True)
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    index = make_answer_index(slug="vragen")
    make_answer(parent=index, slug="eens")
    make_answer(parent=index, slug="nog-niet", state=AnswerState.DRAFT)
    assert _paths(client) == [
        "/nl/",
        "/nl/traject/",
        "/nl/traject/leden/",
        "/nl/vragen/",
        "/nl/vragen/eens/",
    ]


def test_translation_of_a_session_by_invitation_is_left_out_as_well(client):
    series = make_series(slug="traject")
    page = make_session_page(parent=series, slug="genodigd", publish=True)
    make_home("en")
    series.copy_for_translation(make_locale("en")).save_revision().publish()
    page.copy_for_translation(make_locale("en")).save_revision().publish()
    assert len(_paths(client)) == 6
    page.eligibility = "invited"
    page.save_revision().publish()
    assert _paths(client) == ["/en/", "/en/traject/", "/nl/", "/nl/traject/"]


def test_robots_know_the_sitemap_and_stay_out_of_the_admin(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]


def test_sitemap_of_an_empty_site_is_one(client):
    make_home()
    assert _paths(client) == ["/nl/"]
