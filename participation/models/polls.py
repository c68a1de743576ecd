"""Questions that are answered by personal link, their options, and the answers."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from base.clusters import Cluster
from contacts.models import Contact, Organisation
from content.dates import clock, day_in_words
from content.models import SeriesPage, Session
from participation.enums import (
    PollKind,
)


class Poll(Cluster):
    """A question that people answer by personal link.

    Who is asked stands nowhere here: whoever gets a mailing with the link. What is said in one
    language alone is said so to everybody. Without `closes_at` it is open until somebody closes it.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=PollKind, default=PollKind.ONE)
    question_nl = models.CharField(_("question (Dutch)"), max_length=200, blank=True)
    question_en = models.CharField(_("question (English)"), max_length=200, blank=True)
    explanation_nl = models.TextField(_("explanation (Dutch)"), blank=True)
    explanation_en = models.TextField(_("explanation (English)"), blank=True)
    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="polls",
    )
    series = models.ForeignKey(
        SeriesPage,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")

    def __str__(self) -> str:
        return self.question_nl or self.question_en

    def question(self, language: str) -> str:
        return _in_language(self, "question", language)

    def explanation(self, language: str) -> str:
        return _in_language(self, "explanation", language)

    def language_of(self, name: str, language: str) -> str:
        """Return in which language `name` is said to somebody who reads `language`."""
        return language if getattr(self, f"{name}_{language}") else _other(language)

    def is_open(self, now: datetime) -> bool:
        return self.closes_at is None or now < self.closes_at


class PollAnswer(models.Model):
    """What one person answered, for the organisation that they spoke for then.

    `choices` are the ids of options. None of the dates is an answer as well.
    """

    poll = models.ForeignKey(
        Poll, on_delete=models.CASCADE, related_name="answers", db_index=False
    )  # the constraint has one
    contact = models.ForeignKey(
        Contact, verbose_name=_("person"), on_delete=models.CASCADE, related_name="poll_answers"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    choices = models.JSONField(_("choice"), default=list, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("answer to a poll")
        verbose_name_plural = _("answers to polls")
        constraints = [models.UniqueConstraint(fields=["poll", "contact"], name="poll_answer_once")]


class PollOption(Orderable):
    """One of the answers of a poll, or one of its dates. `starts` is in the zone of the site."""

    poll = ParentalKey(Poll, on_delete=models.CASCADE, related_name="options")
    text_nl = models.CharField(_("text (Dutch)"), max_length=200, blank=True)
    text_en = models.CharField(_("text (English)"), max_length=200, blank=True)
    day = models.DateField(_("day"), null=True, blank=True)
    starts = models.TimeField(_("from"), null=True, blank=True)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.label("nl")

    def label(self, language: str) -> str:
        """Return the text; of a date the day, the time and what else is said of it."""
        text = _in_language(self, "text", language)
        if self.day is None:
            return text
        moment = [day_in_words(self.day, language)]
        moment += [clock(self.starts, language)] if self.starts else []
        return " – ".join(filter(None, (", ".join(moment), text)))


def _in_language(row: models.Model, name: str, language: str) -> str:
    said: str = getattr(row, f"{name}_{language}") or getattr(row, f"{name}_{_other(language)}")
    return said


def _other(language: str) -> str:
    return "nl" if language == "en" else "en"
