"""Users and access tokens."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission, User
from django.utils import timezone

from base.services import create_access_token

_number = count(1)


def make_user(*, permissions: Sequence[str] = (), **overrides) -> User:
    """A user with permissions written as "app.codename"."""
    n = next(_number)
    values = {"username": f"gebruiker{n}", "email": f"gebruiker{n}@example.org"}
    user = User.objects.create_user(**values | overrides)
    for permission in permissions:
        app, _dot, codename = permission.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def make_token(
    *scopes: str, user: User | None = None, days: int | None = None, now: datetime | None = None
) -> str:
    """A token of a superuser, or of the given user."""
    user = user or make_user(is_superuser=True)
    return create_access_token(
        user=user, scopes=scopes or ["*"], days=days, now=now or timezone.now()
    )


def bearer(token: str) -> dict[str, Any]:
    """The headers of Django's test client that send a token."""
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}
