"""The pages that hold only text, and the agenda."""

from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail.url_routing import RouteResult

from content.blocks import PageBodyBlock
from content.models.shown_page import ShownPage

#: The pages that stand directly under a home page.
SECTIONS = [
    "content.StandardPage",
    "content.AgendaPage",
    "content.SeriesPage",
    "content.QAIndexPage",
]


class HomePage(ShownPage, Page):
    """The first page of a language: what this is about, and what comes next."""

    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("Two or three sentences in large type under the title."),
    )
    body = StreamField(PageBodyBlock(), verbose_name=_("text"), blank=True)

    template = "content/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = SECTIONS
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("introduction"), FieldPanel("body")], heading=_("Text")),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find the page in two queries, however deep it lies; Wagtail takes two for each level."""
        if not path_components:
            return super().route(request, path_components)
        url_path = f"{self.url_path}{'/'.join(path_components)}/"
        # The slug has an index, the path has none.
        page = Page.objects.filter(slug=path_components[-1], url_path=url_path).first()
        if page is None:
            raise Http404
        return page.specific.route(request, [])


class StandardPage(ShownPage, Page):
    """A page of text, such as who we are or what we do with your data."""

    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("Two or three sentences in large type under the title."),
    )
    body = StreamField(PageBodyBlock(), verbose_name=_("text"), blank=True)

    template = "content/standard_page.html"
    parent_page_types = ["content.HomePage", "content.StandardPage", "content.SeriesPage"]
    subpage_types = ["content.StandardPage"]
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("introduction"), FieldPanel("body")], heading=_("Text")),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("page of text")
        verbose_name_plural = _("pages of text")


class AgendaPage(ShownPage, Page):
    """Every session that has a page, the coming ones first."""

    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("The sessions themselves appear by themselves."),
    )

    template = "content/agenda_page.html"
    parent_page_types = ["content.HomePage"]
    subpage_types = ["content.SessionPage", "content.ReportPage"]
    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]

    class Meta:
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")
