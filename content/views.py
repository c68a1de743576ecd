"""What a browser, or a search engine, asks for besides pages."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from wagtail.contrib.sitemaps.sitemap_generator import Sitemap
from wagtail.contrib.sitemaps.views import sitemap as sitemap_view
from wagtail.models import Page

from content.selectors import findable_pages, site_settings


def _etag(request: HttpRequest) -> str:
    return f'"{site_settings().accent_colour}"'


@require_safe
@condition(etag_func=_etag)
@cache_control(public=True, max_age=300)
def theme(request: HttpRequest) -> HttpResponse:
    """The site's own colour as a style sheet of one rule: no inline style is needed for it."""
    rule = f":root{{--bijeen-color-accent-base:{site_settings().accent_colour}}}\n"
    return HttpResponse(rule, content_type="text/css; charset=utf-8")


class FindablePages(Sitemap):
    """The pages of the site in all its languages."""

    def items(self) -> QuerySet[Page]:
        return findable_pages(self.get_wagtail_site().root_page)


@require_safe
@cache_control(public=True, max_age=300)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The addresses of all public pages, for search engines (sitemaps.org)."""
    response: HttpResponse = sitemap_view(request, {"pages": FindablePages})
    return response


@require_safe
@cache_control(public=True, max_age=300)
def robots(request: HttpRequest) -> HttpResponse:
    """Where the sitemap is, and that there is nothing to find in the admin (RFC 9309).

    Personal links say by themselves that they are not to be found; forbidden here, that would
    never be read.
    """
    lines = ("User-agent: *", "Disallow: /admin/", f"Sitemap: {settings.SITE_URL}/sitemap.xml", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
