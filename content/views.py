"""What a browser, or a search engine, asks for: pages, their list, and the colour of the site."""

from functools import partial
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from wagtail.contrib.sitemaps.sitemap_generator import Sitemap
from wagtail.contrib.sitemaps.views import sitemap as sitemap_view
from wagtail.models import Page, Site
from wagtail.views import serve

from base import memory
from content.models import ShownPage
from content.selectors import findable_pages, site_settings


class _Way(NamedTuple):
    """Where the page of an address was found."""

    site: Site
    model: str
    page_id: int


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's own view; a page that was found before is found again in one query."""
    if request.method in ("GET", "HEAD"):
        memory.version(request.get_host())
        if way := memory.kept("way", partial(_way_to, request, path), path):
            _take(way, request)
    return serve(request, path)


def _way_to(request: HttpRequest, path: str) -> _Way | None:
    """Find a page as Wagtail does; None for what is no page, or not one of ours."""
    found = Page.route_for_request(request, path)
    is_ours = found is not None and isinstance(found.page, ShownPage)
    if not is_ours:
        return None
    return _Way(Site.find_for_request(request), found.page._meta.label, found.page.pk)


def _take(way: _Way, request: Any) -> None:
    """Set what Wagtail itself keeps on a request, and looks for first. Raises Http404."""
    if not hasattr(request, "_wagtail_route_for_request"):
        model = apps.get_model(way.model)
        page = get_object_or_404(model.objects.select_related(*model.shown_with), pk=way.page_id)
        request._wagtail_site = way.site
        request._wagtail_route_for_request = page.route(request, [])


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
