"""What every request passes beside Django's own: can it be read, and in which language."""

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware import locale

_CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})
_PLAIN = "text/plain"


def refuse_unreadable(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 400 to a NUL in the address, and 415 to a charset that no browser sends.

    PostgreSQL cannot compare with a NUL. Django reads query and form with any text codec that
    Python has, also those that make text which no database stores (unicode_escape).
    """

    def checked(request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path:
            return HttpResponse("This address cannot be read.\n", status=400, content_type=_PLAIN)
        if request.encoding and codecs.lookup(request.encoding).name not in _CHARSETS:
            return HttpResponse("Use UTF-8.\n", status=415, content_type=_PLAIN)
        return get_response(request)

    return checked


def client_address(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Take the visitor's address from our own proxy, for the limits on forms.

    A proxy appends the address it sees, so the last one of X-Forwarded-For is true and the others
    are what the visitor says. For production only, where a proxy is in front.
    """

    def with_address(request: HttpRequest) -> HttpResponseBase:
        if forwarded := request.META.get("HTTP_X_FORWARDED_FOR"):
            request.META["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        return get_response(request)

    return with_address


class LocaleMiddleware(locale.LocaleMiddleware):
    """Leaves a 404 alone that an address of ours gave.

    Wagtail's pages answer to any path below a language, so Django takes `/nl` + any path for a
    likely address, and would redirect a visitor of an unknown personal link, or a client of the
    API, to a page that does not exist either.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code == 404 and request.resolver_match is not None:
            return response
        return super().process_response(request, response)
