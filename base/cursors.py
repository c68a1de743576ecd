"""Lists of the HTTP API, page by page: by id, so that a new row shifts nothing."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from base.problems import Problem

DEFAULT_LIMIT = 50
LIMIT_MAX = 200


def page(
    queryset: QuerySet[Any], *, cursor: str | None, limit: int | None = None
) -> dict[str, Any]:
    """Return `{"items": [rows], "next": cursor or None, "count": rows in all}`, ordered by id.

    Two queries. Raises Problem (400) on a cursor that we did not hand out or a limit out of bounds.
    """
    limit = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= limit <= LIMIT_MAX:
        message = _("Choose a limit from 1 to %(limit)s.") % {"limit": LIMIT_MAX}
        raise Problem(status=400, detail=message, errors=[_error("limit", message)])
    rows = list(queryset.filter(pk__gt=_after(cursor)).order_by("pk")[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return {"items": rows, "next": str(rows[-1].pk) if more else None, "count": queryset.count()}


def _after(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        message = _("Use the value of “next” of the page before.")
        raise Problem(status=400, detail=message, errors=[_error("cursor", message)])
    return int(cursor)


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "code": "invalid", "message": message}
