"""Invitations and what a personal link does."""

from datetime import date

import pytest

from contacts.models import Contact, Notice
from participation.errors import DeclarationMissing, MoveNotAllowed, ReasonMissing, SignUpClosed
from participation.models import Interest, Invitation, Registration
from participation.services import (
    cancel_registration,
    decide_registration,
    decline_invitation,
    invite,
    register_by_link,
    register_by_organiser,
)
from participation.services.invitations import show_interest
from tests.factories.contacts import (
    NOW,
    make_contact,
    make_member,
    make_organisation,
    make_representation,
)
from tests.factories.content import ENDS_AT, make_session
from tests.factories.participation import make_invitation, make_registration

pytestmark = pytest.mark.django_db


def _member_contact(**values):
    return make_representation(make_contact(**values), make_member()).contact


def _join(session, contact, **values):
    return register_by_link(session=session, contact=contact, now=NOW, **{"answers": {}} | values)


@pytest.mark.capability("C10")
def test_invite_notes_everybody_once_and_keeps_the_first_answer():
    session = make_session()
    contacts = [make_contact() for _ in range(3)]
    make_invitation(session, contacts[0], answer="declined", source="Eerste")
    ids = Contact.objects.values_list("pk", flat=True)
    assert invite(session_id=session.pk, contact_ids=ids, source="Tweede", now=NOW) == 2
    assert invite(session_id=session.pk, contact_ids=ids, source="Derde", now=NOW) == 0
    first = Invitation.objects.get(contact=contacts[0])
    assert (first.answer, first.source) == ("declined", "Eerste")
    assert Invitation.objects.filter(source="Tweede").count() == 2


@pytest.mark.capability("C10")
@pytest.mark.capability("C11")
def test_member_joins_by_link_with_nothing_filled_in():
    session, contact = make_session(), _member_contact()
    make_invitation(session, contact)
    row = _join(session, contact)
    assert (row.state, row.source) == ("registered", "personal_link")
    assert row.organisation == contact.representations.get().organisation
    assert Invitation.objects.get().answer == "registered"
    assert Notice.objects.get().kind == "registered"


@pytest.mark.capability("C11")
@pytest.mark.capability("C33")
def test_non_member_by_link_declares_and_awaits_approval():
    session = make_session()
    contact = make_representation(organisation=make_organisation()).contact
    with pytest.raises(DeclarationMissing):
        _join(session, contact)
    assert Registration.objects.count() == 0
    row = _join(session, contact, works_on_theme=True)
    assert row.state == "pending"
    decided = decide_registration(registration=row, approve=True, reason="", by=None, now=NOW)
    assert decided.state == "registered"
    kinds = sorted(Notice.objects.values_list("kind", flat=True))
    assert kinds == ["approved", "pending"]


def test_joining_twice_is_once_and_keeps_the_later_answers():
    session, contact = make_session(), _member_contact()
    first = _join(session, contact)
    second = _join(session, contact, answers={"need": "koffie"})
    assert (first.pk, second.answers) == (second.pk, {"need": "koffie"})
    assert (Registration.objects.count(), Notice.objects.count()) == (1, 1)


def test_joining_by_link_ends_the_unconfirmed_sign_up_of_the_same_address():
    session, contact = make_session(), _member_contact(email="amina@example.org")
    open_one = make_registration(
        session=session, state="unconfirmed", address_key="amina@example.org"
    )
    _join(session, contact)
    open_one.refresh_from_db()
    assert open_one.state == "lapsed"


@pytest.mark.parametrize(("invited", "state"), [(True, "registered"), (False, "pending")])
def test_invited_session_lets_in_who_was_invited(invited, state):
    session, contact = make_session(eligibility="invited"), _member_contact()
    if invited:
        make_invitation(session, contact)
    assert _join(session, contact).state == state


@pytest.mark.capability("C10")
@pytest.mark.capability("C57")
def test_declining_is_an_answer_that_can_be_taken_back():
    session, contact = make_session(), _member_contact()
    other = make_invitation(session)
    make_invitation(session, contact)
    decline_invitation(session=session, contact=contact, now=NOW)
    decline_invitation(session=session, contact=contact, now=NOW)
    row = Invitation.objects.get(contact=contact)
    assert (row.answer, row.answered_at) == ("declined", NOW)
    other.refresh_from_db()
    assert other.answer == "none"
    assert _join(session, contact).state == "registered"
    row.refresh_from_db()
    assert row.answer == "registered"


def test_declining_when_signed_up_changes_nothing():
    contact = make_contact()
    row = make_registration(contact=contact)
    decline_invitation(session=row.session, contact=contact, now=NOW)
    row.refresh_from_db()
    assert (row.state, Invitation.objects.count()) == ("registered", 0)


def test_cancelling_is_told_once_and_signing_up_again_is_a_new_row_with_a_higher_number():
    session, contact = make_session(), _member_contact()
    make_invitation(session, contact)
    first = _join(session, contact)
    assert first.calendar_sequence == 0
    cancel_registration(registration=first, now=NOW)
    cancelled = cancel_registration(registration=first, now=NOW)
    assert (cancelled.state, cancelled.calendar_sequence) == ("cancelled", 1)
    assert Invitation.objects.get().answer == "declined"
    second = _join(session, contact)
    assert (second.state, second.calendar_sequence) == ("registered", 2)
    kinds = sorted(Notice.objects.values_list("kind", flat=True))
    assert kinds == ["cancelled", "registered", "registered"]


def test_cancelling_after_the_session_is_refused():
    row = make_registration()
    with pytest.raises(SignUpClosed):
        cancel_registration(registration=row, now=ENDS_AT)
    row.refresh_from_db()
    assert row.state == "registered"


def test_cancelling_an_unconfirmed_sign_up_lets_it_lapse_without_mail():
    row = cancel_registration(registration=make_registration(state="unconfirmed"), now=NOW)
    assert (row.state, Notice.objects.count()) == ("lapsed", 0)


def test_rejection_needs_a_reason_and_is_told():
    row = make_registration(state="pending")
    with pytest.raises(ReasonMissing):
        decide_registration(registration=row, approve=False, reason=" ", by=None, now=NOW)
    rejected = decide_registration(
        registration=row, approve=False, reason="Ander thema.", by=None, now=NOW
    )
    assert (rejected.state, rejected.rejection_reason) == ("rejected", "Ander thema.")
    assert Notice.objects.get().kind == "rejected"
    with pytest.raises(MoveNotAllowed):
        decide_registration(registration=row, approve=True, reason="", by=None, now=NOW)


def test_approval_vouches_for_the_organisation():
    organisation = make_organisation()
    contact = make_contact()
    row = make_registration(state="pending", organisation=organisation, contact=contact)
    assert contact.representations.count() == 0
    decide_registration(registration=row, approve=True, reason="", by=None, now=NOW)
    row.refresh_from_db()
    assert row.representation == contact.representations.get(organisation=organisation)


@pytest.mark.capability("C12")
def test_organiser_signs_up_somebody_without_address_and_mails_nobody():
    contact = make_contact(email="")
    row = register_by_organiser(
        session=make_session(registration_closes_at=NOW),
        contact=contact,
        organisation=make_organisation(),
        answers={},
        now=NOW,
    )
    assert (row.state, row.source, Notice.objects.count()) == ("registered", "organiser", 0)


@pytest.mark.capability("C7")
def test_interest_by_link_is_noted_once():
    session, contact = make_session(precision="season", first_day=date(2026, 6, 1)), make_contact()
    show_interest(session=session, contact=contact, now=NOW)
    show_interest(session=session, contact=contact, now=NOW)
    assert (Interest.objects.count(), Notice.objects.get().kind) == (1, "interest")
    with pytest.raises(SignUpClosed):
        _join(session, contact)


def test_invite_notes_for_whom_each_is_asked_on_the_day_of_the_session():
    session = make_session()
    first, second, past = (make_organisation() for _ in range(3))
    contact, alone = make_contact(), make_contact()
    make_representation(contact, second, role="alternate")
    make_representation(contact, past, valid_until=date(2026, 3, 11))
    make_representation(contact, first)
    ids = [contact.pk, alone.pk]
    assert invite(session_id=session.pk, contact_ids=ids, source="Brief", now=NOW) == 2
    asked = dict(Invitation.objects.values_list("contact", "organisation"))
    assert asked == {contact.pk: first.pk, alone.pk: None}
