"""Sign-ups, invitations and links of two people who turn out to be one."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from contacts.errors import ContactsError
from contacts.models import Contact, Merge, Notice
from contacts.services.merging import merge_contacts, undo_merge
from participation.links import (
    LinkExpired,
    LinkUnknown,
    invitation_token,
    read_invitation,
    read_registration,
    registration_token,
)
from participation.models import Interest, Invitation, PollAnswer, Registration
from participation.selectors.registrations import live_registration_of_address
from participation.services import register_by_link
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import (
    make_invitation,
    make_poll,
    make_poll_answer,
    make_question,
    make_registration,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

EARLIER = NOW - timedelta(days=3)


def merge(kept, gone):
    return merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)


def undo(merged):
    return undo_merge(merge_id=merged.pk, by=None, now=NOW)


def standing(*registrations):
    """Whose each sign-up is, and how it stands."""
    for each in registrations:
        each.refresh_from_db()
    return [(each.contact, each.state, each.attendance) for each in registrations]


# --- two live sign-ups --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "stays"),
    [
        ({"state": "registered"}, {"state": "waiting"}, "ours"),
        ({"state": "pending"}, {"state": "registered"}, "theirs"),
        ({"state": "waiting"}, {"state": "offered"}, "theirs"),
        ({"state": "registered"}, {"state": "pending", "attendance": "present"}, "theirs"),
        ({"attendance": "excused"}, {"attendance": "present"}, "theirs"),
        ({"attendance": "excused"}, {"attendance": "no_show"}, "ours"),
        ({"state": "waiting"}, {"state": "waiting", "created_at": EARLIER}, "theirs"),
        ({"state": "registered"}, {"state": "registered"}, "ours"),
    ],
)
def test_stronger_sign_up_stays_and_the_other_is_closed_without_mail(ours, theirs, stays):
    session = make_session()
    kept, gone = make_contact(), make_contact()
    mine = make_registration(session=session, contact=kept, **ours)
    others = make_registration(session=session, contact=gone, **theirs)
    before = standing(mine, others)
    stronger, weaker = (mine, others) if stays == "ours" else (others, mine)
    state, attendance = stronger.state, stronger.attendance
    merged = merge(kept, gone)
    assert standing(stronger, weaker) == [
        (kept, state, attendance),
        (gone, "cancelled", "unmarked"),
    ]
    assert Notice.objects.count() == 0
    assert (undo(merged).left, standing(mine, others)) == ([], before)


def test_answers_of_both_are_kept():
    session = make_session()
    kept, gone, organisation = make_contact(), make_contact(), make_organisation()
    mine = make_registration(
        session=session, contact=kept, answers={"need": "Tolk", "learning_question": ""}
    )
    others = make_registration(
        session=session,
        contact=gone,
        organisation=organisation,
        answers={"need": "Ringleiding", "learning_question": "Hoe?"},
        works_on_theme=True,
        no_reminders=True,
        calendar_sequence=4,
    )
    question = make_question(registration=others, contact=gone, session=session)
    merge(kept, gone)
    mine.refresh_from_db()
    question.refresh_from_db()
    assert mine.answers == {"need": "Tolk", "learning_question": "Hoe?"}
    assert (mine.organisation, mine.works_on_theme, mine.no_reminders, mine.calendar_sequence) == (
        organisation,
        True,
        True,
        4,
    )
    assert (question.contact, question.registration) == (kept, mine)


def test_where_either_was_moved_from_is_kept_and_comes_back_with_undo():
    session = make_session()
    kept, gone = make_contact(), make_contact()
    left = make_registration(contact=gone, state="cancelled")
    mine = make_registration(session=session, contact=kept)
    others = make_registration(session=session, contact=gone, moved_from=left)
    merged = merge(kept, gone)
    mine.refresh_from_db()
    left.refresh_from_db()
    assert (mine.moved_from, left.contact) == (left, kept)
    undo(merged)
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.moved_from, others.moved_from) == (None, left)


def test_ended_sign_ups_go_along():
    session = make_session()
    kept, gone = make_contact(), make_contact()
    mine = make_registration(session=session, contact=kept)
    others = make_registration(session=session, contact=gone, state="cancelled")
    merge(kept, gone)
    assert [row[:2] for row in standing(mine, others)] == [
        (kept, "registered"),
        (kept, "cancelled"),
    ]


def full_session():
    """A session with two seats, taken by one person under two rows, and somebody who waits."""
    session = make_session(
        capacity=2, starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=10)
    )
    kept, gone, next_one = make_contact(), make_contact(), make_contact()
    rows = [make_registration(session=session, contact=person) for person in (kept, gone)]
    waiting = make_registration(session=session, contact=next_one, state="waiting")
    return kept, gone, rows, waiting


def test_seat_that_comes_free_goes_to_who_waits_and_only_they_are_told():
    kept, gone, rows, waiting = full_session()
    merge(kept, gone)
    assert [row[1] for row in standing(*rows, waiting)] == ["registered", "cancelled", "offered"]
    assert list(Notice.objects.values_list("contact", "kind")) == [(waiting.contact_id, "offered")]


def test_undone_merge_takes_no_seat_from_somebody_who_got_it():
    kept, gone, rows, waiting = full_session()
    undone = undo(merge(kept, gone))
    assert [row[:2] for row in standing(*rows, waiting)] == [
        (kept, "registered"),
        (gone, "waiting"),
        (waiting.contact, "offered"),
    ]
    assert len(undone.left) == 1
    assert str(rows[0].session) in undone.left[0]


# --- invitations and interest -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "answer"),
    [
        ("none", "declined", "declined"),
        ("registered", "declined", "registered"),
        ("declined", "registered", "registered"),
        ("none", "none", "none"),
    ],
)
def test_one_invitation_stays_with_the_answer_that_says_most(ours, theirs, answer):
    session = make_session()
    kept, gone = make_contact(), make_contact()
    make_invitation(session, kept, answer=ours)
    make_invitation(session, gone, answer=theirs, invited_at=EARLIER, source="Eerste brief")
    merge(kept, gone)
    rows = Invitation.objects.values_list("contact", "answer", "invited_at", "source")
    assert list(rows) == [(kept.pk, answer, EARLIER, "Eerste brief")]


def test_who_was_told_the_date_under_either_row_is_not_told_again():
    session = make_session()
    kept, gone = make_contact(), make_contact()
    Interest.objects.create(session=session, contact=kept, since=NOW)
    Interest.objects.create(session=session, contact=gone, since=EARLIER, told_at=NOW)
    merge(kept, gone)
    assert list(Interest.objects.values_list("contact", "since", "told_at")) == [
        (kept.pk, EARLIER, NOW)
    ]


# --- links --------------------------------------------------------------------------------------


def test_links_of_the_one_who_went_lead_to_the_one_who_stayed():
    session = make_session()
    kept, gone = make_contact(), make_contact()
    mine = make_registration(session=session, contact=kept)
    others = make_registration(session=session, contact=gone, state="waiting")
    tokens = invitation_token(session_id=session.pk, contact=gone), registration_token(others)
    merge(kept, gone)
    assert read_invitation(tokens[0]).contact == kept
    assert read_registration(tokens[1]) == mine
    key = gone.address_key or ""
    assert live_registration_of_address(session, key) == mine


def test_revoked_links_of_either_stay_revoked():
    session = make_session()
    kept, gone = make_contact(), make_contact(link_version=2)
    others = make_registration(session=session, contact=gone)
    gone.link_version = 1
    old = invitation_token(session_id=session.pk, contact=gone), registration_token(others)
    merge(kept, Contact.objects.get(pk=gone.pk))
    with pytest.raises(LinkExpired):
        read_invitation(old[0])
    with pytest.raises(LinkExpired):
        read_registration(old[1])


def test_links_of_the_one_who_went_end_when_the_one_who_stayed_is_erased():
    session = make_session()
    kept, gone = make_contact(), make_contact()
    token = invitation_token(session_id=session.pk, contact=gone)
    merge(kept, gone)
    Contact.objects.filter(pk=kept.pk).update(erased_at=NOW)
    with pytest.raises(LinkUnknown):
        read_invitation(token)


# --- at the same moment -------------------------------------------------------------------------


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once, each on a connection of its own; errors are returned."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return call()
        except ContactsError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_merging_both_ways_at_once_happens_once(file_database):
    one, other = make_contact(), make_contact()
    session = make_session()
    for person in (one, other):
        make_registration(session=session, contact=person)
    done = together(*([lambda: merge(one, other), lambda: merge(other, one)] * 3))
    assert sum(isinstance(each, Merge) for each in done) == 1
    assert Contact.objects.present().count() == 1
    assert Registration.objects.filter(state="registered").count() == 1


def test_merging_while_the_one_who_goes_signs_up_leaves_one_sign_up(file_database):
    kept, gone = make_contact(), make_contact()
    sessions = [make_session(eligibility="everyone", capacity=5) for _n in range(3)]
    for session in sessions:
        make_registration(session=session, contact=kept)

    def sign_up(session):
        return register_by_link(session=session, contact=gone, answers={}, now=EARLIER)

    together(
        lambda: merge(kept, gone),
        *(lambda session=session: sign_up(session) for session in sessions),
    )
    assert Contact.objects.get(pk=gone.pk).merged_into == kept
    for session in sessions:
        live = Registration.objects.filter(session=session, state="registered")
        assert [row.contact for row in live] == [kept]


@pytest.mark.parametrize(("mine", "theirs", "stays"), [(NOW, EARLIER, "Ja"), (EARLIER, NOW, "Nee")])
def test_what_was_answered_last_to_a_poll_stays(mine, theirs, stays):
    poll, organisation = make_poll(), make_organisation()
    kept, gone = make_contact(), make_contact()
    make_poll_answer(poll, "Ja", contact=kept, answered_at=mine, organisation=organisation)
    make_poll_answer(poll, "Nee", contact=gone, answered_at=theirs, remark="Liever niet")
    elsewhere = make_poll_answer(contact=gone)

    merged = merge(kept, gone)
    answer = PollAnswer.objects.get(poll=poll)
    assert (answer.contact, answer.choices, answer.answered_at) == (
        kept,
        [poll.options.get(text_nl=stays).pk],
        NOW,
    )
    assert (answer.remark, answer.organisation) == (
        ("", organisation) if stays == "Ja" else ("Liever niet", None)
    )
    elsewhere.refresh_from_db()
    assert elsewhere.contact == kept

    undo(merged)
    answers = PollAnswer.objects.filter(poll=poll).order_by("contact")
    assert [(each.contact, each.answered_at) for each in answers] == [(kept, mine), (gone, theirs)]
