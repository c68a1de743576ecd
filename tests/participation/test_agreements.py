"""Agreements: noted, changed, settled, carried forward, and whose they are."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from contacts.enums import Source
from contacts.models import Contact
from contacts.services.erasure import erase_contact
from participation.enums import AGREEMENT_MOVES, AgreementState
from participation.errors import (
    AgreementChanged,
    AgreementGone,
    AgreementMoveNotAllowed,
    AgreementNobodys,
    AgreementNotOpen,
)
from participation.models import Agreement
from participation.selectors.agreements import (
    is_overdue,
    later_sessions,
    open_tasks,
    owns_agreement,
)
from participation.selectors.erasure import consequences_here
from participation.services.agreements import (
    carry_agreement,
    change_agreement,
    make_agreement,
    settle_agreement,
)
from participation.services.retention import heard_of_here
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_contact,
    make_organisation,
    make_representation,
)
from tests.factories.content import STARTS_AT, make_series, make_session
from tests.factories.participation import make_agreement as agree
from tests.factories.participation import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LATER = NOW + timedelta(hours=1)


# --- noting and changing --------------------------------------------------------------------------


@pytest.mark.capability("C66")
def test_agreement_is_noted_open_with_who_does_it_and_before_which_day():
    session, organisation, contact = make_session(), make_organisation(), make_contact()
    made = make_agreement(
        session=session,
        text="De cijfers opsturen",
        organisation=organisation,
        contact=contact,
        due=date(2026, 4, 1),
        now=NOW,
    )
    made.refresh_from_db()
    assert (made.state, made.created_at, made.changed_at) == ("open", NOW, NOW)
    assert made.owner == f"{contact.full_name}, {organisation.name}"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "organisation"),
        ({"text": ""}, "text"),
        ({"text": "x" * 1001}, "text"),
    ],
)
def test_agreement_that_is_not_right_names_the_field_and_is_not_kept(values, field):
    owner = {} if field == "organisation" else {"organisation": make_organisation()}
    with pytest.raises(ValidationError) as refused:
        make_agreement(**{"session": make_session(), "text": "Bellen", "now": NOW} | owner | values)
    assert list(refused.value.message_dict) == [field]
    assert not Agreement.objects.exists()


def test_agreement_cannot_be_given_to_somebody_who_is_gone():
    session = make_session()
    gone = make_contact(email="", erased_at=NOW)
    merged = make_contact(merged_into=make_contact())
    for contact in (gone, merged):
        with pytest.raises(ValidationError) as refused:
            make_agreement(session=session, text="Bellen", contact=contact, now=NOW)
        assert list(refused.value.message_dict) == ["contact"]


def test_database_keeps_no_open_agreement_of_nobody_and_none_carried_to_its_own_session():
    session = make_session()
    for values in ({"organisation": None}, {"carried_to": session}):
        with pytest.raises(IntegrityError), transaction.atomic():
            agree(session=session, **values)
    assert agree(session=session, organisation=None, state="done").owner == ""


def test_change_writes_what_is_given_and_leaves_the_rest():
    agreement = agree(due=date(2026, 4, 1))
    changed = change_agreement(agreement=agreement, text="Twee keer bellen", now=LATER)
    assert (changed.text, changed.due, changed.changed_at) == (
        "Twee keer bellen",
        date(2026, 4, 1),
        LATER,
    )


def test_change_of_what_somebody_else_changed_is_refused():
    agreement = agree()
    seen = agreement.changed_at
    change_agreement(agreement=agreement, text="Eerst", seen=seen, now=LATER)
    with pytest.raises(AgreementChanged):
        change_agreement(agreement=agreement, text="Later", seen=seen, now=LATER)
    agreement.refresh_from_db()
    assert agreement.text == "Eerst"


def test_agreement_that_moves_to_where_it_was_carried_is_carried_no_more():
    there = make_session()
    agreement = agree(carried_to=there)
    changed = change_agreement(agreement=agreement, session=there, now=LATER)
    assert (changed.session, changed.carried_to) == (there, None)


def test_acts_on_an_agreement_that_was_deleted_say_so():
    agreement = agree()
    Agreement.objects.all().delete()
    for act in (
        lambda: change_agreement(agreement=agreement, text="x", now=NOW),
        lambda: settle_agreement(agreement=agreement, to=AgreementState.DONE, now=NOW),
        lambda: carry_agreement(agreement=agreement, to=None, now=NOW),
    ):
        with pytest.raises(AgreementGone):
            act()


# --- settling and carrying forward ----------------------------------------------------------------


@pytest.mark.capability("C66")
@pytest.mark.parametrize("to", AgreementState)
@pytest.mark.parametrize("state", AgreementState)
def test_agreement_moves_as_the_table_says_and_no_other_way(state, to):
    agreement = agree(state=state)
    if to in AGREEMENT_MOVES[state]:
        assert settle_agreement(agreement=agreement, to=to, now=LATER).state == to
    else:
        with pytest.raises(AgreementMoveNotAllowed):
            settle_agreement(agreement=agreement, to=to, now=LATER)
    agreement.refresh_from_db()
    moved = to in AGREEMENT_MOVES[state]
    assert (agreement.state, agreement.changed_at) == ((to, LATER) if moved else (state, NOW))


def test_agreement_of_nobody_is_not_reopened():
    agreement = agree(organisation=None, state="dropped")
    with pytest.raises(AgreementNobodys):
        settle_agreement(agreement=agreement, to=AgreementState.OPEN, now=LATER)
    change_agreement(agreement=agreement, organisation=make_organisation(), now=LATER)
    assert settle_agreement(agreement=agreement, to=AgreementState.OPEN, now=LATER).state == "open"


@pytest.mark.capability("C61")
def test_agreement_is_carried_forward_open_and_back():
    here, there = make_session(), make_session()
    agreement = agree(session=here)
    carried = carry_agreement(agreement=agreement, to=there, now=LATER)
    assert (carried.state, carried.session, carried.carried_to) == ("open", here, there)
    assert carry_agreement(agreement=agreement, to=None, now=LATER).carried_to is None


def test_agreement_is_not_carried_to_its_own_session_nor_once_settled():
    agreement = agree()
    with pytest.raises(ValidationError) as refused:
        carry_agreement(agreement=agreement, to=agreement.session, now=LATER)
    assert list(refused.value.message_dict) == ["carried_to"]
    settle_agreement(agreement=agreement, to=AgreementState.DONE, now=LATER)
    with pytest.raises(AgreementNotOpen):
        carry_agreement(agreement=agreement, to=make_session(), now=LATER)


def test_later_sessions_are_those_of_the_series_that_come_or_have_no_date():
    series = make_series()
    here = make_session(series=series)
    later = make_session(
        series=series,
        starts_at=STARTS_AT + timedelta(days=9),
        ends_at=STARTS_AT + timedelta(days=9, hours=1),
    )
    undated = make_session(series=series, precision="unknown")
    make_session(series=series, precision="unknown", status="cancelled")
    make_session(precision="unknown")
    make_session(
        series=series,
        starts_at=STARTS_AT - timedelta(days=9),
        ends_at=STARTS_AT - timedelta(days=8),
    )
    assert list(later_sessions(here)) == [later, undated]
    alone, other = make_session(), make_session()
    assert other in later_sessions(alone)
    assert later not in later_sessions(alone)


def test_overdue_is_open_and_past_its_day():
    late = agree(due=TODAY - timedelta(days=1))
    agree(due=TODAY)
    agree()
    agree(due=TODAY - timedelta(days=1), state="done")
    assert list(Agreement.objects.filter(is_overdue(TODAY))) == [late]
    assert [each.is_overdue(TODAY) for each in Agreement.objects.order_by("pk")] == [
        True, False, False, False,
    ]  # fmt: skip


# --- whose it is ----------------------------------------------------------------------------------


def _owners(session, state="open"):
    return set(Contact.objects.filter(owns_agreement(session.slug, state, TODAY)))


def test_agreement_of_a_person_is_theirs_also_for_an_organisation():
    session, organisation = make_session(), make_organisation()
    named, primary = make_contact(), make_contact()
    make_representation(primary, organisation, role="primary")
    agree(session=session, contact=named, organisation=organisation)
    assert _owners(session) == {named}


def test_agreement_of_an_organisation_is_its_primary_representatives_of_that_day():
    session, organisation = make_session(), make_organisation()
    first, second, alternate, former = (make_contact() for _ in range(4))
    make_representation(first, organisation, role="primary")
    make_representation(second, organisation, role="primary")
    make_representation(alternate, organisation, role="alternate")
    make_representation(former, organisation, role="primary", valid_until=TODAY - timedelta(days=1))
    make_registration(session=session, contact=alternate, organisation=organisation)
    agree(session=session, organisation=organisation)
    assert _owners(session) == {first, second}


def test_agreement_of_an_organisation_without_one_is_that_of_its_people_who_signed_up():
    session, there, organisation = make_session(), make_session(), make_organisation()
    came, stayed, cancelled, elsewhere, former = (make_contact() for _ in range(5))
    for contact in (came, stayed, cancelled, elsewhere):
        make_representation(contact, organisation, role="alternate")
    make_representation(former, organisation, role="primary", valid_until=TODAY - timedelta(days=1))
    make_registration(session=session, contact=came)
    make_registration(session=session, contact=cancelled, state="cancelled")
    make_registration(session=there, contact=elsewhere)
    make_registration(session=session, contact=former)
    agree(session=session, organisation=organisation, carried_to=there)
    assert _owners(session) == {came}
    # Who signed up where it was made counts, also once it is carried forward.
    assert _owners(there) == {came}


def test_agreement_is_nobodys_at_another_session_or_in_another_state():
    session, other = make_session(), make_session()
    contact = make_contact()
    agree(session=session, contact=contact)
    agree(session=other, contact=make_contact(), state="done")
    assert _owners(session) == {contact}
    assert _owners(session, "done") == _owners(other) == set()
    assert len(_owners(other, "done")) == 1


def test_tasks_of_everybody_are_read_in_one_query(django_assert_num_queries):
    session, organisation = make_session(), make_organisation()
    named, primary = make_contact(), make_contact()
    make_representation(primary, organisation, role="primary")
    agree(session=session, contact=named, text="Zonder dag")
    agree(session=session, contact=named, text="Later", due=date(2026, 5, 1))
    agree(contact=named, carried_to=session, text="Eerder", due=date(2026, 4, 1))
    agree(session=session, contact=named, text="Klaar", state="done")
    agree(contact=named, text="Van een andere sessie")
    agree(session=session, organisation=organisation, text="Van ons")
    with django_assert_num_queries(1):
        found = open_tasks(session, TODAY)
    assert found == {
        named.pk: [("Eerder", date(2026, 4, 1)), ("Later", date(2026, 5, 1)), ("Zonder dag", None)],
        primary.pk: [("Van ons", None)],
    }


# --- the person -----------------------------------------------------------------------------------


def test_agreement_is_a_sign_of_life():
    contact = make_contact()
    agree(contact=contact, changed_at=NOW)
    agree(changed_at=NOW)
    heard = [
        pk
        for rows in heard_of_here(NOW - timedelta(days=1))
        for pk in rows.values_list("contact", flat=True)
    ]
    assert heard == [contact.pk]
    assert not any(rows.exists() for rows in heard_of_here(NOW + timedelta(days=1)))


def test_open_agreement_of_who_is_erased_goes_on_with_the_organisation_alone():
    contact, organisation = make_contact(), make_organisation()
    both = agree(contact=contact, organisation=organisation)
    alone = agree(contact=contact)
    with translation.override("nl"):
        assert list(consequences_here([contact.pk], NOW)) == [
            "2 afspraken verliezen de naam; die geen organisatie kan doen, vervallen."
        ]
    erase_contact(contact_id=contact.pk, by=None, source=Source.FORM, now=LATER)
    both.refresh_from_db()
    alone.refresh_from_db()
    assert (both.state, both.owner) == ("open", organisation.name)
    assert (alone.state, alone.owner, alone.changed_at) == ("dropped", "", LATER)
