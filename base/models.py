"""Tables without domain words: tokens, form limits, events, leases on a duty, the installation."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from base.enums import HoldReason


class AccessToken(models.Model):
    """A bearer token of the HTTP API. It may do what its user may, narrowed by its scopes.

    Only a hash is stored; the token itself is shown once, when it is made.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class FormHit(models.Model):
    """One counted attempt on a public form, by a keyed hash of who made it. Kept for a day."""

    form = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["form", "key", "at"], name="formhit_form_key_at")]


class OutboxEvent(models.Model):
    """Something that happened and that others may want to hear of. Webhooks are sent from here."""

    kind = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(handled_at=None), name="outbox_open")
        ]


class Duty(models.Model):
    """A job that at most one process may do at a time: held by a name until a moment."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=120, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)


class Installation(models.Model):
    """This installation, in one row: how often its clock has ticked, and whether mail is held.

    The witness (worker.witness), a file outside the database, tells the same name and count: by
    these two a database notices that it was restored or copied. Without a name it has not ticked.
    """

    name = models.CharField(max_length=32, blank=True)
    ticks = models.BigIntegerField(default=0)
    #: Since then no mail is sent, until a person releases it; found on this host.
    held_since = models.DateTimeField(null=True, blank=True)
    held_reason = models.CharField(max_length=12, choices=HoldReason, blank=True)
    held_host = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        default_permissions = ()
        permissions = [("release_mail", _("Can release mail that is held"))]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
