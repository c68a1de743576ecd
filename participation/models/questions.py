"""What people and organisations want to learn."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import LANGUAGES, Contact, Organisation
from content.models import SeriesPage, Session
from participation.enums import (
    QuestionState,
)
from participation.models.registrations import Registration


class LearningQuestion(models.Model):
    """What an organisation wants to learn. An empty text was asked for but not given."""

    text = models.TextField(_("question"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="nl")
    organisations = models.ManyToManyField(
        Organisation, blank=True, related_name="learning_questions"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="learning_questions",
    )
    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="learning_questions",
    )
    #: The sign-up in which it was asked; a change of that answer changes this row.
    registration = models.ForeignKey(
        Registration,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="learning_questions",
    )
    series = models.ForeignKey(
        SeriesPage,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    state = models.CharField(
        _("status"), max_length=16, choices=QuestionState, default=QuestionState.STATED
    )
    remark = models.TextField(_("remark"), blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("learning question")
        verbose_name_plural = _("learning questions")

    def __str__(self) -> str:
        return self.text or str(_("not formulated yet"))
