"""What every test may count on."""

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management.commands import migrate
from django.db import connection
from django.utils import translation

# platformdirs, which a library asks for its folder, warns when this is missing.
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="bijeen-runtime-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

from tests import servers  # after the lines above, which a library it imports needs
from tests.certificates import Certificate, make_certificate
from tests.migrated import migrated


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, so that no process waits for another at the end."""
    items.sort(key=lambda item: item.get_closest_marker("services") is None)


@pytest.fixture(scope="session")
def copied_migrations() -> pytest.MonkeyPatch:
    """Let the database of the suite begin as a copy; undone when it has begun."""
    patch = pytest.MonkeyPatch()

    def copy(command: migrate.Command, **options: Any) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(migrated())) as made:
            made.backup(connection.connection)

    if connection.vendor == "sqlite":
        patch.setattr(migrate.Command, "handle", copy)
    return patch


@pytest.fixture(scope="session")
def django_db_setup(copied_migrations: pytest.MonkeyPatch, django_db_setup: None) -> None:
    """Make the database as pytest-django does, from the copy."""
    copied_migrations.undo()


@pytest.fixture(autouse=True)
def dutch() -> None:
    """Begin in Dutch: the last request of another test may have left its language behind."""
    translation.activate("nl")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """DATABASE_URL of a real, empty PostgreSQL, for tests that start processes of their own."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """REDIS_URL of a real, empty Valkey."""
    with servers.valkey() as url:
        yield url


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate of 127.0.0.1 that nobody trusts until SSL_CERT_FILE names it."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def file_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Give every thread a connection of its own to one database, for tests of several at once.

    On SQLite a file: the in-memory database of the suite has one connection for all threads.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = tmp_path / "together.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{path}'")
    # The database in memory lives as long as its connection: keep that aside for the other tests.
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = in_memory, name
