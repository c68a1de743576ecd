"""Communities of practice: organisations that learn together, and the log of contacts with them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from contacts.enums import ContactMomentKind, Tier
from contacts.models.organisations import Organisation, Theme
from contacts.models.people import Contact


class Community(ClusterableModel):
    """Organisations that learn together, in tiers, with the people who speak for them there."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    theme = models.ForeignKey(
        Theme,
        verbose_name=_("theme"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="communities",
    )
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")

    def __str__(self) -> str:
        return self.name


class CommunityOrganisation(models.Model):
    """An organisation in a community: its core, those around it, or a partner (often abroad)."""

    community = ParentalKey(Community, on_delete=models.CASCADE, related_name="places")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="communities",
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.CORE)
    since = models.DateField(_("since"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation in a community")
        verbose_name_plural = _("organisations in communities")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "organisation"], name="community_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.community}"


class CommunityRepresentative(models.Model):
    """A person named as the one who speaks for an organisation in a community."""

    community = ParentalKey(Community, on_delete=models.CASCADE, related_name="representatives")
    contact = models.ForeignKey(
        Contact, verbose_name=_("person"), on_delete=models.CASCADE, related_name="communities"
    )
    #: May be left empty on a form: it is filled in when the person speaks for only one here.
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        blank=True,
        on_delete=models.PROTECT,
        related_name="community_representatives",
    )

    class Meta:
        verbose_name = _("representative in a community")
        verbose_name_plural = _("representatives in communities")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "contact", "organisation"],
                name="community_representative_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} – {self.community}"


class ContactMoment(models.Model):
    """An entry in the log: there was contact with a person, an organisation or a community."""

    happened_on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=ContactMomentKind)
    community = models.ForeignKey(
        Community,
        verbose_name=_("community"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="moments",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="moments",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="moments",
    )
    text = models.TextField(_("what was said"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("noted at"), editable=False)

    class Meta:
        verbose_name = _("contact moment")
        verbose_name_plural = _("contact moments")
        constraints = [
            models.CheckConstraint(
                condition=Q(community__isnull=False)
                | Q(organisation__isnull=False)
                | Q(contact__isnull=False),
                name="contact_moment_is_with_somebody",
                violation_error_message=_("Choose a person, an organisation or a community."),
            )
        ]

    def __str__(self) -> str:
        return f"{date_format(self.happened_on)}, {self.get_kind_display()}"
