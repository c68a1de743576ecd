"""The Q&A: an index and its entries. Only an agreed entry is public."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from contacts.models import Theme
from content.blocks import TEXT_FEATURES, EvidenceListBlock, WordingListBlock
from content.enums import AnswerState
from content.models.shown_page import ShownPage

SHORT_ANSWER_WORDS = 60


class QAIndexPage(ShownPage, Page):
    """Search and browse the agreed entries under it."""

    introduction = models.TextField(_("introduction"), max_length=500, blank=True)

    template = "content/qa_index_page.html"
    parent_page_types = ["content.HomePage"]
    subpage_types = ["content.QAPage"]
    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]

    class Meta:
        verbose_name = _("Q&A index")
        verbose_name_plural = _("Q&A indexes")


class QAPage(ShownPage, Page):
    """One question (the title) with its answer, and what the answer rests on."""

    short_answer = models.TextField(
        _("short answer"),
        max_length=600,
        help_text=_("At most 60 words, to be said aloud or copied as it is."),
    )
    claim = models.TextField(
        _("claim it answers"),
        max_length=500,
        blank=True,
        help_text=_("What people say or write, that this is an answer to."),
    )
    narrative = RichTextField(_("the story behind it"), features=TEXT_FEATURES, blank=True)
    evidence = StreamField(EvidenceListBlock(), verbose_name=_("sources"), blank=True)
    themes = ParentalManyToManyField(Theme, verbose_name=_("themes"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=AnswerState,
        default=AnswerState.DRAFT,
        help_text=_("Visitors see the entry once it is agreed, and not before."),
    )
    review_by = models.DateField(
        _("review by"), null=True, blank=True, help_text=_("When somebody checks it again.")
    )
    wording = StreamField(
        WordingListBlock(),
        verbose_name=_("wording per audience"),
        blank=True,
        help_text=_("Never shown on the public page."),
    )

    template = "content/qa_page.html"
    parent_page_types = ["content.QAIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        FieldPanel("title", heading=_("Question")),
        MultiFieldPanel(
            [FieldPanel("short_answer"), FieldPanel("claim"), FieldPanel("narrative")],
            heading=_("Answer"),
        ),
        FieldPanel("evidence"),
        MultiFieldPanel(
            [FieldPanel("state"), FieldPanel("themes"), FieldPanel("review_by")],
            heading=_("About this entry"),
        ),
        MultiFieldPanel([FieldPanel("wording")], heading=_("For participants only")),
    ]
    # The wording stays out of the index: a search must not tell what a page may not show.
    search_fields = [
        *Page.search_fields,
        index.SearchField("short_answer"),
        index.SearchField("claim"),
        index.SearchField("narrative"),
        index.AutocompleteField("short_answer"),
        index.FilterField("state"),
    ]

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")

    def clean(self) -> None:
        """Refuse a short answer that is not short."""
        super().clean()
        words = len(self.short_answer.split())
        if words > SHORT_ANSWER_WORDS:
            message = _("This is %(words)d words. Bring it back to %(limit)d.") % {
                "words": words,
                "limit": SHORT_ANSWER_WORDS,
            }
            raise ValidationError({"short_answer": message})

    @property
    def is_public(self) -> bool:
        """Whether a visitor may see it."""
        return self.live and self.state == AnswerState.AGREED

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 404 as long as the entry is not agreed. An editor's preview does not come here."""
        if self.state != AnswerState.AGREED:
            raise Http404
        return super().serve(request, *args, **kwargs)

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Return nothing for an entry that visitors may not see."""
        return super().get_sitemap_urls(request) if self.is_public else []
