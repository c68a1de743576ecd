"""Pages of the site."""

from wagtail.models import Page


class SeriesPage(Page):
    pass
