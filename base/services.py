"""Writes of the floor: access tokens and outbox events."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from base.models import AccessToken, OutboxEvent

TOKEN_PREFIX = "bijeen_"  # noqa: S105 -- how our tokens begin, so that scanners know a leaked one

#: The scope of a token that may do all that its user may.
EVERY_SCOPE = "*"

_SCOPE = re.compile(r"[a-z][a-z-]*:[a-z][a-z-]*")


class ScopeInvalid(ValueError):
    """A scope is written `thing:act`, such as `contacts:read`, or `*`."""


def token_hash(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so a plain hash will do."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_access_token(
    *,
    user: User,
    scopes: Iterable[str],
    days: int | None,
    now: datetime,
    name: str = "",
) -> str:
    """Return a new token for the API, `bijeen_…`; it is shown this once. Raises ScopeInvalid.

    `days` is how long it is valid; None is for ever.
    """
    asked = sorted(set(scopes))
    for scope in asked:
        if scope != EVERY_SCOPE and not _SCOPE.fullmatch(scope):
            raise ScopeInvalid(scope)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    AccessToken.objects.create(
        user=user,
        name=name,
        key_hash=token_hash(token),
        scopes=asked,
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    return token


def emit(*, kind: str, data: dict[str, Any], now: datetime) -> OutboxEvent:
    """Write down that something happened, in the transaction in which it does."""
    return OutboxEvent.objects.create(kind=kind, data=data, at=now)
