"""A series: a named run of sessions on a theme."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from contacts.models import Theme
from content.blocks import GoalsBlock, PageBodyBlock
from content.enums import SeriesStatus
from content.models.shown_page import ShownPage


class SeriesPage(ShownPage, Page):
    """What the series is about and wants to reach. Its sessions are the session pages under it."""

    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("Two or three sentences in large type under the title."),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=SeriesStatus, default=SeriesStatus.RUNNING
    )
    goals = StreamField(
        GoalsBlock(),
        verbose_name=_("goals"),
        blank=True,
        help_text=_("One goal per block. The report tells the result of each."),
    )
    body = StreamField(PageBodyBlock(), verbose_name=_("text"), blank=True)
    co_organisers = models.CharField(
        _("co-organisers"),
        max_length=300,
        blank=True,
        help_text=_("Organisations that organise the series together with us."),
    )
    themes = ParentalManyToManyField(Theme, verbose_name=_("themes"), blank=True)

    template = "content/series_page.html"
    parent_page_types = ["content.HomePage"]
    subpage_types = ["content.SessionPage", "content.ReportPage", "content.StandardPage"]
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("introduction"), FieldPanel("goals"), FieldPanel("body")],
            heading=_("Text"),
        ),
        MultiFieldPanel(
            [FieldPanel("status"), FieldPanel("co_organisers"), FieldPanel("themes")],
            heading=_("About the series"),
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("goals"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
