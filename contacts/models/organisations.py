"""Organisations, member or not, and the themes they work on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from base.clusters import Cluster
from contacts.enums import MembershipKind, OrganisationKind
from contacts.models.periods import PeriodQuerySet


class Theme(models.Model):  # type: ignore[django-manager-missing] # read before Community is
    """A subject on which organisations work; a small tree."""

    slug = models.SlugField(_("slug"), unique=True)
    name_nl = models.CharField(_("name (Dutch)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.name_nl

    def name(self, language: str) -> str:
        return (self.name_en or self.name_nl) if language == "en" else self.name_nl


class Organisation(Cluster):
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
    themes = models.ManyToManyField(
        Theme, verbose_name=_("themes"), blank=True, related_name="organisations"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
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
