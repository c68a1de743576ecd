"""A mailing, its frozen message and its ledger."""

from typing import Any

from csp.decorators import csp_exempt
from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import LockableMixin, PreviewableMixin, RevisionMixin

from campaigns.attachments import AttachmentsBlock
from campaigns.blocks import MailBodyBlock
from campaigns.enums import EDITABLE, Basis, Exclusion, MailingKind, MailingState, Per
from campaigns.rendering import preview_page
from contacts.enums import MailState, Purpose
from contacts.models import LANGUAGES, Contact, MailRow, Organisation, Representation
from content.models import SeriesPage, Session

#: What the run of a mailing writes, always by a conditional update: saving a form, an autosave or a
#: revision leaves these alone.
RUN_FIELDS = frozenset(
    {
        "state",
        "due_at",
        "due_for_version",
        "frozen",
        "frozen_at",
        "frozen_revision",
        "told",
        "pause_reason",
        "repeats",
        "repetition",
        "asked_at",
        "asked_by",
        "approved_at",
        "approved_by",
        "settled_at",
        "settled_by",
        "confirmed_recipients",
        "created_at",
        "created_by",
        "started_at",
        "finished_at",
        "locked",
        "locked_at",
        "locked_by",
        "latest_revision",
    }
)


class Mailing(PreviewableMixin, LockableMixin, RevisionMixin, models.Model):
    """One message to one audience.

    `audience` is the JSON of the API contract (campaigns.audience). `plan` is `{"now": true}`,
    `{"at": ISO 8601}` or `{"relative": {"anchor", "days", "time"}, "late": "skip:PT12H"}`,
    and with `"repeat": {"every_days", "times"}` it comes again until people answer;
    `due_at` is what it comes to, computed for `due_for_version` of the session's schedule.
    When it starts, the message is frozen per language from a named revision.
    """

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=14, choices=MailingKind)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    #: The slug of the opt-in group that a mailing for a group is to.
    topic = models.CharField(_("group"), max_length=60, blank=True)
    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mailings",
    )
    series = models.ForeignKey(
        SeriesPage,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    audience = models.JSONField(_("audience"), default=dict)
    per = models.CharField(_("to"), max_length=14, choices=Per, default=Per.PERSON)

    subject_nl = models.CharField(_("subject (Dutch)"), max_length=200, blank=True)
    subject_en = models.CharField(_("subject (English)"), max_length=200, blank=True)
    preheader_nl = models.CharField(_("preheader (Dutch)"), max_length=200, blank=True)
    preheader_en = models.CharField(_("preheader (English)"), max_length=200, blank=True)
    body_nl = StreamField(MailBodyBlock(), blank=True, verbose_name=_("text (Dutch)"))
    body_en = StreamField(MailBodyBlock(), blank=True, verbose_name=_("text (English)"))

    sender_name = models.CharField(_("sender's name"), max_length=120, blank=True)
    reply_to = models.EmailField(_("replies go to"), blank=True)
    with_calendar = models.BooleanField(_("add the calendar file"), default=False)
    attachments = StreamField(AttachmentsBlock(), blank=True, verbose_name=_("attachments"))

    plan = models.JSONField(_("when"), default=dict, blank=True)
    in_their_zone = models.BooleanField(
        _("at that time where each person lives"),
        default=False,
        help_text=_("Otherwise everybody gets it at the same moment."),
    )
    stops_for_colleague = models.BooleanField(
        _("stop once a colleague has signed up"),
        default=False,
        help_text=_("Leaves out everybody whose organisation has a seat already."),
    )
    waits_for = models.CharField(
        _("what has to be settled first"),
        max_length=200,
        blank=True,
        help_text=_(
            "For example: what the next step is about, and in what form. The mailing does not go "
            "out before somebody says on its page that this is settled."
        ),
    )
    is_template = models.BooleanField(
        _("keep as a template"),
        default=False,
        help_text=_("Is never sent: new mailings are begun from it."),
    )
    in_archive = models.BooleanField(
        _("show in the public archive"),
        default=False,
        help_text=_("Without anybody's name or personal links."),
    )
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_for_version = models.PositiveIntegerField(null=True, editable=False)

    state = models.CharField(
        _("state"), max_length=10, choices=MailingState, default=MailingState.DRAFT, editable=False
    )
    #: {"audience": …, "messages": {"nl": {"subject", "html", "text"}, …}}: whom it was started for
    #: and what is sent, cut at its merge fields (campaigns.segments).
    frozen = models.JSONField(default=dict, editable=False)
    frozen_at = models.DateTimeField(null=True, editable=False)
    #: Hash of the facts of the session that the rows still waiting are to tell.
    told = models.CharField(max_length=64, blank=True, editable=False)
    frozen_revision = models.ForeignKey(
        "wagtailcore.Revision",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    pause_reason = models.CharField(max_length=300, blank=True, editable=False)
    #: Of a recurring mailing: the first of them, and the how-manieth this one is (0: the first).
    repeats = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="repetitions",
        editable=False,
    )
    repetition = models.PositiveSmallIntegerField(default=0, editable=False)
    #: A second person looks before it goes: who asked, and who agreed to the text as it stands.
    asked_at = models.DateTimeField(null=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    #: What it waits for is settled, and who said so.
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    #: To how many somebody said yes; a start that would reach far more is missed instead.
    confirmed_recipients = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        permissions = [("send_mailing", _("Can send mailings"))]
        constraints = [
            models.UniqueConstraint(fields=["repeats", "repetition"], name="mailing_repeated_once")
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        """Write the text, the audience and the plan; the run state only when it is named or new."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name not in RUN_FIELDS
            ]
        super().save(**kwargs)

    def with_content_json(self, content: dict[str, Any]) -> "Mailing":
        """Return the mailing as a revision has it, in the state in which it is now."""
        found = super().with_content_json(content)
        for name in RUN_FIELDS:
            setattr(found, name, getattr(self, name))
        return found

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_unsettled(self) -> bool:
        """Whether it still waits for something to be settled."""
        return bool(self.waits_for) and self.settled_at is None

    # --- preview ------------------------------------------------------------------------------

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [
            ("html-nl", _("Mail in Dutch")),
            ("html-en", _("Mail in English")),
            ("dark-nl", _("Mail in Dutch, dark colours")),
            ("dark-en", _("Mail in English, dark colours")),
            ("text-nl", _("Plain text in Dutch")),
            ("text-en", _("Plain text in English")),
        ]

    @property
    def default_preview_mode(self) -> str:
        return "html-en" if self.subject_en and not self.subject_nl else "html-nl"

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        return [
            {"name": "phone", "icon": "mobile-alt", "device_width": 375, "label": _("Phone")},
            {"name": "mail", "icon": "desktop", "device_width": 680, "label": _("Mail program")},
        ]

    @property
    def default_preview_size(self) -> str:
        return "mail"

    # The mail carries its style in itself, which the policy for the site's pages forbids.
    @method_decorator(csp_exempt())
    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show the mail as an invented person would get it."""
        return HttpResponse(preview_page(self, mode_name))


class Delivery(MailRow):
    """The ledger: one mailing to one contact, those who do not get it included, with the reason."""

    # Every change of a row is written to every index: what a constraint answers needs no other.
    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    address_key = models.CharField(max_length=254, null=True)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    #: Frozen at the start: for whom the person was mailed, as what. A fact of that day: the
    #: representation may be gone since.
    representation = models.ForeignKey(
        Representation,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=Exclusion, blank=True)
    #: Frozen at the start: why this person may be mailed (`why` in the foot of the mail).
    basis = models.CharField(max_length=12, choices=Basis, blank=True)
    #: Which of enums.Whom were true of the person, as far as the parts of the mail ask, when it was
    #: last made: names with commas. Null: never made, or everybody gets the same.
    holds = models.CharField(max_length=120, null=True, editable=False)
    #: True while nobody knows whether the mail arrived, else null: so much of `state` has an index.
    is_in_doubt = models.GeneratedField(
        expression=Case(When(state=MailState.UNKNOWN, then=Value(True)), default=Value(None)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            # In this order it also finds what somebody was sent.
            models.UniqueConstraint(fields=["contact", "mailing"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["mailing", "address_key"], name="delivery_once_per_address"
            ),
        ]
        # None holds what changes when a mail is claimed and sent, as a column or in its condition:
        # PostgreSQL then writes the row anew in its page, and to no index at all. Who waits or is
        # being sent is found by Batch instead.
        indexes = [
            models.Index(
                fields=["mailing", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="delivery_tried_again",
            ),
            models.Index(
                fields=["mailing"], condition=Q(is_in_doubt=True), name="delivery_in_doubt"
            ),
        ]

    @property
    def organisation_name(self) -> str:
        return self.organisation.name if self.organisation else ""


class Segment(models.Model):
    """An audience with a name, for use in more than one mailing: what is chosen is copied."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    audience = models.JSONField(_("audience"), default=dict)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return self.name


class LinkCount(models.Model):
    """How often a link of a mailing was opened on a day; never by whom."""

    mailing = models.ForeignKey(
        Mailing, on_delete=models.CASCADE, related_name="link_counts", db_index=False
    )
    url = models.CharField(max_length=500)
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "url", "day"], name="link_count_once_a_day")
        ]


class Batch(models.Model):
    """A stretch of a mailing's ledger with rows that wait, or that one claim holds.

    Workers take batches, which are few, instead of looking for what is due among all that is done.
    A stretch may hold other rows as well; they are left alone. Every row that is queued or claimed
    is in a batch; one that is deferred is found by its `next_attempt_at`.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="batches")
    #: Whose rows these are, until the last of them is settled; empty while they wait.
    claim = models.CharField(max_length=32, blank=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_id__lte=models.F("last_id")), name="batch_in_order"
            )
        ]


class MailingFile(models.Model):
    """A file that a mailing carries, as it was when the mailing started.

    What is sent stays the same for everybody when the document is replaced or removed meanwhile.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=255)
    octets = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "position"], name="mailing_file_once_per_position"
            )
        ]
