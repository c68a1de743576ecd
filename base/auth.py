"""Bearer tokens of the HTTP API. No session cookie is accepted there.

A token may do what its user may do in the admin, narrowed by its scopes.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from base.models import AccessToken
from base.problems import Problem
from base.services import EVERY_SCOPE, token_hash

#: How exactly we remember when a token was last used: a read should not cost a write each time.
_LAST_USED_STEP = timedelta(hours=1)


class Bearer(HttpBearer):
    """Let in a live token that has `scope` and whose user has `permission`.

    401 without a live token, 403 with one that may not. `request.auth` is the AccessToken and
    `request.user` its user.
    """

    def __init__(self, scope: str, *, permission: str = "wagtailadmin.access_admin") -> None:
        super().__init__()
        self.scope = scope
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        now = timezone.now()
        row = live_token(token, now=now)
        if row is None:
            return None
        if not {self.scope, EVERY_SCOPE} & set(row.scopes):
            raise Problem(
                status=403,
                code="scope_missing",
                detail=_("This token lacks the scope “%(scope)s”.") % {"scope": self.scope},
            )
        if not row.user.has_perm(self.permission):
            raise Problem(
                status=403,
                code="permission_missing",
                detail=_("The owner of this token lacks the permission “%(permission)s”.")
                % {"permission": self.permission},
            )
        _note_use(row, now)
        request.user = row.user
        return row


def live_token(token: str, *, now: datetime) -> AccessToken | None:
    """Return the row of a token that exists, has not expired and belongs to an active user."""
    row = AccessToken.objects.select_related("user").filter(key_hash=token_hash(token)).first()
    if row is None or not row.user.is_active:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    return row


def _note_use(row: AccessToken, now: datetime) -> None:
    if row.last_used_at is None or now - row.last_used_at > _LAST_USED_STEP:
        AccessToken.objects.filter(pk=row.pk).update(last_used_at=now)
