"""Why somebody may be mailed, and who must not be; groups that people join by consent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.enums import (
    GROUP_PURPOSES,
    ConsentBasis,
    Purpose,
    Source,
    SuppressionReason,
    SuppressionScope,
)
from contacts.models.communities import Community
from contacts.models.organisations import Theme
from contacts.models.people import Contact


class OptInGroup(models.Model):
    """A group that a person joins by their own choice, which is a consent apart from membership.

    A subgroup has mailings of its own; a coalition speaks with one voice. Who is in it is not
    stored here: it is whoever has a live ConsentRecord for `purpose` with `slug` as its topic.
    """

    purpose = models.CharField(
        _("kind"),
        max_length=20,
        choices=[(each, each.label) for each in Purpose if each in GROUP_PURPOSES],
        default=Purpose.SUBGROUP,
    )
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_nl = models.CharField(_("name (Dutch)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    #: What a person agrees to, in the words they see; kept with each consent.
    wording_nl = models.CharField(_("what you agree to (Dutch)"), max_length=300)
    wording_en = models.CharField(_("what you agree to (English)"), max_length=300, blank=True)
    theme = models.ForeignKey(
        Theme,
        verbose_name=_("theme"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="groups",
    )
    community = models.ForeignKey(
        Community,
        verbose_name=_("community"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="groups",
    )
    #: Shown on the preferences page to whoever is not in it yet.
    is_open = models.BooleanField(_("open to join"), default=True)

    class Meta:
        verbose_name = _("opt-in group")
        verbose_name_plural = _("opt-in groups")

    def __str__(self) -> str:
        return self.name_nl

    def name(self, language: str) -> str:
        return (self.name_en or self.name_nl) if language == "en" else self.name_nl

    def wording(self, language: str) -> str:
        return (self.wording_en or self.wording_nl) if language == "en" else self.wording_nl


class ConsentRecord(models.Model):
    """Why we may, or may no longer, mail a person for a purpose. Append-only: withdrawing dates it.

    `topic` narrows `invitations` to a theme's slug, and names the group (its slug) of a consent to
    a subgroup or a coalition.
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
    """An address that must not be mailed, known by its keyed hash alone. Outlives erasure.

    `topic` is the slug of an opt-in group; leaving one group does not stop the mail of another.
    """

    address_hash = models.CharField(max_length=64, editable=False)
    scope = models.CharField(_("scope"), max_length=20, choices=SuppressionScope)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, blank=True)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=SuppressionReason)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash", "scope", "purpose", "topic", "reason"],
                name="suppression_once",
            ),
            models.CheckConstraint(
                condition=Q(scope=SuppressionScope.ALL, purpose="", topic="")
                | Q(scope=SuppressionScope.PURPOSE) & ~Q(purpose=""),
                name="suppression_names_its_purpose",
            ),
        ]
