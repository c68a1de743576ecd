"""What happens around a session: changes that are told, visits to the page of a partner."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models import Session
from participation.enums import (
    ChangeState,
)


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
