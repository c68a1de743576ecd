"""What was removed because it had been kept long enough."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One night's cleaning. `report` is [{"rule", "count"}], with every rule, if only as 0.

    A rule that failed has "error" as well, the name of what went wrong. Without an end it is still
    at it, or was stopped and goes on.
    """

    ran_at = models.DateTimeField(_("at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    report = models.JSONField(default=list)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
