"""A soft stop: SIGTERM reaches the parent of the pool; its children see it at their next mail."""

import multiprocessing

from celery.signals import worker_shutting_down  # noqa: TID251 -- the worker's own

# Shared memory, made before the pool forks: a look at it costs nothing.
_wanted = multiprocessing.RawValue("b", 0)


def is_wanted() -> bool:
    """Whether this worker should take no more work in hand."""
    return bool(_wanted.value)


@worker_shutting_down.connect
def _note(**kwargs: object) -> None:
    _wanted.value = 1
