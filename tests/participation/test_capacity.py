"""Seats under concurrency: real connections, real transactions."""

from collections import Counter

import pytest

from contacts.models import Notice
from participation.enums import SEATED
from participation.errors import SessionFull
from participation.models import Registration
from participation.services import (
    cancel_registration,
    confirm_registration,
    decide_registration,
    register_by_link,
)
from tests.concurrency import together
from tests.factories.contacts import NOW, make_contact, make_organisation, make_representation
from tests.factories.content import make_session
from tests.factories.participation import make_registration, typed_values

PEOPLE, SEATS = 20, 5


def _together(*calls):
    """Run the calls at the same moment; None for a session that was full."""
    return [
        None if isinstance(result, SessionFull) else result
        for result in together(*calls, expected=SessionFull)
    ]


def _states(session):
    return Counter(Registration.objects.filter(session=session).values_list("state", flat=True))


@pytest.mark.database
@pytest.mark.parametrize("waiting_list", [True, False])
def test_twenty_people_by_link_for_five_seats_give_five(file_database, waiting_list):
    session = make_session(capacity=SEATS, waiting_list=waiting_list, eligibility="everyone")
    people = [make_contact() for _ in range(PEOPLE)]
    _together(
        *(
            lambda person=person: register_by_link(
                session=session, contact=person, answers={}, now=NOW
            )
            for person in people
        )
    )
    waiting = {"waiting": PEOPLE - SEATS} if waiting_list else {}
    assert _states(session) == Counter({"registered": SEATS} | waiting)
    told = Counter(Notice.objects.values_list("kind", flat=True))
    assert told == Counter({"registered": SEATS} | waiting)


@pytest.mark.database
def test_confirming_at_once_holds_capacity_and_seats_per_organisation(file_database):
    session = make_session(
        capacity=SEATS, seats_per_organisation=2, waiting_list=True, eligibility="everyone"
    )
    make_organisation(name="Stichting Wilg")
    rows = [
        make_registration(
            session=session,
            state="unconfirmed",
            address_key=f"p{n}@example.org",
            typed=typed_values(
                email=f"p{n}@example.org", organisation="Stichting Wilg" if n < 10 else ""
            ),
        )
        for n in range(PEOPLE)
    ]
    _together(*(lambda row=row: confirm_registration(registration=row, now=NOW) for row in rows))
    assert _states(session) == Counter({"registered": SEATS, "waiting": PEOPLE - SEATS})
    seated = Registration.objects.filter(session=session, state__in=SEATED)
    assert seated.filter(organisation__name="Stichting Wilg").count() <= 2


@pytest.mark.database
def test_fifty_confirmations_at_once_for_ten_seats_seat_ten_and_let_forty_wait(file_database):
    session = make_session(capacity=10, waiting_list=True, eligibility="everyone")
    rows = [
        make_registration(
            session=session,
            state="unconfirmed",
            address_key=f"p{n}@example.org",
            typed=typed_values(email=f"p{n}@example.org"),
        )
        for n in range(50)
    ]
    _together(*(lambda row=row: confirm_registration(registration=row, now=NOW) for row in rows))
    assert _states(session) == Counter({"registered": 10, "waiting": 40})
    told = Counter(Notice.objects.values_list("kind", flat=True))
    assert told == Counter({"registered": 10, "waiting": 40})


@pytest.mark.database
def test_one_person_confirming_ten_times_at_once_is_signed_up_once(file_database):
    session = make_session(eligibility="everyone")
    row = make_registration(session=session, state="unconfirmed")
    _together(*[lambda: confirm_registration(registration=row, now=NOW)] * 10)
    assert _states(session) == Counter({"registered": 1})
    assert Notice.objects.count() == 1


@pytest.mark.database
def test_cancelling_and_approving_at_once_never_seats_too_many(file_database):
    session = make_session(capacity=SEATS, waiting_list=True)
    seated = [make_registration(session=session) for _ in range(SEATS)]
    pending = [make_registration(session=session, state="pending") for _ in range(8)]
    cancels = [lambda row=row: cancel_registration(registration=row, now=NOW) for row in seated[:2]]
    approvals = [
        lambda row=row: decide_registration(
            registration=row, approve=True, reason="", by=None, now=NOW
        )
        for row in pending
    ]
    _together(*cancels, *approvals)
    states = _states(session)
    # A seat that came free while nobody waited yet went to whoever was approved next.
    assert states["registered"] + states["offered"] == SEATS
    assert (states["waiting"], states["cancelled"], states.total()) == (6, 2, SEATS + 8)


@pytest.mark.django_db
def test_freed_seat_goes_to_the_first_who_fits():
    session = make_session(capacity=2, seats_per_organisation=1, waiting_list=True)
    wilg = make_organisation()
    make_registration(session=session, organisation=wilg)
    leaving = make_registration(session=session)
    blocked = make_registration(session=session, state="waiting", organisation=wilg)
    next_one = make_registration(session=session, state="waiting")
    last = make_registration(session=session, state="waiting")
    cancel_registration(registration=leaving, now=NOW)
    for row in (blocked, next_one, last):
        row.refresh_from_db()
    assert [blocked.state, next_one.state, last.state] == ["waiting", "offered", "waiting"]
    assert Notice.objects.filter(kind="offered").get().contact == next_one.contact


@pytest.mark.django_db
def test_full_organisation_without_waiting_list_is_refused():
    session = make_session(seats_per_organisation=1, waiting_list=False, eligibility="everyone")
    organisation = make_organisation()
    people = [make_representation(organisation=organisation).contact for _ in range(2)]
    register_by_link(session=session, contact=people[0], answers={}, now=NOW)
    with pytest.raises(SessionFull):
        register_by_link(session=session, contact=people[1], answers={}, now=NOW)
    assert Registration.objects.filter(session=session).count() == 1
