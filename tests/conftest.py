"""What every test may count on."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

# platformdirs, which a library asks for its folder, warns when this is missing.
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="bijeen-runtime-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

from tests import servers  # after the lines above, which a library it imports needs


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
