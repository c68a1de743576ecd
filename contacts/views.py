"""Pages behind personal links: unsubscribe and preferences."""

from django.http import HttpRequest, HttpResponse


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse()


def preferences(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse()
