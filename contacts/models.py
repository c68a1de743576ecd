"""Who exists, who speaks for whom, and who may be mailed.

Whether an organisation is a member is computed for a date (selectors), never stored on people.
"""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from contacts.enums import (
    ConsentBasis,
    FormOfAddress,
    ImportState,
    MailState,
    MembershipKind,
    NoticeKind,
    OrganisationKind,
    Purpose,
    RepresentationRole,
    Source,
    SuppressionReason,
    SuppressionScope,
)

LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]


class PeriodQuerySet(models.QuerySet[Any]):
    """Rows that hold from one date to another; an empty end is open."""

    def on(self, day: date) -> "PeriodQuerySet":
        """Rows that hold on `day`."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gte=day),
        )


class Theme(models.Model):
    """A subject on which organisations work; a small tree."""

    slug = models.SlugField(_("slug"), unique=True)
    name_nl = models.CharField(_("name (Dutch)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.name_nl

    def name(self, language: str) -> str:
        return (self.name_en or self.name_nl) if language == "en" else self.name_nl


class Organisation(ClusterableModel):
    """An organisation, member or not. `name_key` is the name as it is compared (contacts.names).

    Aliases, mail domains and memberships are edited on its form and saved with it (modelcluster):
    elsewhere make them by their own `objects.create`, as `organisation.aliases.create` only waits.
    """

    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200, unique=True, editable=False)
    slug = models.SlugField(_("slug"), max_length=200, unique=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=OrganisationKind, default=OrganisationKind.OTHER
    )
    country = models.CharField(_("country"), max_length=2, default="NL")
    website = models.URLField(_("website"), blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="organisations")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    #: A suggestion typed on a form or a name met in an import, until a person has looked at it.
    reviewed = models.BooleanField(_("reviewed"), default=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class OrganisationAlias(models.Model):
    """Another spelling of the organisation's name. One key may belong to two (then: ambiguous)."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("alias"), max_length=200)
    name_key = models.CharField(max_length=200, db_index=True, editable=False)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name_key"], name="alias_once")
        ]

    def __str__(self) -> str:
        return self.name


class MailDomain(models.Model):
    """A mail domain of the organisation: its addresses are taken for its people."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="mail_domains")
    domain = models.CharField(_("mail domain"), max_length=253, unique=True)

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")

    def __str__(self) -> str:
        return self.domain


class Membership(models.Model):
    """A period in which the organisation is a member (or aspirant); both days are included."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    kind = models.CharField(
        _("kind"), max_length=20, choices=MembershipKind, default=MembershipKind.MEMBER
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=models.F("valid_from")),
                name="membership_ends_after_start",
                violation_error_message=_("A membership cannot end before it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.valid_from or ''}–{self.valid_until or ''}"


class Contact(ClusterableModel):
    """A person, usually with an address.

    `address_key` is the address as it is compared and mailed (NULL when there is none);
    `address_hash` is its keyed hash, which outlives erasure. Both are set by services only.
    Representations are saved with the form of the person: see Organisation.
    """

    title = models.CharField(_("title"), max_length=40, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    initials = models.CharField(_("initials"), max_length=30, blank=True)
    family_name_prefix = models.CharField(_("prefix"), max_length=30, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    address_key = models.CharField(max_length=254, null=True, unique=True, editable=False)
    address_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="nl")
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    form_of_address = models.CharField(
        _("form of address"), max_length=2, choices=FormOfAddress, default=FormOfAddress.JE
    )
    #: "mevrouw", "de heer": only when the person chose to be addressed so.
    courtesy_title = models.CharField(_("courtesy title"), max_length=30, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    #: Raised to revoke every personal link that was handed out so far.
    link_version = models.PositiveIntegerField(default=1, editable=False)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    #: Where we got this address (GDPR, article 14); it is told at the foot of each mail.
    address_source = models.CharField(_("source of the address"), max_length=200, blank=True)
    created_at = models.DateTimeField(editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    #: Wagtail's index of references would cost a third of each write, and nobody asks it.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=~Q(address_key=""), name="contact_address_key_null_when_empty"
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or f"#{self.pk}"

    @property
    def full_name(self) -> str:
        parts = (self.given_name or self.initials, self.family_name_prefix, self.family_name)
        return " ".join(part for part in parts if part)


class Representation(models.Model):
    """A person speaks for an organisation. An empty function is one we do not know."""

    contact = ParentalKey(Contact, on_delete=models.CASCADE, related_name="representations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="representations"
    )
    function = models.CharField(_("function"), max_length=160, blank=True)
    role = models.CharField(
        _("role"), max_length=20, choices=RepresentationRole, default=RepresentationRole.PRIMARY
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("representation")
        verbose_name_plural = _("representations")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "organisation"],
                condition=Q(valid_until=None),
                name="representation_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} – {self.organisation}"


class ConsentRecord(models.Model):
    """Why we may, or may no longer, mail a person for a purpose. Append-only: withdrawing dates it.

    `topic` narrows `invitations` to a theme's slug, and names the coalition of a coalition consent.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=ConsentBasis)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    source_detail = models.CharField(_("source in words"), max_length=200, blank=True)
    wording = models.TextField(_("wording shown"), blank=True)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["purpose", "contact"], name="consent_purpose_contact")]


class Suppression(models.Model):
    """An address that must not be mailed, known by its keyed hash alone. Outlives erasure."""

    address_hash = models.CharField(max_length=64, editable=False)
    scope = models.CharField(_("scope"), max_length=20, choices=SuppressionScope)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=SuppressionReason)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash", "scope", "purpose", "reason"], name="suppression_once"
            ),
            models.CheckConstraint(
                condition=Q(scope=SuppressionScope.ALL, purpose="")
                | Q(scope=SuppressionScope.PURPOSE) & ~Q(purpose=""),
                name="suppression_names_its_purpose",
            ),
        ]


class MailRow(models.Model):
    """One mail to one person as a row: what the worker claims, sends and records.

    A claim sets `claim`, `holder`, `attempt` and `lease_until` in one committed update, before the
    wire is touched; the outcome is recorded by a conditional update on the same claim.
    `attempt` counts the claims of this row and never falls.
    """

    state = models.CharField(max_length=12, choices=MailState, default=MailState.QUEUED)
    #: The claim that holds the row, which is also the name of the journal with its intent and
    #: outcome, and the host on which that journal lies.
    claim = models.CharField(max_length=32, blank=True)
    holder = models.CharField(max_length=120, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    #: How often the relay said "later" to this mail; the retry policy counts it.
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    #: The relay's last reply, or what went wrong in our own words.
    reply_code = models.PositiveSmallIntegerField(null=True, blank=True)
    reply_text = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    #: Hash of the session's start, end, place and status as this mail tells them.
    told = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True


class Notice(MailRow):
    """A transactional mail, inserted in the transaction that causes it and sent on `swift`.

    `context` holds ids and texts for the template of its kind (campaigns renders it); `key` is
    unique, so that one act causes one mail however often it is repeated.
    """

    kind = models.CharField(max_length=20, choices=NoticeKind)
    address = models.CharField(max_length=254)
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nl")
    context = models.JSONField(default=dict)
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    #: Not before this moment (a change notice waits in which it can be withdrawn).
    not_before = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state__in=("queued", "claimed", "deferred")),
                name="notice_open",
            )
        ]


class ContactImport(models.Model):
    """An uploaded file of people and how far it was read; its parts say what became of each row.

    `content` is emptied once the people are written: the file has done its work.
    """

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    dry_run = models.BooleanField(_("dry run"), default=True)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.STAGED)
    #: What each column was taken for: [{"column", "field"}], with "" for one that is ignored.
    mapping = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    #: How many rows are done: moved in the transaction that writes them, so a restart goes on here.
    done_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    #: A worker holds a running import until this moment (database time), prolonged as it goes.
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        "auth.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    @property
    def may_apply(self) -> bool:
        """Whether this is a dry run whose file is still there to be imported."""
        return self.dry_run and self.state == ImportState.DONE and bool(self.content)


class ImportPart(models.Model):
    """What became of a run of rows, written in the same transaction as those people.

    `rows` is [{"row", "outcome", "code", "reason"}]; `first` is the place of the first in the file.
    """

    contact_import = models.ForeignKey(
        ContactImport, on_delete=models.CASCADE, related_name="parts"
    )
    first = models.PositiveIntegerField()
    rows = models.JSONField(default=list)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "first"], name="import_part_once")
        ]
