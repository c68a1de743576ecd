"""Form limits: counted in the database, by a keyed hash."""

from datetime import UTC, datetime, timedelta

import pytest

from base.limits import allow, prune_hits
from base.models import FormHit

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def attempt(now: datetime = NOW, key: str = "203.0.113.7", form: str = "sign_up") -> bool:
    return allow(form=form, key_parts=[key], limit=2, per=HOUR, now=now)


def test_limit_holds_for_one_key_and_form():
    assert [attempt(), attempt(), attempt()] == [True, True, False]
    assert attempt(key="203.0.113.8")
    assert attempt(form="other")


def test_limit_opens_again_after_the_period():
    attempt(NOW)
    attempt(NOW + timedelta(minutes=30))
    assert not attempt(NOW + timedelta(minutes=59))
    assert attempt(NOW + timedelta(minutes=61))
    assert not attempt(NOW + timedelta(minutes=62))


def test_limit_keeps_no_address():
    attempt(key="amina@example.org")
    assert "amina" not in str(FormHit.objects.values())


def test_old_hits_are_removed():
    attempt(NOW - timedelta(days=2))
    attempt(NOW)
    assert prune_hits(now=NOW) == 1
    assert FormHit.objects.get().at == NOW
