"""A freed seat is offered to whoever is next: yes, no, and what happens when nobody answers."""

from collections import Counter
from datetime import date, timedelta

import pytest

from contacts.models import Notice
from content.models import Session
from participation.errors import MoveNotAllowed, SignUpClosed
from participation.models import Registration
from participation.selectors.seats import sessions_to_settle
from participation.services import (
    accept_offer,
    cancel_registration,
    register_by_link,
    settle_offers,
)
from participation.services.seats import kept_until
from tests.concurrency import together
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import make_registration

HOUR = timedelta(hours=1)


def _session(starts_in=timedelta(days=10), **values):
    start = NOW + starts_in
    exact = {"starts_at": start, "ends_at": start + 3 * HOUR}
    return make_session(**{"waiting_list": True} | exact | values)


def _waiting(session, minutes=0, **values):
    at = NOW - timedelta(days=1) + timedelta(minutes=minutes)
    return make_registration(session=session, state="waiting", created_at=at, **values)


def _states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.state for row in rows]


def _told(row):
    notices = Notice.objects.filter(contact=row.contact).order_by("pk")
    return list(notices.values_list("kind", flat=True))


def _sent(row, state="sent"):
    Notice.objects.filter(contact=row.contact).update(state=state)


@pytest.mark.django_db
def test_freed_seat_is_offered_to_the_head_of_the_waiting_list():
    session = _session(capacity=1, offer_hours=24, eligibility="everyone")
    leaving = make_registration(session=session)
    first, second = _waiting(session), _waiting(session, 1)
    cancel_registration(registration=leaving, now=NOW)
    assert _states(first, second) == ["offered", "waiting"]
    assert first.offered_until == NOW + 24 * HOUR
    assert (_told(first), _told(second)) == (["offered"], [])
    late = register_by_link(session=session, contact=make_contact(), answers={}, now=NOW)
    assert late.state == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts_in", "closes_in", "kept"),
    [
        (timedelta(days=10), None, 48 * HOUR),
        (timedelta(hours=20), None, 20 * HOUR),
        (timedelta(days=10), 5 * HOUR, 5 * HOUR),
        (timedelta(hours=3), 5 * HOUR, 3 * HOUR),
        (HOUR, None, HOUR),
        (timedelta(minutes=59), None, None),
        (timedelta(days=10), timedelta(minutes=59), None),
        (timedelta(days=10), -HOUR, None),
    ],
)
def test_offer_never_outlasts_the_start_or_the_end_of_sign_up(starts_in, closes_in, kept):
    closes_at = NOW + closes_in if closes_in else None
    session = _session(starts_in, registration_closes_at=closes_at)
    assert kept_until(session, NOW) == (NOW + kept if kept else None)


@pytest.mark.django_db
def test_offer_for_a_day_without_a_time_ends_when_that_day_begins():
    session = make_session(
        precision="day", first_day=(NOW + timedelta(days=1)).date(), time_zone="Europe/Amsterdam"
    )
    until = kept_until(session, NOW)
    assert until is not None
    assert until.isoformat() == f"{session.first_day}T00:00:00+01:00"


@pytest.mark.django_db
def test_seat_is_theirs_at_once_where_nobody_can_be_asked_in_time():
    session = _session(timedelta(minutes=30), capacity=1)
    leaving, waits = make_registration(session=session), _waiting(session)
    cancel_registration(registration=leaving, now=NOW)
    assert (_states(waits), _told(waits)) == (["registered"], ["registered"])
    assert waits.offered_until is None


@pytest.mark.django_db
def test_seat_is_theirs_at_once_for_somebody_without_an_address():
    session = _session(capacity=1)
    leaving = make_registration(session=session)
    waits = _waiting(session, contact=make_contact(email=""))
    cancel_registration(registration=leaving, now=NOW)
    assert _states(waits) == ["registered"]


@pytest.mark.django_db
def test_accepting_makes_the_seat_theirs_and_twice_is_once():
    session = _session(capacity=1)
    row = make_registration(session=session, state="offered", offered_until=NOW + HOUR)
    for _again in range(2):
        accepted = accept_offer(registration=row, now=NOW)
        assert (accepted.state, accepted.offered_until) == ("registered", None)
    assert _told(row) == ["registered"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["waiting", "pending", "cancelled"])
def test_accepting_what_was_not_offered_is_refused(state):
    row = make_registration(session=_session(), state=state)
    with pytest.raises(MoveNotAllowed):
        accept_offer(registration=row, now=NOW)
    assert _states(row) == [state]


@pytest.mark.django_db
def test_accepting_for_a_cancelled_session_is_refused():
    row = make_registration(
        session=_session(status="cancelled"), state="offered", offered_until=NOW + HOUR
    )
    with pytest.raises(SignUpClosed):
        accept_offer(registration=row, now=NOW)


@pytest.mark.django_db
def test_accepting_too_late_lapses_and_offers_the_seat_to_the_next():
    session = _session(capacity=1)
    row = make_registration(session=session, state="offered", offered_until=NOW)
    following = _waiting(session)
    for _again in range(2):
        assert accept_offer(registration=row, now=NOW).state == "lapsed"
    assert _states(following) == ["offered"]
    assert (_told(row), _told(following)) == (["offer_lapsed"], ["offered"])


@pytest.mark.django_db
def test_declining_offers_the_seat_to_the_next():
    session = _session(capacity=1)
    row = make_registration(session=session, state="offered", offered_until=NOW + HOUR)
    following = _waiting(session)
    cancel_registration(registration=row, now=NOW)
    assert _states(row, following) == ["cancelled", "offered"]


@pytest.mark.django_db
def test_offer_without_answer_goes_down_the_line_and_settling_again_changes_nothing():
    session = _session(capacity=1, offer_hours=1)
    row = make_registration(session=session, state="offered", offered_until=NOW + HOUR)
    following, last = _waiting(session), _waiting(session, 1)
    assert settle_offers(now=NOW) == 0
    assert settle_offers(now=NOW + HOUR) == 2
    assert settle_offers(now=NOW + HOUR) == 0
    assert _states(row, following, last) == ["lapsed", "offered", "waiting"]
    assert following.offered_until == NOW + 2 * HOUR
    _sent(following)
    assert settle_offers(now=NOW + 2 * HOUR) == 2
    assert _states(row, following, last) == ["lapsed", "lapsed", "offered"]
    assert _told(row) == ["offer_lapsed"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["queued", "claimed", "deferred"])
def test_offer_of_which_the_mail_has_not_left_begins_anew(state):
    session = _session(capacity=1)
    first, second = _waiting(session), _waiting(session, 1)
    settle_offers(now=NOW)
    _sent(first, state)
    late = NOW + 60 * HOUR
    settle_offers(now=late)
    assert _states(first, second) == ["offered", "waiting"]
    assert first.offered_until == late + 48 * HOUR
    _sent(first)
    settle_offers(now=late + 48 * HOUR)
    assert _states(first, second) == ["lapsed", "offered"]


@pytest.mark.django_db
def test_seat_of_which_the_mail_has_not_left_is_theirs_when_no_time_is_left():
    closes_at = NOW + 48 * HOUR
    session = _session(capacity=1, registration_closes_at=closes_at)
    first, second = _waiting(session), _waiting(session, 1)
    settle_offers(now=NOW)
    settle_offers(now=closes_at)
    assert _states(first, second) == ["registered", "waiting"]
    assert (first.offered_until, _told(first)) == (None, ["offered", "registered"])


@pytest.mark.django_db
def test_whose_offer_lapsed_signs_up_again_at_the_end_of_the_line():
    session = _session(capacity=1, eligibility="everyone")
    person = make_contact()
    row = make_registration(session=session, contact=person, state="offered", offered_until=NOW)
    following, last = _waiting(session), _waiting(session, 1)
    settle_offers(now=NOW)
    again = register_by_link(session=session, contact=person, answers={}, now=NOW)
    assert again.pk != row.pk
    cancel_registration(registration=following, now=NOW)
    assert _states(row, again, last) == ["lapsed", "waiting", "offered"]


@pytest.mark.django_db
def test_more_seats_by_publication_are_offered_and_fewer_take_nobodys_away():
    session = _session(capacity=2)
    seated = [make_registration(session=session) for _ in range(2)]
    waiting = [_waiting(session, n) for n in range(3)]
    assert sessions_to_settle(NOW) == []
    Session.objects.filter(pk=session.pk).update(capacity=4)
    assert sessions_to_settle(NOW) == [session.pk]
    assert settle_offers(now=NOW) == 2
    assert _states(*waiting) == ["offered", "offered", "waiting"]
    Session.objects.filter(pk=session.pk).update(capacity=1)
    assert settle_offers(now=NOW) == 0
    assert _states(*seated, *waiting) == ["registered"] * 2 + ["offered"] * 2 + ["waiting"]
    accept_offer(registration=waiting[0], now=NOW)
    cancel_registration(registration=seated[0], now=NOW)
    assert _states(*waiting) == ["registered", "offered", "waiting"]
    session.refresh_from_db()
    session.eligibility = "everyone"
    session.save()
    late = register_by_link(session=session, contact=make_contact(), answers={}, now=NOW)
    assert late.state == "waiting"


@pytest.mark.django_db
def test_offers_hold_seats_per_organisation():
    session = _session(capacity=5, seats_per_organisation=1)
    wilg = make_organisation()
    first = _waiting(session, organisation=wilg)
    second = _waiting(session, 1, organisation=wilg)
    other = _waiting(session, 2)
    assert settle_offers(now=NOW) == 2
    assert _states(first, second, other) == ["offered", "waiting", "offered"]


@pytest.mark.django_db
def test_nothing_is_offered_or_lost_for_a_session_that_is_off_or_has_begun():
    off = _session(capacity=1, status="cancelled")
    begun = _session(-HOUR, capacity=1)
    past = make_session(precision="day", first_day=date(2025, 1, 1), capacity=1)
    offered = make_registration(session=off, state="offered", offered_until=NOW - HOUR)
    rows = [offered, *(_waiting(session) for session in (off, begun, past))]
    assert settle_offers(now=NOW) == 0
    assert _states(*rows) == ["offered", "waiting", "waiting", "waiting"]
    open_one = make_registration(session=begun, state="offered", offered_until=NOW + HOUR)
    assert settle_offers(now=NOW) == 1
    assert _states(open_one) == ["lapsed"]


@pytest.mark.django_db
def test_settling_asks_one_question_while_nothing_is_due(django_assert_num_queries):
    for _ in range(3):
        make_registration(session=_session(capacity=1))
    with django_assert_num_queries(1):
        assert settle_offers(now=NOW) == 0


# --- at the same moment: real connections, real transactions


@pytest.mark.database
def test_accepting_and_cancelling_at_once_never_seats_too_many(file_database):
    session = _session(capacity=2)
    offered = [
        make_registration(session=session, state="offered", offered_until=NOW + HOUR)
        for _ in range(2)
    ]
    waiting = [_waiting(session, n) for n in range(4)]
    together(
        *[lambda row=row: accept_offer(registration=row, now=NOW) for row in offered],
        *[lambda row=row: cancel_registration(registration=row, now=NOW) for row in offered],
        expected=MoveNotAllowed,
    )
    states = Counter(Registration.objects.filter(session=session).values_list("state", flat=True))
    # Whichever came first, both cancelled in the end, and two of those who wait were asked.
    assert states == Counter({"cancelled": 2, "offered": 2, "waiting": 2})
    assert _states(*waiting) == ["offered", "offered", "waiting", "waiting"]
    assert Notice.objects.filter(kind="offered").count() == 2


@pytest.mark.database
def test_accepting_late_while_the_offers_are_settled_gives_the_seat_once(file_database):
    session = _session(capacity=1)
    row = make_registration(session=session, state="offered", offered_until=NOW)
    first, second = _waiting(session), _waiting(session, 1)
    together(
        *[lambda: settle_offers(now=NOW)] * 4,
        *[lambda: accept_offer(registration=row, now=NOW)] * 4,
        expected=MoveNotAllowed,
    )
    assert _states(row, first, second) == ["lapsed", "offered", "waiting"]
    told = Counter(Notice.objects.values_list("kind", flat=True))
    assert told == Counter({"offered": 1, "offer_lapsed": 1})


@pytest.mark.django_db
def test_who_is_back_in_line_by_an_undone_merge_hears_of_the_next_offer():
    session = _session(capacity=1)
    row = _waiting(session)
    settle_offers(now=NOW)
    Registration.objects.filter(pk=row.pk).update(state="waiting")
    settle_offers(now=NOW + HOUR)
    assert (_states(row), _told(row)) == (["offered"], ["offered", "offered"])
