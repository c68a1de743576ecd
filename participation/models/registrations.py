"""Sign-ups with attendance, and the list of a session that somebody closes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, Organisation, Representation
from content.models import Session
from participation.enums import (
    LIVE,
    Attendance,
    RegistrationSource,
    RegistrationState,
)


class Registration(models.Model):
    """One person's answer for one session.

    While unconfirmed there is no contact: what was typed waits in `typed` and touches the contact
    base only when the address has confirmed.
    """

    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="registrations"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="registrations",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="registrations",
    )
    representation = models.ForeignKey(
        Representation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(_("status"), max_length=12, choices=RegistrationState)
    source = models.CharField(_("source"), max_length=14, choices=RegistrationSource)
    #: The address that has to confirm, and all that was typed with it.
    address_key = models.CharField(max_length=254, blank=True)
    typed = models.JSONField(default=dict, blank=True)
    #: {"need": …, "learning_question": …}
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    #: Answers to private questions, by the id of the question; short-lived.
    private_answers = models.JSONField(default=dict, blank=True)
    works_on_theme = models.BooleanField(_("works on the theme"), default=False)
    is_host = models.BooleanField(_("of the host"), default=False)
    no_reminders = models.BooleanField(_("no more reminders"), default=False)
    rejection_reason = models.TextField(_("reason"), blank=True)
    #: A freed seat is kept for this person until then (OFFERED only).
    offered_until = models.DateTimeField(_("seat kept until"), null=True, blank=True)
    #: The sign-up whose seat this person takes over, or asks for while unconfirmed.
    takes_over = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="passed_on_to",
    )
    #: The sign-up for another session that this person had, and left for this one.
    moved_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="moved_to",
    )
    created_at = models.DateTimeField(_("signed up at"))
    changed_at = models.DateTimeField(_("changed at"))
    #: METHOD:REQUEST and CANCEL of this person's calendar entry carry this number.
    calendar_sequence = models.PositiveIntegerField(default=0)

    attendance = models.CharField(
        _("attendance"), max_length=10, choices=Attendance, default=Attendance.UNMARKED
    )
    attendance_at = models.DateTimeField(null=True, blank=True)
    attendance_source = models.CharField(max_length=14, choices=RegistrationSource, blank=True)
    attendance_reason = models.CharField(_("private reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "contact"],
                condition=Q(state__in=LIVE, contact__isnull=False),
                name="registration_once_while_live",
            ),
            models.UniqueConstraint(
                fields=["session", "address_key"],
                condition=Q(state=RegistrationState.UNCONFIRMED),
                name="registration_unconfirmed_once",
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=False)
                | Q(state__in=(RegistrationState.UNCONFIRMED, RegistrationState.LAPSED)),
                name="registration_has_contact_once_confirmed",
            ),
        ]
        indexes = [models.Index(fields=["session", "state"], name="registration_session_state")]

    def __str__(self) -> str:
        return f"{self.contact or '…'} – {self.session}"


class AttendanceList(models.Model):
    """That the organiser closed the list of a session: from then on, who is unmarked stays so."""

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, related_name="attendance_list", primary_key=True
    )
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("attendance list")
        verbose_name_plural = _("attendance lists")
