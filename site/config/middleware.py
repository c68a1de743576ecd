"""Django's choice of language, without its guess that every 404 wants a language prefix."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware import locale


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
