"""What all pages behind a personal link share: how a link is read, and what it never gives away.

A link that is not ours, or whose row is gone, is 404; one that expired or was revoked is 410. The
pages say the same few words and disclose nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation

from participation.errors import SessionGone
from participation.links import LinkExpired, LinkUnknown

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


class SeeOther(HttpResponseRedirect):
    """After a POST: look there (303), by GET."""

    status_code = 303


def personal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the answer out of caches, search engines and other sites' logs; answer bad links.

    The referrer goes to our own pages only. (With "no-referrer" a browser sends `Origin: null`
    along with a form, and then every POST fails the check against cross-site requests.)
    """

    @wraps(view)
    def shown(request: HttpRequest, token: str, **values: str) -> HttpResponse:
        try:
            response = view(request, token, **values)
        except LinkExpired:
            response = _problem(request, expired=True)
        except LinkUnknown:
            response = _problem(request, expired=False)
        except SessionGone:
            response = _problem(request, expired=False, gone=True)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return shown


def language_of(request: HttpRequest, preferred: str | None) -> str:
    """Return the language of a personal page: `?lang=`, else the person's, else the browser's."""
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        return asked
    if preferred in LANGUAGES:
        return preferred or ""
    found = translation.get_language_from_request(request)
    return found if found in LANGUAGES else settings.LANGUAGE_CODE


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    language: str,
    status: int = 200,
) -> HttpResponse:
    """Render a page in a language, whatever the language of the request."""
    with translation.override(language):
        response = render(request, template, {"language": language, **context}, status=status)
    response.headers["Content-Language"] = language
    return response


def with_language(request: HttpRequest, url: str) -> str:
    """Carry `?lang=` along to the next page."""
    asked = request.GET.get("lang", "")
    return f"{url}?lang={asked}" if asked in LANGUAGES else url


def _problem(request: HttpRequest, *, expired: bool, gone: bool = False) -> HttpResponse:
    return page(
        request,
        "participation/link_problem.html",
        {"expired": expired, "gone": gone},
        language=language_of(request, None),
        status=410 if expired else 404,
    )
