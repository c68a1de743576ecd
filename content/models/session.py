"""The published facts of a session. Everything outside content refers to this, never to a page."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import LANGUAGES, Theme
from content.enums import Eligibility, Precision, SessionStatus


class Session(models.Model):
    """One gathering, as it was last published (services.publish_session writes it, nobody else).

    `starts_at` and `ends_at` are set for an exact date only. `first_day` is the day itself (exact, day),
    the first day of the month, or the first day of the season; empty when nothing is known.
    `schedule_version` rises when start, end, place or status really change, and never falls.
    """

    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    titles = models.JSONField(default=dict)  # {"nl": "…", "en": "…"}
    source_language = models.CharField(max_length=2, choices=LANGUAGES, default="nl")
    series = models.ForeignKey(
        "content.SeriesPage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sessions",
        help_text=_("The series in its source language."),
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="content_sessions")

    precision = models.CharField(max_length=10, choices=Precision, default=Precision.UNKNOWN)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="Europe/Amsterdam")

    venue = models.CharField(max_length=200, blank=True)
    address = models.TextField(blank=True)
    accessibility = models.TextField(blank=True)
    #: Given to registered people only, through a personal redirect.
    online_url = models.URLField(max_length=500, blank=True)

    capacity = models.PositiveIntegerField(null=True, blank=True)
    seats_per_organisation = models.PositiveIntegerField(null=True, blank=True)
    waiting_list = models.BooleanField(default=True)
    registration_opens_at = models.DateTimeField(null=True, blank=True)
    registration_closes_at = models.DateTimeField(null=True, blank=True)
    eligibility = models.CharField(
        max_length=10, choices=Eligibility, default=Eligibility.THEME
    )

    #: A partner's event: sign-up happens there.
    host_name = models.CharField(max_length=200, blank=True)
    host_url = models.URLField(max_length=500, blank=True)
    co_organisers = models.CharField(max_length=300, blank=True)
    contact_person = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)

    status = models.CharField(max_length=10, choices=SessionStatus, default=SessionStatus.PLANNED)
    schedule_version = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(precision=Precision.EXACT, starts_at__isnull=False, ends_at__isnull=False)
                | ~Q(precision=Precision.EXACT) & Q(starts_at=None, ends_at=None),
                name="session_exact_has_times",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="session_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title("nl")

    def title(self, language: str) -> str:
        """The title in `language`, else in the source language, else the slug."""
        return self.titles.get(language) or self.titles.get(self.source_language) or self.slug

    @property
    def is_partner_hosted(self) -> bool:
        return bool(self.host_url)

    @property
    def local_start(self) -> datetime | None:
        """The start in the session's own time zone, for an exact date."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone)) if self.starts_at else None

    @property
    def local_end(self) -> datetime | None:
        """The end in the session's own time zone, for an exact date."""
        return self.ends_at.astimezone(ZoneInfo(self.time_zone)) if self.ends_at else None

    def day(self) -> date | None:
        """The day on which membership is judged: the date as far as it is known."""
        return self.local_start.date() if self.local_start else self.first_day
