"""Mail as rows: what the worker claims, sends and records; notices."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.enums import MailState, NoticeKind
from contacts.models.people import LANGUAGES, Contact


class MailRow(models.Model):
    """One mail to one person as a row: what the worker claims, sends and records.

    A claim sets `claim`, `holder`, `attempt` and `lease_until` in one committed update, before the
    wire is touched; the outcome is recorded by a conditional update on the same claim.
    `attempt` counts the claims of this row and never falls.
    """

    state = models.CharField(max_length=12, choices=MailState, default=MailState.QUEUED)
    #: The claim that holds the row, which is also the name of the journal with its intent and
    #: outcome, and the host on which that journal lies.
    claim = models.CharField(max_length=32, blank=True)
    holder = models.CharField(max_length=120, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    #: How often the relay said "later" to this mail; the retry policy counts it.
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    #: The relay's last reply, or what went wrong in our own words.
    reply_code = models.PositiveSmallIntegerField(null=True, blank=True)
    reply_text = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    #: Hash of the session's start, end, place and status as this mail tells them.
    told = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True


class Notice(MailRow):
    """A transactional mail, inserted in the transaction that causes it and sent on `swift`.

    `context` holds ids and texts for the template of its kind (campaigns renders it); `key` is
    unique, so that one act causes one mail however often it is repeated.
    """

    kind = models.CharField(max_length=20, choices=NoticeKind)
    address = models.CharField(max_length=254)
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nl")
    context = models.JSONField(default=dict)
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    #: Not before this moment (a change notice waits in which it can be withdrawn).
    not_before = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state__in=("queued", "claimed", "deferred")),
                name="notice_open",
            )
        ]
