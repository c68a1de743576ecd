"""The agenda, and each series, as a calendar to subscribe to, as Atom and as JSON Feed 1.1."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from content.enums import SessionStatus
from participation.calendar import CONTENT_TYPE, sessions_ics
from participation.selectors.feeds import FeedItem, SessionFeed, agenda_feed, series_feed
from participation.views.personal import LANGUAGES

#: Seconds that a copy of a feed may be used without asking again.
MAX_AGE = 300


@require_safe
def agenda_ics(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The sessions that have a day."""
    feed = _feed(request, slug)
    content = sessions_ics(
        {item.session: item.url for item in feed.items},
        feed.language,
        name=feed.title,
        organiser_email=feed.publisher_email,
        organiser_name=feed.publisher,
        now=timezone.now(),
    )
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    disposition = content_disposition_header(False, f"{slug or 'agenda'}.ics")
    response.headers["Content-Disposition"] = disposition or "inline"
    return _public(request, response)


@require_safe
def agenda_atom(request: HttpRequest, slug: str = "") -> HttpResponse:
    """All sessions, also those whose date is not known yet."""
    feed = _feed(request, slug)
    with translation.override(feed.language):
        return _public(request, _AtomFeed(feed, _own_address(request))(request))


@require_safe
def agenda_json(request: HttpRequest, slug: str = "") -> HttpResponse:
    """All sessions, also those whose date is not known yet (https://jsonfeed.org/version/1.1)."""
    feed = _feed(request, slug)
    with translation.override(feed.language):
        data = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.url,
            "feed_url": _own_address(request),
            "language": feed.language,
            "authors": [{"name": feed.publisher}],
            "items": [_json_item(item) for item in feed.items],
        }
    content = json.dumps(data, ensure_ascii=False)
    return _public(request, HttpResponse(content, content_type="application/feed+json"))


class _AtomFeed(Feed[FeedItem, None]):
    feed_type = Atom1Feed

    def __init__(self, feed: SessionFeed, address: str) -> None:
        self._feed = feed
        self.title = feed.title
        self.link = feed.url
        self.author_name = feed.publisher
        self.language = feed.language
        self.feed_url = address

    def items(self) -> list[FeedItem]:
        return self._feed.items

    def item_title(self, item: FeedItem) -> str:
        return _headline(item)

    def item_description(self, item: FeedItem) -> str:
        return linebreaks(item.text, autoescape=True)

    def item_link(self, item: FeedItem) -> str:
        return item.url

    def item_guid(self, item: FeedItem) -> str:
        return _id(item)

    def item_pubdate(self, item: FeedItem) -> Any:
        return item.published_at

    def item_updateddate(self, item: FeedItem) -> Any:
        return item.changed_at


def _feed(request: HttpRequest, slug: str) -> SessionFeed:
    asked, now = request.GET.get("lang", ""), timezone.now()
    language = asked if asked in LANGUAGES else None
    if not slug:
        return agenda_feed(language or settings.LANGUAGE_CODE, now=now)
    feed = series_feed(slug, language, now=now)
    if feed is None:
        raise Http404
    return feed


def _json_item(item: FeedItem) -> dict[str, Any]:
    session = item.session
    starts_at, ends_at = session.local_start, session.local_end
    return {
        "id": _id(item),
        "url": item.url,
        "title": _headline(item),
        "content_text": item.text,
        "date_published": item.published_at.isoformat(),
        "date_modified": item.changed_at.isoformat(),
        "_session": {
            "slug": session.slug,
            "status": session.status,
            "precision": session.precision,
            "first_day": session.first_day.isoformat() if session.first_day else None,
            "starts_at": starts_at.isoformat() if starts_at else None,
            "ends_at": ends_at.isoformat() if ends_at else None,
        },
    }


def _headline(item: FeedItem) -> str:
    if item.session.status == SessionStatus.CANCELLED:
        return _("Cancelled: %(title)s") % {"title": item.title}
    if item.session.status == SessionStatus.POSTPONED:
        return _("Postponed: %(title)s") % {"title": item.title}
    return item.title


def _id(item: FeedItem) -> str:
    """The same for ever, whatever becomes of the address (RFC 4151)."""
    return f"tag:{settings.SITE_HOST},2026:session-{item.session.pk}"


def _own_address(request: HttpRequest) -> str:
    return f"{settings.SITE_URL}{request.get_full_path()}"


def _public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let it be kept for some minutes, and answer 304 to whoever has it."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag, response=response) or response
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response
