"""The archive as feeds of announcements: Atom and JSON Feed 1.1. Nobody's data is in it."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.archive import Archived, archived
from campaigns.compiling import LANGUAGES
from campaigns.selectors.archive import IN_FEED, archived_mailings, list_path
from content.selectors import site_settings

#: Seconds that a copy of a feed may be used without asking again.
MAX_AGE = 300


@require_safe
def archive_atom(request: HttpRequest) -> HttpResponse:
    """The latest mailings for everybody, as Atom; `?lang=en` for those in English first."""
    language, title, entries = _feed(request)
    feed = Atom1Feed(
        title=title,
        link=f"{settings.SITE_URL}{list_path(language)}",
        description="",
        language=language,
        author_name=site_settings().association_name,
        feed_url=_own_address(request),
    )
    for entry in entries:
        feed.add_item(
            title=entry.subject,
            link=entry.url,
            description=entry.preheader,
            unique_id=_id(entry),
            pubdate=entry.started_at,
            updateddate=entry.started_at,
        )
    return _public(HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml"))


@require_safe
def archive_json(request: HttpRequest) -> HttpResponse:
    """The same as JSON (https://jsonfeed.org/version/1.1)."""
    language, title, entries = _feed(request)
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": f"{settings.SITE_URL}{list_path(language)}",
        "feed_url": _own_address(request),
        "language": language,
        "authors": [{"name": site_settings().association_name}],
        "items": [
            {
                "id": _id(entry),
                "url": entry.url,
                "title": entry.subject,
                "content_text": entry.preheader or entry.subject,
                "date_published": entry.started_at.isoformat(),
                "language": entry.language,
            }
            for entry in entries
        ],
    }
    content = json.dumps(data, ensure_ascii=False)
    return _public(HttpResponse(content, content_type="application/feed+json"))


def _feed(request: HttpRequest) -> tuple[str, str, list[Archived]]:
    """Return the language, the title and what is in the feed."""
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else settings.LANGUAGE_CODE
    site = site_settings()
    with translation.override(language):
        title = _("Mail from %(name)s") % {"name": site.association_name}
    rows = archived_mailings().select_related("session")[:IN_FEED]
    found = (archived(mailing, language, site) for mailing in rows)
    return language, title, [entry for entry in found if entry]


def _id(entry: Archived) -> str:
    """The same for ever, whatever becomes of the address (RFC 4151)."""
    return f"tag:{settings.SITE_HOST},2026:mailing-{entry.pk}"


def _own_address(request: HttpRequest) -> str:
    return f"{settings.SITE_URL}{request.get_full_path()}"


def _public(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return response
