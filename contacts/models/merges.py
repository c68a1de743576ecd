"""Two rows that were one person or one organisation, and pairs that are not."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.enums import Kin


class Merge(models.Model):
    """The memory of a merge: which row stayed, which went, and how to undo it.

    `log` is what was done, step by step (contacts.services.merging); it holds what the row that
    went held, so it is emptied when undoing is over, and the ids stay.
    """

    kin = models.CharField(max_length=12, choices=Kin)
    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    log = models.JSONField(default=list)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")


class DistinctPair(models.Model):
    """Two rows that look alike and are not the same: not to be suggested again."""

    kin = models.CharField(max_length=12, choices=Kin)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kin", "first_id", "second_id"], name="distinct_pair_once"
            ),
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")), name="distinct_pair_in_order"
            ),
        ]
