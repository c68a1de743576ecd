"""Whether mail can go out: health is measured by work done, not by processes alive."""

from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from base.models import Duty
from campaigns.selectors.hold import current_hold

#: A tick is due every second; one that is this late has stopped.
TICK_LATE = timedelta(seconds=30)


def problems(*, now: datetime) -> list[str]:
    """Return what is wrong, in words for an operator; empty when all is well."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return ["database: migrations are waiting (manage.py migrate)"]
        tick = Duty.objects.filter(name="tick").values_list("done_at", flat=True).first()
        hold = current_hold()
    except DatabaseError as error:
        return [f"database: {type(error).__name__}"]
    found = []
    if tick is None or now - tick > TICK_LATE:
        found.append(f"worker-tick: last tick {tick.isoformat() if tick else 'never'}")
    if hold is not None:
        since = hold.since.isoformat(timespec="seconds")
        found.append(f"mail: held since {since} (manage.py release). {hold.why_in_english}")
    return found
