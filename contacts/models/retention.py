"""What was removed because it had been kept long enough."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One night's cleaning. `report` is [{"rule", "count"}], with every rule, if only as 0."""

    ran_at = models.DateTimeField(_("at"))
    report = models.JSONField(default=list)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
