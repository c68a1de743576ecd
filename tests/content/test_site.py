"""The first pages of a new site, and the settings."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import get_template
from wagtail.models import Locale, Page, Site

from content.models import AgendaPage, HomePage, QAIndexPage, SiteSettings, StandardPage
from content.models.site_settings import contrast_with_white
from content.services import ensure_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS: list[Any] = [HomePage, AgendaPage, QAIndexPage, StandardPage]


def test_ensure_site_makes_linked_pages_in_two_languages():
    ensure_site(now=NOW)
    assert set(Locale.objects.values_list("language_code", flat=True)) == {"nl", "en"}
    for kind in KINDS:
        pages = kind.objects.live()
        assert sorted(pages.values_list("locale__language_code", flat=True)) == ["en", "nl"]
        assert len(set(pages.values_list("translation_key", flat=True))) == 1
    site = Site.objects.get()
    assert site.root_page.specific == HomePage.objects.get(locale__language_code="nl")
    privacy = SiteSettings.objects.get(site=site).privacy_page
    assert (privacy.slug, privacy.locale.language_code) == ("privacy", "nl")


def test_ensure_site_does_nothing_the_second_time():
    ensure_site(now=NOW)
    SiteSettings.objects.update(association_name="Vereniging De Linde")
    AgendaPage.objects.get(locale__language_code="en").delete()
    before = list(Page.objects.order_by("pk").values())
    ensure_site(now=NOW.replace(year=2027))
    assert list(Page.objects.order_by("pk").values()) == before
    assert SiteSettings.objects.get().association_name == "Vereniging De Linde"


def test_ensure_site_keeps_a_page_that_stood_at_the_root():
    root = Page.get_first_root_node()
    welcome = root.get_children().get()
    welcome.add_child(instance=Page(title="Iets", slug="iets"))
    ensure_site(now=NOW)
    assert Page.objects.filter(slug="iets").exists()


@pytest.mark.parametrize(
    "address", ["/nl/", "/nl/agenda/", "/nl/vraag-en-antwoord/", "/nl/privacy/"]
)
def test_the_first_pages_answer_in_dutch(client, address):
    ensure_site(now=NOW)
    response = client.get(address)
    assert response.status_code == 200
    assert '<html lang="nl">' in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/en/", "/en/agenda/", "/en/questions-and-answers/", "/en/privacy/"]
)
def test_the_first_pages_answer_in_english(client, address):
    ensure_site(now=NOW)
    response = client.get(address)
    assert response.status_code == 200
    assert '<html lang="en">' in response.content.decode()


def test_the_language_switch_leads_to_the_translation_of_this_page(client):
    ensure_site(now=NOW)
    html = client.get("/nl/vraag-en-antwoord/").content.decode()
    assert '<a href="/en/questions-and-answers/" lang="en" hreflang="en">' in html
    assert 'href="/nl/privacy/"' in html
    assert 'href="/en/privacy/"' in client.get("/en/").content.decode()


def test_every_page_names_the_association_and_its_postal_address(client):
    ensure_site(now=NOW)
    SiteSettings.objects.update(association_name="Vereniging De Linde", postal_address="Kade 1")
    html = client.get("/nl/").content.decode()
    assert "Vereniging De Linde" in html
    assert "Kade 1" in html


def test_no_page_brings_inline_styles_or_scripts_or_foreign_hosts(client):
    ensure_site(now=NOW)
    for address in ("/nl/", "/nl/agenda/", "/nl/bestaat-niet/"):
        html = client.get(address).content.decode()
        assert [
            word for word in ("<style", " style=", "onclick=", "//cdn", "<script>") if word in html
        ] == []


def test_a_missing_page_is_a_404_in_the_visitors_language(client):
    ensure_site(now=NOW)
    response = client.get("/en/nothing-here/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_the_error_page_needs_neither_context_nor_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        html = get_template("500.html").render()
    assert "Er ging iets mis bij ons" in html
    assert "Something went wrong on our side" in html


def test_theme_css_gives_the_colour_and_answers_304(client):
    SiteSettings.objects.create(site=Site.objects.get(), accent_colour="#123456")
    response = client.get("/theme.css")
    assert response.content.decode() == ":root{--bijeen-color-accent-base:#123456}\n"
    again = client.get("/theme.css", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("colour", ["oranje", "#ff", "#ffcc00", "red;}", "#12345g"])
def test_an_unreadable_colour_is_refused(colour):
    settings = SiteSettings(site=Site.objects.get(), accent_colour=colour)
    with pytest.raises(ValidationError) as refused:
        settings.full_clean()
    assert list(refused.value.error_dict) == ["accent_colour"]


def test_contrast_runs_from_1_to_21():
    assert round(contrast_with_white("#ffffff"), 2) == 1
    assert round(contrast_with_white("#000000"), 2) == 21


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("https://samenspel.example.org", "https://samenspel.example.org"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123"),
    ],
)
def test_the_site_answers_to_the_address_of_the_installation(settings, address, root):
    ensure_site(now=NOW)
    settings.SITE_URL = address
    ensure_site(now=NOW)
    assert Site.objects.get().root_url == root


@pytest.mark.parametrize(
    ("charset", "status"),
    [("utf-8", 200), ("windows-1252", 200), ("nonsense", 200), ("unicode_escape", 415)],
)
def test_a_charset_that_no_browser_sends_is_refused(client, charset, status):
    headers = {"content-type": f"text/plain; charset={charset}"}
    assert client.get("/theme.css?a=1", headers=headers).status_code == status


@pytest.mark.database
@pytest.mark.parametrize("address", ["/nl/%00/", "/api/sessions/%00", "/i/%00/", "/%00"])
def test_a_nul_in_the_address_is_a_client_error(client, address):
    assert client.get(address).status_code == 400
