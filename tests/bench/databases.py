"""New databases for each round: a template is made once, every round gets a copy of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from sqlite3 import connect

import psycopg

from tests import servers

Environment = dict[str, str]
#: Makes a new database and returns the environment in which a process uses it.
Fresh = Callable[[], Environment]
#: Fills the template.
Prepare = Callable[[Environment], object]

#: Not those of the machine: a database in the environment is somebody's own.
_LEFT_OUT = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "FRONTEND_URL", "MAIL_PACE")


def environment(folder: Path, **more: str) -> Environment:
    """Return the environment of this process with settings for a trial in `folder`."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "BIJEEN_DATA": str(folder),
        # The same in every folder: what a template was filled with must be found in its copies.
        "SECRET_KEY": "bench",
        "SUPPRESSION_KEY": "bench",
    }
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return kept | settings | more


def _migrate(environment: Environment) -> None:
    code = "import django; django.setup(); from django.core.management import call_command; "
    code += "call_command('migrate', verbosity=0)"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@contextmanager
def sqlite(folder: Path, *, prepare: Prepare | None = None) -> Iterator[Fresh]:
    """SQLite in a file, with the product's own settings."""
    template, copy = folder / "template.sqlite3", folder / "bench.sqlite3"
    filled = environment(folder, DATABASE_URL=f"sqlite:///{template}")
    _migrate(filled)
    if prepare:
        prepare(filled)
        # What still lies in the log beside the file would not be copied.
        with closing(connect(template)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def fresh() -> Environment:
        for old in folder.glob("bench.sqlite3*"):
            old.unlink()
        shutil.copy(template, copy)
        return environment(folder, DATABASE_URL=f"sqlite:///{copy}")

    yield fresh


@contextmanager
def postgresql(
    folder: Path, *, prepare: Prepare | None = None, fsync: bool = True
) -> Iterator[Fresh]:
    """A PostgreSQL of its own on a Unix socket, configured as it comes out of the box."""
    with servers.postgres(fsync=fsync) as url:
        admin = url.replace("/bijeen?", "/postgres?")
        filled = environment(folder, DATABASE_URL=url)
        _migrate(filled)
        if prepare:
            prepare(filled)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")

        def fresh() -> Environment:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
                # With everything written: no round pays for the copy that it begins with.
                connection.execute("CREATE DATABASE bench TEMPLATE bijeen STRATEGY FILE_COPY")
                connection.execute("CHECKPOINT")
            return environment(folder, DATABASE_URL=url.replace("/bijeen?", "/bench?"))

        yield fresh


DATABASES: dict[str, Callable[..., AbstractContextManager[Fresh]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
}
