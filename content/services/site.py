"""The first pages of a new installation: something to read, in two languages, at once."""

from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from content import first_texts
from content.models import AgendaPage, HomePage, QAIndexPage, SiteSettings, StandardPage

LANGUAGES = ["nl", "en"]
PageType = TypeVar("PageType", bound=Page)


@transaction.atomic
def ensure_site(*, now: datetime) -> None:
    """Make, once, the first pages with their translations, and the settings of the site.

    The locales are made when missing, and the site answers to SITE_URL. Where a home page already
    is the root of the default site, nothing else happens: what an editor changed or removed stays.
    """
    locales = {
        language: Locale.objects.get_or_create(language_code=language)[0] for language in LANGUAGES
    }
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site and isinstance(site.root_page.specific, HomePage):
        _answer_to_address(site)
        return
    home = _make_home(locales["nl"], now)
    _translate(home, locales["en"], first_texts.HOME["en"], now)
    in_menu = {"show_in_menus": True}
    for kind, texts in [(AgendaPage, first_texts.AGENDA), (QAIndexPage, first_texts.ANSWERS)]:
        page = home.add_child(instance=_new(kind, locales["nl"], texts["nl"] | in_menu, now))
        _translate(page, locales["en"], texts["en"], now)
    privacy = _new(StandardPage, locales["nl"], first_texts.PRIVACY["nl"], now)
    home.add_child(instance=privacy)
    _translate(privacy, locales["en"], first_texts.PRIVACY["en"], now)
    site = _open_site(site or Site(is_default_site=True), home)
    SiteSettings.objects.update_or_create(site=site, defaults={"privacy_page": privacy})


def _make_home(locale: Locale, now: datetime) -> HomePage:
    """Add the Dutch home page under the root, beside whatever stands there already."""
    root = Page.get_first_root_node()
    taken = set(root.get_children().values_list("slug", flat=True))
    numbered = (f"home-{number}" for number in range(2, len(taken) + 3))
    slug = next(slug for slug in ("home", *numbered) if slug not in taken)
    texts = first_texts.HOME["nl"] | {"slug": slug}
    return root.add_child(instance=_new(HomePage, locale, texts, now))


def _open_site(site: Site, home: HomePage) -> Site:
    """Point the site at the home page; the empty welcome page that Wagtail brings goes."""
    former = site.root_page if site.root_page_id else None
    site.site_name, site.root_page = "Bijeen", home
    _answer_to_address(site)
    site.save()
    if former and former.specific_class is Page and former.is_leaf():
        former.delete()
    return site


def _answer_to_address(site: Site) -> None:
    """Take over host and port of SITE_URL, which decides where "view live" in the admin leads."""
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    if (site.hostname, site.port) != (address.hostname, port):
        site.hostname, site.port = address.hostname, port
        site.save()


def _translate(page: Page, locale: Locale, texts: dict[str, Any], now: datetime) -> None:
    """Add the linked translation of `page` with its own texts."""
    translation = page.copy_for_translation(locale)
    values = texts | _live(now)
    if translation.depth == 2:
        values["slug"] = translation.slug  # home pages are neighbours under the root
    for name, value in values.items():
        setattr(translation, name, value)
    translation.save_revision(clean=False, changed=False)
    translation.draft_title = translation.title
    translation.save()


def _new(kind: type[PageType], locale: Locale, texts: dict[str, Any], now: datetime) -> PageType:
    return kind(locale=locale, **texts, **_live(now))


def _live(now: datetime) -> dict[str, Any]:
    return {
        "live": True,
        "has_unpublished_changes": False,
        "first_published_at": now,
        "last_published_at": now,
    }
