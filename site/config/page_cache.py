"""Public pages, kept for a minute in each web process.

Kept is what says by itself that it is public (Cache-Control), for visitors who are not signed in.
What was kept is given only as long as nothing changed since (base.memory); so a page is never older
than the truth by more than the clock can make it, and no other server has to be asked.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeGuard

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from base import memory

#: Nothing of these is the same for everybody.
_PRIVATE_COOKIES = frozenset({settings.SESSION_COOKIE_NAME, "messages"})
_LONGEST_QUERY = 200


def keep_public_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer a public page from memory when nothing changed, with an ETag and 304."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with memory.reading():
            return shared(request) if _may_be_shared(request) else get_response(request)

    def shared(request: HttpRequest) -> HttpResponseBase:
        key = f"{memory.version(request.get_host())}-{_what_is_asked(request)}"
        response = caches["pages"].get(key)
        if response is None:
            response = get_response(request)
            if not _is_public(response):
                return response
            response.headers.setdefault("ETag", f'"{sha256(response.content).hexdigest()[:32]}"')
            caches["pages"].set(key, response)
        etag = response.headers["ETag"]
        return get_conditional_response(request, etag=etag, response=response) or response

    return answered


def _may_be_shared(request: HttpRequest) -> bool:
    return (
        len(request.META.get("QUERY_STRING", "")) <= _LONGEST_QUERY
        and "HTTP_AUTHORIZATION" not in request.META
        and _PRIVATE_COOKIES.isdisjoint(request.COOKIES)
    )


def _what_is_asked(request: HttpRequest) -> str:
    """All that an answer depends on, hashed: an address may be long and hold any sign."""
    told = (
        str(request.method),
        str(request.scheme),
        request.get_host(),
        request.get_full_path(),
        request.headers.get("Accept-Language", ""),
        request.headers.get("Accept", ""),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
    )
    return sha256("\n".join(told).encode(errors="surrogateescape")).hexdigest()


def _is_public(response: HttpResponseBase) -> TypeGuard[HttpResponse]:
    return (
        isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.cookies
        and "public" in response.headers.get("Cache-Control", "").replace(" ", "").split(",")
    )
