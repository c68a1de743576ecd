"""Who was asked for a session, and who wants to be kept informed of one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, Organisation
from content.models import Session
from participation.enums import (
    InvitationAnswer,
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
