"""The public archive: a list of mailings, and each as a page. Nobody's data is in it."""

import re

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from campaigns.archive import archived, public_mail
from campaigns.compiling import LANGUAGES
from campaigns.errors import CampaignError
from campaigns.selectors.archive import archived_mailings, feed_paths, list_path, mail_path
from campaigns.views.page import mail_page
from content.selectors import site_settings

PER_PAGE = 20

_BODY = re.compile(r"<body\b[^>]*>")


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """The mailings that everybody may read, the latest first."""
    language = _language()
    page = Paginator(archived_mailings().select_related("session"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    site = site_settings()
    found = [entry for mailing in page if (entry := archived(mailing, language, site))]
    context = {
        "page_of_mailings": page,
        "mailings": found,
        "feeds": feed_paths(language),
        "site_url": settings.SITE_URL,
        "alternates": {code: list_path(code) for code in LANGUAGES},
    }
    return _public(request, render(request, "campaigns/archive.html", context))


@require_safe
def archived_mail(request: HttpRequest, number: int) -> HttpResponse:
    """One mailing; in a language that it was not written in, the way to the one that it was."""
    language = _language()
    rows = archived_mailings().select_related("session", "frozen_revision")
    mailing = rows.filter(pk=number).first() if number < 2**31 else None
    entry = archived(mailing, language, site_settings()) if mailing else None
    if mailing is None or entry is None:
        raise Http404
    if entry.language != language:
        return redirect(entry.path)
    try:
        html = public_mail(mailing, language).html
    except CampaignError as error:
        raise Http404 from error
    return _public(request, mail_page(request, _framed(html, language, entry.languages, number)))


def _framed(html: str, language: str, languages: tuple[str, ...], number: int) -> str:
    """Put the way back, and to the other language, above the mail."""
    frame = {
        "site_url": settings.SITE_URL,
        "list": list_path(language),
        "feeds": feed_paths(language),
        "pages": {code: mail_path(number, code) for code in languages},
        "language": language,
    }
    head = render_to_string("campaigns/archive_head.html", frame)
    bar = render_to_string("campaigns/archive_bar.html", frame)
    html = html.replace("</head>", f"{head}</head>", 1)
    return _BODY.sub(lambda body: body.group() + bar, html, count=1)


def _language() -> str:
    found = (get_language() or "nl")[:2]
    return found if found in LANGUAGES else "nl"


def _public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let it be kept, to be asked for anew each time; not what somebody signed in sees."""
    if not request.user.is_authenticated:
        response.headers["Cache-Control"] = "public, no-cache"
    return response
