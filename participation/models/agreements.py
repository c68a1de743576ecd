"""What was agreed at a session: who does what, before which day."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.models import Contact, Organisation
from content.models import Session
from participation.enums import (
    AgreementState,
)


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
