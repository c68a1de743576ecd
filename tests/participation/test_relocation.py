"""Going to another session: cancelled here, registered there, both or neither."""

import pytest

from contacts.models import Notice
from participation.errors import NotMovable, SessionFull, SignUpClosed
from participation.models import Invitation, LearningQuestion, Registration
from participation.selectors.attendance import attendance_counts
from participation.selectors.registrations import is_relocated
from participation.services.questions import keep_question
from participation.services.relocation import move_to_session
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import ENDS_AT, make_session
from tests.factories.participation import make_invitation, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_moving_cancels_here_and_registers_there_without_declining():
    here, there = make_session(), make_session()
    contact = make_contact()
    make_invitation(here, contact)
    old = make_registration(
        session=here, contact=contact, organisation=make_organisation(), works_on_theme=True,
        answers={"need": "Rust", "learning_question": "Hoe?", "own": "x"},
        private_answers={"eat": "x"}, no_reminders=True,
    )  # fmt: skip
    keep_question(old, now=NOW)
    new = move_to_session(registration=old, session=there, now=NOW)
    old.refresh_from_db()
    assert (old.state, new.state, new.session) == ("cancelled", "registered", there)
    assert (new.organisation, new.works_on_theme, new.no_reminders) == (
        old.organisation, True, True
    )  # fmt: skip
    assert new.answers == {"need": "Rust", "learning_question": "Hoe?"}
    assert new.private_answers == {}
    assert (new.moved_from, new.takes_over) == (old, None)
    assert old.calendar_sequence == 1
    assert LearningQuestion.objects.get().registration == new
    assert Invitation.objects.get().answer == "none"
    kinds = sorted(Notice.objects.values_list("kind", flat=True))
    assert kinds == ["cancelled", "registered"]
    assert attendance_counts(here).cancelled == 0


def test_moving_frees_the_seat_for_who_waits():
    here, there = make_session(capacity=1), make_session()
    old = make_registration(session=here)
    waiting = make_registration(session=here, state="waiting")
    move_to_session(registration=old, session=there, now=NOW)
    waiting.refresh_from_db()
    assert waiting.state in ("registered", "offered")


@pytest.mark.parametrize(
    ("state", "arrives"),
    [("pending", "pending"), ("waiting", "registered"), ("offered", "registered")],
)
def test_whoever_waits_for_approval_waits_for_it_there(state, arrives):
    old = make_registration(state=state)
    new = move_to_session(registration=old, session=make_session(), now=NOW)
    assert new.state == arrives


def test_moving_to_a_session_one_takes_part_in_leaves_that_one():
    here, there = make_session(), make_session()
    old = make_registration(session=here)
    known = make_registration(session=there, contact=old.contact)
    assert move_to_session(registration=old, session=there, now=NOW) == known
    assert Registration.objects.count() == 2
    assert Notice.objects.get().kind == "cancelled"


def test_somebody_moved_on_is_gone_from_where_they_were_even_as_another_person():
    first, seat = make_registration(), make_registration()
    second = move_to_session(registration=first, session=make_session(), now=NOW)
    third = move_to_session(registration=second, session=make_session(), now=NOW)
    make_registration(session=seat.session, takes_over=seat)
    Registration.objects.filter(pk=third.pk).update(contact=make_contact())
    assert [is_relocated(row) for row in (first, second, third, seat)] == [True, True, False, False]


def test_moving_to_a_full_or_closed_session_changes_nothing():
    old = make_registration()
    full = make_session(capacity=1, waiting_list=False)
    make_registration(session=full)
    with pytest.raises(SessionFull):
        move_to_session(registration=old, session=full, now=NOW)
    for session in (make_session(status="cancelled"), make_session(precision="month")):
        with pytest.raises(SignUpClosed):
            move_to_session(registration=old, session=session, now=NOW)
    with pytest.raises(SignUpClosed):
        move_to_session(registration=old, session=make_session(), now=ENDS_AT)
    with pytest.raises(NotMovable):
        move_to_session(registration=old, session=old.session, now=NOW)
    old.refresh_from_db()
    assert (old.state, Notice.objects.count()) == ("registered", 0)


@pytest.mark.parametrize("state", ["unconfirmed", "cancelled", "rejected"])
def test_only_a_live_sign_up_of_somebody_known_is_moved(state):
    old = make_registration(state=state)
    with pytest.raises(NotMovable):
        move_to_session(registration=old, session=make_session(), now=NOW)
