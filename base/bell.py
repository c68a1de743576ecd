"""A bell in the database: a cheap way to hear that something changed, asked before every mail.

PostgreSQL has NOTIFY; SQLite counts the changes that other connections made. It may ring for
nothing, and one that is not heard does no harm: who listens also looks by themselves now and then.
"""

from typing import Any

from django.db import connection

_CHANNEL = "bijeen"


def ring() -> None:
    """Ring when the transaction commits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {_CHANNEL}")


class Listener:
    """Listens on this thread's connection."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._seen: Any = None
        if connection.vendor == "postgresql":
            self._connection: Any = connection.connection
            self._seen = []
            # A query that runs meanwhile may take the notification in: then it is handed over here.
            self._connection.add_notify_handler(self._seen.append)
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {_CHANNEL}")
        else:
            self._ask = connection.connection.cursor().execute
        self.rang()

    def rang(self) -> bool:
        """Whether it rang since the last time. Two microseconds, no round trip."""
        if connection.vendor == "postgresql":
            wire = self._connection.pgconn
            wire.consume_input()
            while (notification := wire.notifies()) is not None:
                self._seen.append(notification)
            rang = bool(self._seen)
            self._seen.clear()
            return rang
        version = self._ask("PRAGMA data_version").fetchone()
        rang, self._seen = version != self._seen, version
        return rang
