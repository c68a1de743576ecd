"""The night's cleaning: what was kept long enough goes, and keeps nobody waiting meanwhile."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from contacts.holdings import RetentionRule
from contacts.models import RetentionRun
from contacts.selectors.retention import retention_rules, unfinished_run
from contacts.services.imports.pacing import next_size

log = logging.getLogger(__name__)

#: So many rows the first transaction of a rule takes: erasing a person is a hundred writes.
_FIRST = 5


def clean_up(
    *,
    now: datetime,
    may_go_on: Callable[[], bool] = lambda: True,
    pause: Callable[[float], None] = time.sleep,
) -> RetentionRun:
    """Remove what is due by every rule, and report it; returns the run, finished or stopped.

    One that was stopped, or whose worker died, goes on. Doing it twice removes nothing twice, for a
    rule asks what is still there. `pause` is given the seconds to leave the database to others: as
    long as the write took.
    """
    run = unfinished_run() or RetentionRun.objects.create(
        ran_at=now, report=[{"rule": rule.code, "count": 0} for rule in retention_rules()]
    )
    for rule in retention_rules():
        try:
            _apply(run.pk, rule, now, may_go_on, pause)
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:
            # What is wrong with one kind of data must not keep the others.
            log.exception("retention rule %s failed", rule.code)
            _report(run.pk, rule, error=type(error).__name__)
    if may_go_on():
        RetentionRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=now)
    run.refresh_from_db()
    return run


def _apply(
    run_id: int,
    rule: RetentionRule,
    now: datetime,
    may_go_on: Callable[[], bool],
    pause: Callable[[float], None],
) -> None:
    """Remove what the rule says, some rows at a time, until none is due or it must stop."""
    last, size = None, _FIRST
    while may_go_on():
        started = time.monotonic()
        ids = _remove_some(run_id, rule, now, after=last, limit=size)
        if not ids:
            return
        seconds = time.monotonic() - started
        last, size = ids[-1], next_size(len(ids), seconds)
        pause(seconds)


def _remove_some(
    run_id: int, rule: RetentionRule, now: datetime, *, after: object, limit: int
) -> list[object]:
    """Remove the next rows, by key, and count them in the report; returns their keys.

    They are looked for before the transaction, which then asks only whether they are due still.
    """
    due = rule.rows(now - rule.kept)
    # A row that is due for ever, by a mistake of ours, is not looked at for ever.
    next_ones = due if after is None else due.filter(pk__gt=after)
    ids = list(next_ones.order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return ids
    with transaction.atomic():
        still = list(due.filter(pk__in=ids).values_list("pk", flat=True))
        rule.remove(due.model._default_manager.filter(pk__in=still), now)
        _report(run_id, rule, count=len(still))
    return ids


@transaction.atomic
def _report(run_id: int, rule: RetentionRule, *, count: int = 0, error: str = "") -> None:
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    lines = {line["rule"]: line for line in run.report}
    line = lines.setdefault(rule.code, {"rule": rule.code, "count": 0})
    line["count"] += count
    if error:
        line["error"] = error
    run.report = list(lines.values())
    run.save(update_fields=["report"])
