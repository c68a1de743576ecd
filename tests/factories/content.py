"""Sessions, series and pages for tests: valid by default, any field can be given."""

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page, Site

from content.enums import AnswerState, Precision
from content.models import (
    AgendaPage,
    HomePage,
    QAIndexPage,
    QAPage,
    ReportPage,
    SeriesPage,
    Session,
    SessionPage,
    SiteSettings,
)

NUMBERS = count(1)
#: A Thursday, 13.30 to 17.00 in Utrecht.
STARTS_AT = datetime(2026, 3, 12, 12, 30, tzinfo=UTC)
ENDS_AT = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def make_session(**overrides: Any) -> Session:
    """A published session with an exact date; another precision drops the times by itself."""
    number = next(NUMBERS)
    values: dict[str, Any] = {
        "slug": f"sessie-{number}",
        "titles": {"nl": f"Werksessie {number}", "en": f"Working session {number}"},
        "precision": Precision.EXACT,
        "venue": "Zaal De Brug",
        "address": "Voorbeeldstraat 1\n3511 AB Utrecht",
        "contact_person": "Noor de Wit",
        "contact_email": "noor@samenspel.example.org",
        "schedule_version": 1,
    }
    if overrides.get("precision", Precision.EXACT) == Precision.EXACT:
        values |= {"starts_at": STARTS_AT, "ends_at": ENDS_AT}
        starts_at = overrides.get("starts_at", STARTS_AT)
        zone = ZoneInfo(overrides.get("time_zone", "Europe/Amsterdam"))
        values["first_day"] = starts_at.astimezone(zone).date()
    themes = overrides.pop("themes", [])
    session = Session.objects.create(**values | overrides)
    session.themes.set(themes)
    return session


def make_locale(language: str = "nl") -> Locale:
    return Locale.objects.get_or_create(language_code=language)[0]


def make_home(language: str = "nl") -> HomePage:
    """The home page of a language; the Dutch one becomes the root of the default site."""
    found = HomePage.objects.filter(locale__language_code=language).first()
    if found:
        return found
    if language != "nl":
        home = make_home().copy_for_translation(make_locale(language))
        home.title, home.live = "Home", True
        home.save()
        return home
    home = HomePage(title="Welkom", slug="welkom", locale=make_locale())
    Page.objects.get(depth=1).add_child(instance=home)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.root_page = "localhost", home
    site.save()
    return home


def set_site(**values: Any) -> None:
    """Set what an administrator may change of the site, such as `mailings_per_week`."""
    site = Site.objects.filter(is_default_site=True).first() or make_home().get_site()
    SiteSettings.objects.update_or_create(site=site, defaults=values)


def make_agenda(**overrides: Any) -> AgendaPage:
    home = overrides.pop("parent", None) or make_home()
    values = {"title": "Agenda", "slug": f"agenda-{next(NUMBERS)}", "show_in_menus": True}
    return home.add_child(instance=AgendaPage(locale=home.locale, **values | overrides))


def make_series(**overrides: Any) -> SeriesPage:
    home = overrides.pop("parent", None) or make_home()
    number = next(NUMBERS)
    values = {"title": f"Traject {number}", "slug": f"traject-{number}"}
    return home.add_child(instance=SeriesPage(locale=home.locale, **values | overrides))


def make_session_page(**overrides: Any) -> SessionPage:
    """A draft session page under a series, with an exact date; `publish=True` publishes it."""
    parent = overrides.pop("parent", None) or make_series()
    publish = overrides.pop("publish", False)
    number = next(NUMBERS)
    values = {
        "title": f"Werksessie {number}",
        "slug": f"werksessie-{number}",
        "introduction": "Jij kent dit onderwerp uit de praktijk.",
        "precision": Precision.EXACT,
        "first_day": date(2026, 3, 12),
        "start_time": time(13, 30),
        "end_time": time(17, 0),
        "venue": "Zaal De Brug",
        "address": "Voorbeeldstraat 1\n3511 AB Utrecht",
        "live": False,
    }
    page = parent.add_child(instance=SessionPage(locale=parent.locale, **values | overrides))
    if publish:
        page.save_revision().publish()
        page.refresh_from_db()
    return page


def make_held_session(**overrides: Any) -> Session:
    """A session that took place, as publishing its page made it."""
    page = make_session_page(**{"publish": True, "status": "held"} | overrides)
    return Session.objects.get(page_key=page.translation_key)


def make_report(**overrides: Any) -> ReportPage:
    """A draft report of a session (of a held one with a page by default), beside its page;
    `publish=True` publishes it."""
    publish = overrides.pop("publish", False)
    values: dict[str, Any] = {"title": f"Verslag {next(NUMBERS)}", "live": False} | overrides
    if "session" not in values:
        values["session"] = make_held_session()
    parent = values.pop("parent", None)
    if parent is None:
        beside = SessionPage.objects.filter(session=values["session"]).order_by("pk").first()
        parent = beside.get_parent().specific if beside else make_series()
    report = parent.add_child(instance=ReportPage(locale=parent.locale, **values))
    if publish:
        report.save_revision().publish()
        report.refresh_from_db()
    return report


def make_answer_index(**overrides: Any) -> QAIndexPage:
    home = overrides.pop("parent", None) or make_home()
    values = {"title": "Vraag en antwoord", "slug": f"vragen-{next(NUMBERS)}"}
    return home.add_child(instance=QAIndexPage(locale=home.locale, **values | overrides))


def make_answer(**overrides: Any) -> QAPage:
    """An agreed, public Q&A entry."""
    parent = overrides.pop("parent", None) or make_answer_index()
    themes = overrides.pop("themes", [])
    number = next(NUMBERS)
    values = {
        "title": f"Hoe zit het met vraag {number}?",
        "slug": f"vraag-{number}",
        "short_answer": "Zo zit het.",
        "state": AnswerState.AGREED,
    }
    page = parent.add_child(instance=QAPage(locale=parent.locale, **values | overrides))
    if themes:
        page.themes.set(themes)
        page.save()
    return page


def make_document(name: str, content: bytes, title: str = "") -> Any:
    """A document of Wagtail with this content; its file lies in MEDIA_ROOT."""
    document = get_document_model()(title=title or name, file=ContentFile(content, name))
    document.save()
    document.file.close()
    return document


def lift_limit() -> None:
    """Let mailings go to any number of people without somebody who types it."""
    SiteSettings.objects.update_or_create(
        site=Site.objects.get(is_default_site=True), defaults={"recipients_limit": 2**31 - 1}
    )
