"""Public sign-up: who is in at once, who waits, and what nobody learns."""

from datetime import date, timedelta

import pytest

from base.models import FormHit
from contacts.models import (
    ConsentRecord,
    Contact,
    Notice,
    Organisation,
    Representation,
    Suppression,
)
from participation.errors import DeclarationMissing, SessionFull, SignUpClosed
from participation.models import Interest, LearningQuestion, Registration
from participation.services import (
    announce_known_dates,
    confirm_registration,
    request_registration,
)
from tests.factories.contacts import (
    NOW,
    make_contact,
    make_mail_domain,
    make_member,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
)
from tests.factories.content import ENDS_AT, STARTS_AT, make_session
from tests.factories.participation import make_registration, make_typed

pytestmark = pytest.mark.django_db


def _request(session, act="a", now=NOW, **typed):
    request_registration(session=session, typed=make_typed(**typed), act=act, now=now)


def _confirm(session, **typed):
    _request(session, **typed)
    row = Registration.objects.filter(session=session, state="unconfirmed").latest("id")
    return confirm_registration(registration=row, now=NOW)


def _kinds():
    return sorted(Notice.objects.values_list("kind", flat=True))


def test_request_keeps_what_was_typed_and_leaves_the_contact_base_alone():
    session = make_session()
    _request(session, organisation="Nieuwe Stichting", answers={"need": "koffie"})
    row = Registration.objects.get()
    assert (row.state, row.contact, row.organisation) == ("unconfirmed", None, None)
    assert row.typed["organisation"] == "Nieuwe Stichting"
    assert (Contact.objects.count(), Organisation.objects.count()) == (0, 0)
    notice = Notice.objects.get()
    assert (notice.kind, notice.address) == ("confirm", "bilal@example.org")
    assert notice.context == {"registrations": [row.pk]}


def test_request_twice_uses_one_row_and_the_same_act_one_mail():
    session = make_session()
    _request(session, act="a")
    _request(session, act="a")
    _request(session, act="b", function="Directeur")
    assert Registration.objects.get().typed["function"] == "Directeur"
    assert Notice.objects.count() == 2


def test_request_mails_an_address_three_times_a_day_at_most():
    session = make_session()
    for act in "abcdef":
        _request(session, act=act)
    assert Notice.objects.count() == 3
    _request(session, act="g", now=NOW + timedelta(days=1, seconds=1))
    assert Notice.objects.count() == 4


def test_request_of_a_registered_person_mails_the_link_and_changes_nothing():
    session = make_session()
    contact = make_contact(email="bilal@example.org", given_name="Bilal", language="en")
    row = make_registration(session=session, contact=contact, answers={"need": "thee"})
    _request(session, given_name="Vreemd", answers={"need": "koffie"})
    row.refresh_from_db()
    assert (Registration.objects.count(), row.answers) == (1, {"need": "thee"})
    notice = Notice.objects.get()
    assert (notice.kind, notice.context) == ("link", {"registration": row.pk})
    assert (notice.contact, notice.language) == (contact, "en")


def test_typing_an_address_lifts_nothing_and_confirming_it_lifts_a_hard_bounce_alone():
    contact = make_contact(email="bilal@example.org")
    make_suppression(contact, reason="hard_bounce")
    kept = make_suppression(contact, reason="unsubscribed")
    session = make_session()
    _request(session)
    assert Suppression.objects.count() == 2
    confirm_registration(registration=Registration.objects.get(), now=NOW)
    assert list(Suppression.objects.all()) == [kept]


def test_following_a_session_without_a_date_lifts_a_hard_bounce_too():
    make_suppression(make_contact(email="bilal@example.org"), reason="hard_bounce")
    _confirm(make_session(precision="unknown"))
    assert not Suppression.objects.exists()


@pytest.mark.capability("C11")
def test_known_representative_of_a_member_is_in_at_once():
    member = make_member()
    contact = make_contact(email="bilal@gmail.example.org")
    make_representation(contact, member)
    row = _confirm(make_session(), email="bilal@gmail.example.org", organisation=member.name)
    assert (row.state, row.contact, row.organisation) == ("registered", contact, member)
    assert _kinds() == ["confirm", "registered"]


@pytest.mark.capability("C11")
def test_address_in_the_domain_of_a_member_is_in_at_once_and_represents_it():
    member = make_member()
    make_mail_domain(member, "wilg.example.org")
    row = _confirm(make_session(), email="bilal@wilg.example.org", works_on_theme=False)
    assert (row.state, row.organisation) == ("registered", member)
    assert row.contact.representations.get().organisation == member


@pytest.mark.capability("C11")
@pytest.mark.parametrize("works_on_theme", [True, False])
def test_typing_the_name_of_a_member_opens_no_door(works_on_theme):
    member = make_member()
    row = _confirm(make_session(), organisation=member.name, works_on_theme=works_on_theme)
    assert (row.state, row.organisation) == ("pending", member)
    assert Representation.objects.count() == 0
    again = _confirm(make_session(), organisation=member.name)
    assert again.state == "pending"


@pytest.mark.capability("C11")
def test_non_member_declares_the_theme_and_awaits_approval():
    session = make_session()
    with pytest.raises(DeclarationMissing):
        _request(session, organisation="Nieuwe Stichting", works_on_theme=False)
    assert (Registration.objects.count(), Notice.objects.count()) == (0, 0)
    row = _confirm(session, organisation="Nieuwe Stichting")
    assert (row.state, row.works_on_theme) == ("pending", True)
    assert (row.organisation.name, row.organisation.reviewed) == ("Nieuwe Stichting", False)
    assert _kinds() == ["confirm", "pending"]


def test_membership_counts_on_the_day_of_the_session():
    organisation = make_organisation()
    make_membership(organisation, valid_from=date(2026, 3, 13))
    contact = make_contact(email="bilal@example.org")
    make_representation(contact, organisation)
    assert _confirm(make_session()).state == "pending"
    next_day = timedelta(days=1)
    later = make_session(starts_at=STARTS_AT + next_day, ends_at=ENDS_AT + next_day)
    assert _confirm(later).state == "registered"


@pytest.mark.parametrize(
    ("eligibility", "member", "state"),
    [
        ("everyone", False, "registered"),
        ("everyone", True, "registered"),
        ("members", False, "pending"),
        ("members", True, "registered"),
        ("theme", False, "pending"),
        ("theme", True, "registered"),
    ],
)
def test_eligibility_decides_who_is_in_at_once(eligibility, member, state):
    contact = make_contact(email="bilal@example.org")
    make_representation(contact, make_member() if member else make_organisation())
    assert _confirm(make_session(eligibility=eligibility)).state == state


def test_invited_session_is_closed_to_the_public():
    with pytest.raises(SignUpClosed):
        _request(make_session(eligibility="invited"))
    assert (Registration.objects.count(), Notice.objects.count()) == (0, 0)


def test_confirming_twice_changes_nothing():
    session = make_session()
    row = _confirm(session)
    again = confirm_registration(registration=row, now=NOW)
    assert (again.pk, Registration.objects.count()) == (row.pk, 1)
    assert _kinds() == ["confirm", "pending"]


def test_confirming_after_signing_up_by_link_gives_the_registration_that_holds():
    session = make_session(eligibility="everyone")
    _request(session)
    open_one = Registration.objects.get()
    held = make_registration(session=session, contact=make_contact(email="bilal@example.org"))
    assert confirm_registration(registration=open_one, now=NOW) == held
    open_one.refresh_from_db()
    assert (open_one.state, open_one.contact) == ("lapsed", None)


def test_confirming_never_overwrites_a_known_name():
    contact = make_contact(email="bilal@example.org", given_name="Bilal", family_name="Oud")
    _confirm(make_session(), given_name="Ander", family_name="Nieuw")
    contact.refresh_from_db()
    assert contact.full_name == "Bilal Oud"


def test_full_session_without_waiting_list_refuses_and_keeps_the_sign_up_open():
    session = make_session(capacity=1, waiting_list=False, eligibility="everyone")
    _request(session)
    make_registration(session=session)
    row = Registration.objects.get(state="unconfirmed")
    with pytest.raises(SessionFull):
        confirm_registration(registration=row, now=NOW)
    row.refresh_from_db()
    assert (row.state, Contact.objects.filter(email="bilal@example.org").count()) == (
        "unconfirmed",
        0,
    )
    with pytest.raises(SessionFull):
        _request(session, email="ander@example.org")


def test_full_session_with_waiting_list_lets_wait():
    session = make_session(capacity=1, waiting_list=True, eligibility="everyone")
    make_registration(session=session)
    assert _confirm(session).state == "waiting"
    assert _kinds() == ["confirm", "waiting"]


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "cancelled"},
        {"status": "held"},
        {"registration_opens_at": NOW + timedelta(hours=1)},
        {"registration_closes_at": NOW},
        {"host_url": "https://partner.example.org/", "host_name": "Partner"},
        {"starts_at": NOW - timedelta(hours=3), "ends_at": NOW - timedelta(hours=1)},
    ],
)
def test_closed_session_refuses_and_stores_nothing(facts):
    with pytest.raises(SignUpClosed):
        _request(make_session(**facts))
    counts = (Registration.objects.count(), Notice.objects.count(), FormHit.objects.count())
    assert counts == (0, 0, 0)


def test_session_cancelled_before_confirmation_refuses():
    session = make_session()
    _request(session)
    session.status = "cancelled"
    session.save()
    with pytest.raises(SignUpClosed):
        confirm_registration(registration=Registration.objects.get(), now=NOW)
    assert Contact.objects.count() == 0


@pytest.mark.capability("C7")
@pytest.mark.capability("C15")
def test_session_without_a_date_notes_interest_and_tells_once_when_it_is_known():
    session = make_session(precision="month", first_day=date(2026, 6, 1))
    row = _confirm(session, works_on_theme=False)
    assert (row.state, row.contact) == ("lapsed", None)
    interest = Interest.objects.get()
    assert interest.contact.email == "bilal@example.org"
    assert announce_known_dates(now=NOW) == 0
    session.precision, session.first_day = "day", date(2026, 6, 4)
    session.published_at = NOW
    session.save()
    assert (announce_known_dates(now=NOW), announce_known_dates(now=NOW)) == (1, 0)
    notice = Notice.objects.get(kind="date_known")
    assert (notice.context, notice.not_before) == (
        {"session": session.pk},
        NOW + timedelta(minutes=15),
    )
    assert _kinds() == ["confirm", "date_known", "interest"]


@pytest.mark.capability("C14")
def test_answers_and_consent_are_kept_on_confirmation():
    row = _confirm(
        make_session(),
        answers={"need": "koffie", "learning_question": "Hoe?"},
        consent=["invitations"],
        consent_wording="Mail mij",
    )
    assert row.answers == {"need": "koffie", "learning_question": "Hoe?"}
    assert LearningQuestion.objects.get().text == "Hoe?"
    record = ConsentRecord.objects.get()
    assert (record.purpose, record.basis, record.source) == ("invitations", "consent", "form")
    assert record.wording == "Mail mij"
