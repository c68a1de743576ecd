"""What a browser asks for besides pages."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from content.selectors import site_settings


def _etag(request: HttpRequest) -> str:
    return f'"{site_settings().accent_colour}"'


@require_safe
@condition(etag_func=_etag)
@cache_control(public=True, max_age=300)
def theme(request: HttpRequest) -> HttpResponse:
    """The site's own colour as a style sheet of one rule: no inline style is needed for it."""
    rule = f":root{{--bijeen-color-accent-base:{site_settings().accent_colour}}}\n"
    return HttpResponse(rule, content_type="text/css; charset=utf-8")
