"""The published facts of a session. Everything outside content refers to this, never to a page."""

from collections.abc import Sequence
from copy import copy
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import LANGUAGES, Theme
from content.enums import Eligibility, Precision, SessionStatus


class SessionFacts(models.Model):
    """What a session page drafts and a session keeps as it was last published, field for field."""

    precision = models.CharField(
        _("how precisely is the date known"),
        max_length=10,
        choices=Precision,
        default=Precision.UNKNOWN,
    )
    first_day = models.DateField(
        _("day"),
        null=True,
        blank=True,
        help_text=_("The day itself, or any day in the month or season."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE)

    venue = models.CharField(_("venue"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    accessibility = models.TextField(
        _("accessibility of the venue"),
        max_length=1000,
        blank=True,
        help_text=_("Such as step-free entrance, lift, hearing loop, quiet room."),
    )
    #: Given to registered people only, through a personal redirect.
    online_url = models.URLField(
        _("link to the online room"),
        max_length=500,
        blank=True,
        help_text=_("Only people who signed up get this link."),
    )

    capacity = models.PositiveIntegerField(
        _("number of seats"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Leave empty when there is no limit."),
    )
    seats_per_organisation = models.PositiveIntegerField(
        _("seats per organisation"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Leave empty when there is no limit."),
    )
    waiting_list = models.BooleanField(_("waiting list when it is full"), default=True)
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to accept a freed seat"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(14 * 24)],
        help_text=_("So long the first on the waiting list has to say yes; then it is the next."),
    )
    registration_opens_at = models.DateTimeField(
        _("sign-up opens"),
        null=True,
        blank=True,
        help_text=_("Leave empty to open at once."),
    )
    registration_closes_at = models.DateTimeField(
        _("sign-up closes"),
        null=True,
        blank=True,
        help_text=_("Leave empty to close when the session begins."),
    )
    eligibility = models.CharField(
        _("who may come"), max_length=10, choices=Eligibility, default=Eligibility.THEME
    )

    #: A partner's event: sign-up happens there.
    host_name = models.CharField(
        _("hosting partner"),
        max_length=200,
        blank=True,
        help_text=_("Only for an event of a partner."),
    )
    host_url = models.URLField(
        _("sign-up page of the partner"),
        max_length=500,
        blank=True,
        help_text=_("Visitors sign up there instead of here."),
    )
    co_organisers = models.CharField(
        _("co-organisers"),
        max_length=300,
        blank=True,
        help_text=_("Named above the form, since they see the list of participants."),
    )
    contact_person = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(
        _("e-mail address of the contact person"),
        blank=True,
        help_text=_("Answers to the mails about this session arrive here."),
    )

    status = models.CharField(
        _("status"), max_length=10, choices=SessionStatus, default=SessionStatus.PLANNED
    )

    class Meta:
        abstract = True


class Session(SessionFacts):  # type: ignore[django-manager-missing]  # of Wagtail, without stubs
    """One gathering, as it was last published (services.publish_session writes it, nobody else).

    `starts_at` and `ends_at` are set for an exact date only. `first_day` is the day itself (exact,
    day), the first day of the month, or the first day of the season; empty when nothing is known.
    `schedule_version` is 1 after the first publication, rises when start, end, place or status
    really change, and never falls.
    """

    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    #: The translation key of its pages: a copied page has another, a translation the same.
    page_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
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
    #: The questions of its own in each language (content.questions), and its roles:
    #: [{"role": …, "name": …, "organisation": …}].
    questions = models.JSONField(default=dict)
    roles = models.JSONField(default=list)

    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    schedule_version = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    precision=Precision.EXACT, starts_at__isnull=False, ends_at__isnull=False
                )
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

    def schedule(self) -> tuple[str, ...]:
        """Start, end, place and status as text: what people were told, and what makes it move."""
        moments = (self.starts_at, self.ends_at)
        return (
            self.precision,
            *("" if moment is None else moment.astimezone(UTC).isoformat() for moment in moments),
            "" if self.first_day is None else self.first_day.isoformat(),
            self.time_zone,
            self.venue,
            "\n".join(self.address.splitlines()),  # a browser ends lines in its own way
            self.online_url,
            self.status,
        )

    def as_of(self, schedule: Sequence[str]) -> "Session":
        """Return an unsaved copy with the start, end, place and status of another `schedule()`."""
        found = copy(self)
        precision, starts_at, ends_at, first_day, *rest = schedule
        found.precision = precision
        found.starts_at = datetime.fromisoformat(starts_at) if starts_at else None
        found.ends_at = datetime.fromisoformat(ends_at) if ends_at else None
        found.first_day = date.fromisoformat(first_day) if first_day else None
        found.time_zone, found.venue, found.address, found.online_url, found.status = rest
        return found
