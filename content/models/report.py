"""The page of a report in one language: what came of a session, in words and in its figures."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from content.blocks import TEXT_FEATURES, OutcomeBlock, ReportBodyBlock
from content.forms import ReportPageForm
from content.models.session import Session
from content.models.shown_page import ShownPage

#: What belongs to the page itself and to none of its revisions.
_OF_THE_PAGE = ("frozen", "public_since", "taken_revision")


class ReportPage(ShownPage, Page):
    """One page per session and language.

    Who was there, what was asked and what was agreed is not typed: the room that knows freezes it
    in `frozen` at each publication (participation.selectors.reports says in which shape).
    """

    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
    )
    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("Two or three sentences in large type under the title."),
    )
    body = StreamField(
        ReportBodyBlock(),
        verbose_name=_("what was discussed"),
        blank=True,
        help_text=_("Quotations have no name, so that people can speak freely."),
    )
    outcome = StreamField(
        OutcomeBlock(),
        verbose_name=_("outcome"),
        blank=True,
        help_text=_("What came of it, per goal of the series or as a whole."),
    )
    conclusion = RichTextField(_("conclusion"), features=TEXT_FEATURES, blank=True)

    frozen = models.JSONField(default=dict, editable=False)
    #: Since when it has been live without a break: what plans count from.
    public_since = models.DateTimeField(null=True, editable=False)
    #: The revision that all that follows from a publication was last done for.
    taken_revision = models.IntegerField(null=True, editable=False)

    shown_with = ("locale", "session")
    base_form_class = ReportPageForm
    template = "content/report_page.html"
    parent_page_types = ["content.SeriesPage", "content.AgendaPage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["session", "public_since", "taken_revision"]

    content_panels = [
        *Page.content_panels,
        FieldPanel("session"),
        HelpPanel(
            content=_(
                "The numbers, the organisations, the public learning questions and the public "
                "agreements fill themselves: they are taken from the session at the moment of "
                "publication, and again each time you publish. The preview shows how they are now."
            )
        ),
        MultiFieldPanel([FieldPanel("introduction"), FieldPanel("body")], heading=_("Text")),
        MultiFieldPanel([FieldPanel("outcome"), FieldPanel("conclusion")], heading=_("Outcome")),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
        index.SearchField("outcome"),
        index.SearchField("conclusion"),
    ]
    translatable_fields = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("introduction"),
        TranslatableField("body"),
        TranslatableField("outcome"),
        TranslatableField("conclusion"),
        SynchronizedField("session", overridable=False),
    ]

    class Meta:
        verbose_name = _("session report")
        verbose_name_plural = _("session reports")

    def clean(self) -> None:
        """Refuse a second report of a session in one language."""
        super().clean()
        if other := self._other_of_session():
            message = _(
                "“%(title)s” is the report of this session already. Change that one, or choose "
                "another session."
            )
            raise ValidationError({"session": message % {"title": other.draft_title}})

    @property
    def has_outcome(self) -> bool:
        """Whether a result was written: goals alone are none."""
        return any(block.value["result"] for block in self.outcome)

    def serializable_data(self) -> dict[str, Any]:
        """Return what a revision keeps."""
        data: dict[str, Any] = super().serializable_data()
        return {name: value for name, value in data.items() if name not in _OF_THE_PAGE}

    def with_content_json(self, content: dict[str, Any]) -> "ReportPage":
        """Return the page as a revision has it, with what belongs to the page as it is now."""
        page: ReportPage = super().with_content_json(content)
        for name in _OF_THE_PAGE:
            setattr(page, name, getattr(self, name))
        return page

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Share the session of the linked translations, or of the page that an alias follows."""
        if self.session_id is None:
            same = models.Q(translation_key=self.translation_key) | models.Q(pk=self.alias_of_id)
            known = ReportPage.objects.filter(same).exclude(session=None).order_by("pk").first()
            self.session = known.session if known else None
        super().save(*args, **kwargs)

    def _other_of_session(self) -> "ReportPage | None":
        if self.session_id is None or self.alias_of_id is not None:
            return None
        reports = ReportPage.objects.filter(session=self.session_id, locale=self.locale_id)
        found: ReportPage | None = reports.filter(alias_of=None).exclude(pk=self.pk).first()
        return found
