"""The table of moves, held for every pair of states."""

import itertools

import pytest

from base.models import OutboxEvent
from participation.enums import ENDED, LIVE, REGISTRATION_MOVES, SEATED, RegistrationState
from participation.errors import MoveNotAllowed
from participation.services.moves import move
from tests.factories.contacts import NOW
from tests.factories.participation import make_registration

PAIRS = list(itertools.product(RegistrationState, RegistrationState))


def test_every_state_is_live_or_ended_and_seats_are_held_by_live_ones():
    assert sorted(LIVE + ENDED) == sorted(RegistrationState)
    assert set(SEATED) <= set(LIVE)
    assert all(REGISTRATION_MOVES[state] == frozenset() for state in ENDED)


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "to"), PAIRS, ids=lambda state: str(state))
def test_move_follows_the_table(start, to):
    registration = make_registration(state=start)
    if start == RegistrationState.UNCONFIRMED and to != RegistrationState.LAPSED:
        contact = {"contact": make_registration().contact}
    else:
        contact = {}
    if to in REGISTRATION_MOVES[start]:
        move(registration, to=to, now=NOW, **contact)
        assert registration.state == to
        assert OutboxEvent.objects.get().data["state"] == to
    else:
        with pytest.raises(MoveNotAllowed):
            move(registration, to=to, now=NOW, **contact)
        registration.refresh_from_db()
        assert (registration.state, OutboxEvent.objects.count()) == (start, 0)


@pytest.mark.django_db
def test_move_looks_at_the_row_and_not_at_the_instance():
    registration = make_registration(state="pending")
    move(type(registration).objects.get(pk=registration.pk), to=RegistrationState.REJECTED, now=NOW)
    with pytest.raises(MoveNotAllowed):
        move(registration, to=RegistrationState.REGISTERED, now=NOW)
    assert registration.state == "rejected"
