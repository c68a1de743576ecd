"""Sessions as cards, lists and structured data."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.models import Page

from base import memory
from content import dates
from content.enums import Precision, SessionStatus, SignUpPhase
from content.models import AgendaPage, SeriesPage, Session, SessionPage
from content.selectors import (
    draft_session,
    linked_page,
    page_url,
    pages_of_sessions,
    past_sessions,
    series_sessions,
    session_of,
    sign_up_phase,
    upcoming_sessions,
)

register = template.Library()

PAST_ON_A_PAGE = 20
#: schema.org's words for what became of an event.
EVENT_STATUS = {
    SessionStatus.CANCELLED: "EventCancelled",
    SessionStatus.POSTPONED: "EventPostponed",
}


@dataclass(frozen=True)
class Card:
    """A session as it is shown in a list. `phase` may also be one of a room that counts seats.

    Title and address are those of its page, which may be in another language (`page_language`).
    """

    session: Session
    title: str
    url: str
    page_language: str
    language: str
    phase: TextChoices
    phase_text: str

    @property
    def day(self) -> str:
        """The day of the month for the block in front, empty when it is not known."""
        day = self.session.day() if self.session.precision in dates.KNOWN_DAY else None
        return str(day.day) if day else ""

    @property
    def weekday(self) -> str:
        day = self.session.day() if self.day else None
        return dates.WEEKDAYS[self.language][day.weekday()] if day else ""

    @property
    def month(self) -> str:
        """What stands large or small beside the day: month, season or nothing."""
        day = self.session.day()
        if day is None or self.session.precision == Precision.UNKNOWN:
            return ""
        if self.session.precision == Precision.SEASON:
            return dates.period_in_words(self.session, self.language).split()[0]
        return dates.MONTHS[self.language][day.month - 1]

    @property
    def year(self) -> str:
        """The year or years that belong to `month`."""
        if not self.month:
            return ""
        if self.session.precision == Precision.SEASON:
            return dates.period_in_words(self.session, self.language).split()[1]
        day = self.session.day()
        return str(day.year) if day else ""

    @property
    def is_off(self) -> bool:
        return self.session.status == SessionStatus.CANCELLED


@dataclass(frozen=True)
class PastCards:
    """One page of a long list: its cards, and where in the list it is."""

    cards: list[Card]
    place: ListPage[Session]


@register.simple_tag
def coming_cards() -> list[Card]:
    """Return the cards of all coming sessions, the cancelled ones too."""
    now = timezone.now()
    return cards(upcoming_sessions(now), now)


@register.simple_tag
def next_cards(limit: int) -> list[Card]:
    """Return the cards of the first few coming sessions that will take place."""
    now = timezone.now()
    on = (one for one in upcoming_sessions(now) if one.status != SessionStatus.CANCELLED)
    return cards(list(on)[:limit], now)


@register.simple_tag
def agenda_page() -> AgendaPage | None:
    """Return the live agenda in the current language."""
    language = get_language() or settings.LANGUAGE_CODE
    return AgendaPage.objects.live().filter(locale__language_code=language).first()


@register.simple_tag(takes_context=True)
def past_cards(context: Context) -> PastCards:
    """Return one page of the cards of past sessions; `?past=2` asks for the next."""
    now = timezone.now()
    number = context["request"].GET.get("past")
    listed = Paginator(past_sessions(now), PAST_ON_A_PAGE).get_page(number)
    return PastCards(cards(list(listed), now), listed)


@register.simple_tag
def series_cards(series: SeriesPage) -> list[Card]:
    """Return the cards of the sessions of a series, in order."""
    return cards(series_sessions(series.translation_key), timezone.now())


@register.inclusion_tag("content/session_card.html")
def session_card(card: Card, heading: int = 3) -> dict[str, Any]:
    return {"card": card, "heading": heading}


@register.simple_tag(takes_context=True)
def session_facts(context: Context, page: SessionPage) -> Card:
    """Return the published facts of a page, or in a preview those that are being drafted."""
    language = get_language() or settings.LANGUAGE_CODE
    is_preview = getattr(context.get("request"), "is_preview", False)
    session = session_of(page)
    if session is None or (is_preview and page.locale.language_code == session.source_language):
        session = draft_session(page)
    return _card(session, _link_to(page), language, timezone.now())


@register.simple_tag
def series_link(session: Session) -> Page | None:
    """Return the page of the session's series in the current language."""
    return linked_page(session.series, get_language() or settings.LANGUAGE_CODE)


@register.filter
def when(session: Session) -> str:
    """The date in words, with a capital."""
    return _capital(dates.when(session, get_language() or settings.LANGUAGE_CODE))


@register.filter
def where(session: Session) -> str:
    """The place in words, with a capital."""
    return _capital(dates.where(session, get_language() or settings.LANGUAGE_CODE))


@register.simple_tag
def event_data(session: Session, page: SessionPage, previous_start: str = "") -> SafeString:
    """Return the session as schema.org Event in a data block; nothing while it has no day.

    `previous_start` is from when it was moved, in ISO 8601; this room does not know that.
    A data block is not run, so the content security policy has no say in it.
    """
    if session.precision not in dates.KNOWN_DAY or session.first_day is None:
        return mark_safe("")
    data = json.dumps(_event(session, page, previous_start), ensure_ascii=False).translate(
        _IN_SCRIPT
    )
    return mark_safe(f'<script type="application/ld+json">{data}</script>')  # noqa: S308 -- escaped above


class _Linked(NamedTuple):
    """What a card says of the page."""

    title: str
    url: str
    language: str


def cards(sessions: list[Session], now: datetime) -> list[Card]:
    """Return the cards of the sessions that have a page to link to; two queries for any number."""
    language = get_language() or settings.LANGUAGE_CODE
    linked = memory.kept(
        "linked", partial(_linked_pages, sessions, language), *(one.pk for one in sessions)
    )
    return [_card(one, linked[one.pk], language, now) for one in sessions if one.pk in linked]


def _linked_pages(sessions: list[Session], language: str) -> dict[int, _Linked]:
    return {pk: _link_to(page) for pk, page in pages_of_sessions(sessions, language).items()}


def _link_to(page: SessionPage) -> _Linked:
    parts = page.get_url_parts() if page.pk else None
    return _Linked(page.title, (parts[2] or "") if parts else "", page.locale.language_code)


def _card(session: Session, linked: _Linked, language: str, now: datetime) -> Card:
    phase = sign_up_phase(session, now)
    text = str(phase.label)
    if phase == SignUpPhase.NOT_YET and session.registration_opens_at:
        moment = session.registration_opens_at
        opens = dates.moment_in_words(moment, session.time_zone, language)
        text = _OPENS[language].format(opens)
    return Card(session, linked.title, linked.url, linked.language, language, phase, _capital(text))


def _event(session: Session, page: SessionPage, previous_start: str) -> dict[str, Any]:
    language = page.locale.language_code
    starts, ends = session.local_start, session.local_end
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": session.title(language),
        "startDate": (starts or session.first_day).isoformat(),  # type: ignore[union-attr]  # the caller saw to a day
        "eventStatus": "https://schema.org/" + EVENT_STATUS.get(session.status, "EventScheduled"),  # type: ignore[call-overload]  # a plain str is a key
        "url": page_url(page) if session.pk else "",
        "inLanguage": language,
    }
    if previous_start and session.status not in EVENT_STATUS:
        event["eventStatus"] = "https://schema.org/EventRescheduled"
        event["previousStartDate"] = previous_start
    if ends:
        event["endDate"] = ends.isoformat()
    if page.introduction:
        event["description"] = page.introduction
    return event | _attendance_mode(session)


def _attendance_mode(session: Session) -> dict[str, Any]:
    """Return where it is for schema.org. The online room's address is not told."""
    mode = "OfflineEventAttendanceMode"
    if session.online_url:
        mode = "MixedEventAttendanceMode" if session.venue else "OnlineEventAttendanceMode"
    found: dict[str, Any] = {"eventAttendanceMode": f"https://schema.org/{mode}"}
    if session.venue:
        address = ", ".join(session.address.splitlines())
        found["location"] = {"@type": "Place", "name": session.venue, "address": address}
    if session.host_name:
        found["organizer"] = {"@type": "Organization", "name": session.host_name}
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_OPENS = {"nl": "aanmelden kan vanaf {}", "en": "sign-up opens on {}"}
_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
