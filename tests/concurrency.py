"""Several at once: real connections, real transactions.

Such a test uses the fixture `file_database` (conftest). On PostgreSQL it holds the row locks.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def together(*calls: Callable[[], Any], expected: type[Exception]) -> list[Any]:
    """Run the calls at the same moment, each on a connection of its own.

    Returns what they return, or the `expected` error that they raise; others are raised here.
    """
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return call()
        except expected as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
