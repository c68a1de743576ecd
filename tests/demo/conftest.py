"""The demonstration, loaded once for all tests that read it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from config.demo.loader import Loaded, load_demonstration

#: A Monday, so that the first Thursday at least three weeks later is 26 March.
NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    """What the loader says it loaded. Tests only read: all of it is undone after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demonstration(now=NOW)
        transaction.set_rollback(True)
