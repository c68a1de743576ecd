"""The page of a session in one language: its text, and the facts as they are being drafted."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from contacts.models import Theme
from content.blocks import PageBodyBlock, QuestionsBlock, RolesBlock
from content.enums import Precision
from content.forms import SessionPageForm
from content.models.session import Session, SessionFacts
from content.models.shown_page import ShownPage

#: Day and clock times as an editor writes them: wall time in the session's zone.
DRAFT_TIMES = ["start_time", "end_time", "last_day"]
#: Facts in words, which a translation says otherwise.
FACTS_IN_WORDS = ["accessibility"]


class SessionPage(ShownPage, Page, SessionFacts):  # type: ignore[django-manager-missing]  # Wagtail has no stubs
    """One page per language. The page in the source language drafts the facts.

    Publishing copies them to `session` (services.publish_session), which all else refers to. A
    translation shares the session of its source; a copy starts without one. `session` follows
    `translation_key`; it and `taken_revision` are no part of a revision.
    """

    session = models.ForeignKey(
        Session,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="pages",
    )
    #: The revision that all that follows from a publication was last done for.
    taken_revision = models.IntegerField(null=True, editable=False)
    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("Why somebody would come, in two or three sentences. Also used in mails."),
    )
    body = StreamField(PageBodyBlock(), verbose_name=_("text and programme"), blank=True)
    themes = ParentalManyToManyField(Theme, verbose_name=_("themes"), blank=True)
    roles = StreamField(RolesBlock(), verbose_name=_("roles"), blank=True)
    questions = StreamField(
        QuestionsBlock(),
        verbose_name=_("questions on the form"),
        blank=True,
        help_text=_("Asked beside what people need and want to learn, which is always asked."),
    )

    start_time = models.TimeField(_("starts at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    last_day = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Only when it takes more than one day.")
    )

    shown_with = ("locale", "session")
    base_form_class = SessionPageForm
    template = "content/session_page.html"
    parent_page_types = ["content.SeriesPage", "content.AgendaPage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["session", "taken_revision"]

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("introduction"), FieldPanel("body")], heading=_("Text")),
        MultiFieldPanel(
            [
                HelpPanel(
                    content=_(
                        "Choose how precisely the date is known; it may become more precise later. "
                        "The facts below are filled in on the page in the first language only."
                    )
                ),
                FieldPanel("status"),
                FieldPanel("precision"),
                FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
                FieldRowPanel([FieldPanel("start_time"), FieldPanel("end_time")]),
                FieldPanel("time_zone"),
            ],
            heading=_("When"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("venue"),
                FieldPanel("address"),
                FieldPanel("accessibility"),
                FieldPanel("online_url"),
            ],
            heading=_("Where"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("eligibility"),
                FieldRowPanel([FieldPanel("capacity"), FieldPanel("seats_per_organisation")]),
                FieldRowPanel([FieldPanel("waiting_list"), FieldPanel("offer_hours")]),
                FieldRowPanel(
                    [FieldPanel("registration_opens_at"), FieldPanel("registration_closes_at")]
                ),
            ],
            heading=_("Sign-up"),
        ),
        MultiFieldPanel(
            [FieldPanel("questions")],
            heading=_("Questions of this session"),
            classname="collapsed",
        ),
        MultiFieldPanel(
            [
                FieldPanel("contact_person"),
                FieldPanel("contact_email"),
                FieldPanel("co_organisers"),
                FieldPanel("themes"),
            ],
            heading=_("Who and what about"),
        ),
        MultiFieldPanel([FieldPanel("roles")], heading=_("Roles"), classname="collapsed"),
        MultiFieldPanel(
            [FieldPanel("host_name"), FieldPanel("host_url")],
            heading=_("Hosted by a partner"),
            classname="collapsed",
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
        index.SearchField("venue"),
    ]
    translatable_fields = [
        TranslatableField("title"),
        TranslatableField("slug"),
        TranslatableField("seo_title"),
        TranslatableField("search_description"),
        TranslatableField("introduction"),
        TranslatableField("body"),
        TranslatableField("questions"),
        *[TranslatableField(name) for name in FACTS_IN_WORDS],
        *[
            SynchronizedField(field.name, overridable=False)
            for field in SessionFacts._meta.local_fields
            if field.name not in FACTS_IN_WORDS
        ],
        *[SynchronizedField(name, overridable=False) for name in (*DRAFT_TIMES, "roles")],
    ]

    class Meta:
        verbose_name = _("session page")
        verbose_name_plural = _("session pages")

    def clean(self) -> None:
        """Refuse facts that contradict each other, each with its field and what to do about it."""
        super().clean()
        errors = {
            **self._date_errors(),
            **self._host_errors(),
            **self._registration_errors(),
        }
        if errors:
            raise ValidationError(errors)

    def with_content_json(self, content: dict[str, Any]) -> "SessionPage":
        """Return the page as a revision has it, with the session that the page has now."""
        page = super().with_content_json(content)
        page.session_id = self.session_id
        page.taken_revision = self.taken_revision
        return page

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Share the session of the linked translations, as soon as there is one."""
        if self.session_id is None:
            self.session = Session.objects.filter(page_key=self.translation_key).first()
        super().save(*args, **kwargs)

    def draft_moments(self) -> tuple[datetime, datetime] | None:
        """Start and end in UTC for an exact date that is filled in, else None.

        An hour that occurs twice when the clock goes back is the first of the two.
        """
        if self.precision != Precision.EXACT:
            return None
        if self.first_day is None or self.start_time is None or self.end_time is None:
            return None
        last_day = self.last_day or self.first_day
        return (
            _in_utc(self.first_day, self.start_time, self.time_zone),
            _in_utc(last_day, self.end_time, self.time_zone),
        )

    def _date_errors(self) -> dict[str, Any]:
        if self.time_zone not in available_timezones():
            return {"time_zone": _("Use a name such as Europe/Amsterdam.")}
        if self.precision == Precision.UNKNOWN:
            return {}
        if self.first_day is None:
            return {"first_day": _FIRST_DAY_NEEDED[Precision(self.precision)]}
        if self.last_day and self.last_day < self.first_day:
            return {"last_day": _("The last day comes before the first. Choose a later day.")}
        return self._time_errors() if self.precision == Precision.EXACT else {}

    def _time_errors(self) -> dict[str, Any]:
        moments = self.draft_moments()
        if moments is None:
            message = _("Fill in the time, or choose “the day, time to follow” for the date.")
            times = {"start_time": self.start_time, "end_time": self.end_time}
            return {name: message for name, value in times.items() if value is None}
        written = {"start_time": self.start_time, "end_time": self.end_time}
        for moment, (name, value) in zip(moments, written.items(), strict=True):
            if moment.astimezone(ZoneInfo(self.time_zone)).time() != value:
                return {
                    name: _("The clock skips this hour that night. Choose a time an hour later.")
                }
        if moments[1] <= moments[0]:
            return {
                "end_time": _("The end comes before the start. Choose a later time or last day.")
            }
        return {}

    def _host_errors(self) -> dict[str, Any]:
        if self.host_url and not self.host_name:
            return {"host_name": _("Name the partner whose sign-up page this is.")}
        return {}

    def _registration_errors(self) -> dict[str, Any]:
        opens, closes = self.registration_opens_at, self.registration_closes_at
        if opens and closes and closes <= opens:
            return {
                "registration_closes_at": _(
                    "Sign-up closes before it opens. Choose a later moment."
                )
            }
        return {}


_FIRST_DAY_NEEDED = {
    Precision.EXACT: _("Fill in the day."),
    Precision.DAY: _("Fill in the day."),
    Precision.MONTH: _("Fill in any day in the month."),
    Precision.SEASON: _("Fill in any day in the season."),
}


def _in_utc(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
