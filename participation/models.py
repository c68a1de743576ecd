"""What contacts answer: invitations, registrations, learning questions, agreements, polls."""

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from base.clusters import Cluster
from contacts.models import LANGUAGES, Contact, Organisation, Representation
from content.dates import clock, day_in_words
from content.models import SeriesPage, Session
from participation.enums import (
    LIVE,
    AgreementState,
    Attendance,
    ChangeState,
    InvitationAnswer,
    PollKind,
    QuestionState,
    RegistrationSource,
    RegistrationState,
)


class Invitation(models.Model):
    """Somebody was asked for a session; `source` says in words by what."""

    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        on_delete=models.CASCADE,
        related_name="invitations",
        db_index=False,  # the constraint has one
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("person"), on_delete=models.CASCADE, related_name="invitations"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("For whom the person was asked to come."),
    )
    answer = models.CharField(
        _("answer"), max_length=12, choices=InvitationAnswer, default=InvitationAnswer.NONE
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["session", "contact"], name="invitation_once")
        ]


class OrganisationInvitation(models.Model):
    """An organisation was asked for a session, whoever would come.

    What it answered is not kept here: its people's sign-ups and invitations tell that
    (participation.selectors.invited).
    """

    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        on_delete=models.CASCADE,
        related_name="organisation_invitations",
        db_index=False,  # the constraint has one
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        related_name="invitations",
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    invited_at = models.DateTimeField()

    class Meta:
        verbose_name = _("invitation of an organisation")
        verbose_name_plural = _("invitations of organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "organisation"], name="organisation_invitation_once"
            )
        ]


class Interest(models.Model):
    """Keep me informed: tell this person when the date is known."""

    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="interests"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("person"), on_delete=models.CASCADE, related_name="interests"
    )
    since = models.DateTimeField()
    #: When "the date is known" was queued.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints = [models.UniqueConstraint(fields=["session", "contact"], name="interest_once")]


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


class Agreement(models.Model):
    """What somebody promised at a session, with who does it and by when.

    It is of its own session and, once carried forward, of `carried_to` as well.
    """

    text = models.CharField(pgettext_lazy("promise", "agreement"), max_length=1000)
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="agreements"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
        limit_choices_to={"erased_at": None, "merged_into": None},
    )
    due = models.DateField(_("to be done before"), null=True, blank=True)
    state = models.CharField(
        _("status"), max_length=8, choices=AgreementState, default=AgreementState.OPEN
    )
    carried_to = models.ForeignKey(
        Session,
        verbose_name=_("carried forward to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="carried_agreements",
    )
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("A report may show it to everybody.")
    )
    created_at = models.DateTimeField(_("noted at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = pgettext_lazy("promise", "agreement")
        verbose_name_plural = pgettext_lazy("promise", "agreements")
        constraints = [
            # Whoever is erased takes the name along: what was settled stays without an owner.
            models.CheckConstraint(
                condition=Q(organisation__isnull=False)
                | Q(contact__isnull=False)
                | ~Q(state=AgreementState.OPEN),
                name="agreement_open_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(carried_to=None) | ~Q(carried_to=models.F("session")),
                name="agreement_carried_elsewhere",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(self.text).chars(80)

    @property
    def owner(self) -> str:
        """Who does it, in words: a person, for an organisation or not, or an organisation."""
        names = (self.contact.full_name if self.contact else "", self.organisation)
        return ", ".join(str(name) for name in names if name)

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed while it is open."""
        return bool(self.state == AgreementState.OPEN and self.due and self.due < today)

    def clean(self) -> None:
        """Refuse an open agreement that is nobody's."""
        super().clean()
        if self.state == AgreementState.OPEN and not (self.organisation_id or self.contact_id):
            raise ValidationError(
                {"organisation": _("Choose who does it: an organisation, a person, or both.")}
            )


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


class ScheduleChange(models.Model):
    """A publication moved a session, or changed its status: whom that is told, and when.

    Both schedules are Session.schedule(). Whoever was last told something else than what holds at
    `due_at` gets a notice then.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    state = models.CharField(
        _("status"), max_length=12, choices=ChangeState, default=ChangeState.WAITING
    )
    due_at = models.DateTimeField(_("goes out at"))
    made_at = models.DateTimeField(_("published at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: How many notices it caused.
    told_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("change of a session")
        verbose_name_plural = _("changes of sessions")
        constraints = [
            models.UniqueConstraint(fields=["session", "version"], name="schedule_change_once")
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="schedule_change_due")]


class PartnerVisit(models.Model):
    """How often somebody went on to a partner's sign-up page, a day. Nobody is remembered."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="partner_visits", db_index=False
    )
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "day"], name="partner_visit_a_day")
        ]


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
