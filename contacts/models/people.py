"""People, and whom they speak for."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from base.clusters import Cluster
from contacts.enums import FormOfAddress, Language, RepresentationRole
from contacts.models.folding import Folded
from contacts.models.organisations import Organisation
from contacts.models.periods import PeriodQuerySet
from contacts.zones import is_time_zone

LANGUAGES = list(Language.choices)


class ContactQuerySet(models.QuerySet["Contact"]):
    """People, those who are no more among them."""

    def present(self) -> "ContactQuerySet":
        """Those who are neither erased nor merged into another."""
        return self.filter(erased_at=None, merged_into=None)


class Contact(Cluster):
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
    #: The person's own choice: no mailings but those about their sessions, up to and with this day.
    paused_until = models.DateField(_("no mailings until"), null=True, blank=True)
    #: The person's own choice: one mailing a month at most, beside those about their sessions.
    wants_less_mail = models.BooleanField(_("wants less mail"), default=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    #: Turned out to be the same person as this one, who has taken over what was theirs. The row
    #: stays for the address, by which the other one is found, and for mail both have had.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )

    #: What people are sorted by (De Vries under V) and found by.
    sort_key = models.GeneratedField(
        expression=Folded("family_name", "family_name_prefix", "given_name", "initials", "email"),
        output_field=models.CharField(max_length=600),
        db_persist=True,
        db_index=True,
    )

    objects = ContactQuerySet.as_manager()

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

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Refuse a time zone that is none, where it is among what is checked."""
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        is_asked = self.time_zone and "time_zone" not in {*(exclude or ()), *errors}
        if is_asked and not is_time_zone(self.time_zone):
            wrong = ValidationError(_("Use a name such as Europe/Amsterdam."), code="invalid")
            errors["time_zone"] = [wrong]
        if errors:
            raise ValidationError(errors)

    @property
    def is_present(self) -> bool:
        """Neither erased nor merged into another."""
        return self.erased_at is None and self.merged_into_id is None

    @property
    def whoever_stayed(self) -> "Contact":
        """This person, or of one who was merged into another, that one (there are no chains)."""
        return self.merged_into or self

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
