"""Sign-ups of before moves had a column of their own."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from tests.factories.content import make_session
from tests.factories.participation import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]

_migration = import_module("participation.migrations.0004_moves_apart_from_seats_taken_over")


def test_a_move_leaves_the_column_of_seats_and_a_colleague_stays_in_it():
    seat = make_registration(state="transferred")
    colleague = make_registration(session=seat.session, takes_over=seat)
    left = make_registration(state="cancelled")
    moved = make_registration(session=make_session(), contact=left.contact, takes_over=left)
    asked = make_registration(
        session=seat.session, state="unconfirmed", contact=None, takes_over=seat,
        address_key="zij@example.org",
    )  # fmt: skip
    editor = SimpleNamespace(connection=connection)
    _migration.set_moves_apart(apps, editor)
    assert _columns(colleague, moved, asked) == [(seat, None), (None, left), (seat, None)]
    _migration.put_moves_back(apps, editor)
    moved.refresh_from_db()
    assert moved.takes_over == left


def _columns(*rows):
    for row in rows:
        row.refresh_from_db()
    return [(row.takes_over, row.moved_from) for row in rows]
