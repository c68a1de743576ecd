"""Who was invited and never said anything."""

import pytest

from contacts.models import Contact
from participation.models import Interest
from participation.selectors.unanswered import narrow_by_answers
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_session
from tests.factories.participation import make_invitation, make_registration

pytestmark = pytest.mark.django_db


def found(value: str) -> set[Contact]:
    return set(narrow_by_answers(Contact.objects.all(), value, NOW))


def test_silence_is_never_having_answered_any_invitation():
    silent = make_invitation().contact
    make_invitation(contact=silent)
    once = make_invitation(answer="declined").contact
    make_invitation(contact=once)
    colleague = make_invitation(answer="colleague").contact
    make_contact()  # was never asked
    assert found("never") == {silent}
    assert found("ever") == {once, colleague}


@pytest.mark.parametrize(
    ("state", "is_answer"),
    [("registered", True), ("cancelled", True), ("rejected", True), ("lapsed", False)],
)
def test_signing_up_for_what_one_was_invited_for_is_an_answer(state, is_answer):
    session = make_session()
    contact = make_contact()
    make_invitation(session, contact)
    make_registration(session=session, contact=contact, state=state)
    assert found("ever" if is_answer else "never") == {contact}
    assert found("never" if is_answer else "ever") == set()


def test_signing_up_for_something_else_is_no_answer():
    contact = make_invitation().contact
    make_registration(session=make_session(), contact=contact)
    assert found("never") == {contact}


def test_asking_to_be_kept_informed_is_an_answer():
    invitation = make_invitation()
    Interest.objects.create(session=invitation.session, contact=invitation.contact, since=NOW)
    assert found("ever") == {invitation.contact}
