"""Explaining who gets a mailing, checking again before the wire, and saying the audience."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import audience
from campaigns.audience.parsing import _READERS
from campaigns.enums import MailingKind, Per
from campaigns.models import Delivery
from campaigns.selectors import exclusions_now, explain
from campaigns.selectors.rules import everybody
from campaigns.selectors.terms import terms_of
from campaigns.services.planning import start_mailing
from contacts.enums import Purpose
from contacts.models import Contact
from participation.models import Invitation, Registration
from tests.campaigns.people import make_delegate, register
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    make_contact,
    make_suppression,
    make_theme,
)
from tests.factories.content import make_session

pytestmark = pytest.mark.django_db


# --- explaining -------------------------------------------------------------------------


def test_explain_answers_for_everybody_considered_or_not():
    session = make_session()
    gets_it, signed_up, stranger = make_delegate(), make_delegate(), make_contact()
    mailing = make_mailing(
        session=session,
        audience={
            "all": [
                {"member": True},
                {"registration": {"session": session.slug, "states": ["none"]}},
            ]
        },
    )
    register(session, signed_up)

    def why(contact):
        found = explain(mailing, contact, NOW)
        return found.gets_it, found.reason, found.state

    assert why(gets_it) == (True, "", "")
    assert why(signed_up) == (False, "already_registered", "")
    assert why(stranger) == (False, "not_in_audience", "")
    row = make_delivery(mailing=mailing, contact=signed_up, state="excluded", reason="declined")
    assert why(signed_up) == (False, "declined", "excluded")
    Delivery.objects.filter(pk=row.pk).update(state="sent", reason="")
    assert why(signed_up) == (True, "", "sent")


# --- just before the wire ---------------------------------------------------------------


def _started(**values):
    mailing = make_mailing(state="planned", due_at=NOW, **values)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    return mailing


def _now(mailing, at=NOW):
    rows = dict(Delivery.objects.filter(mailing=mailing).values_list("pk", "contact_id"))
    found = exclusions_now(delivery_ids=list(rows), now=at)
    return {rows[row]: str(reason) for row, reason in found.items()}


def test_recheck_sees_what_people_did_since_the_start():
    session = make_session()
    stays, signed_up, declined, unsubscribed = (
        make_delegate(),
        make_delegate(),
        make_delegate(),
        make_delegate(),
    )
    mailing = _started(
        session=session,
        audience={
            "all": [
                {"member": True},
                {"not": {"registration": {"session": session.slug, "states": ["registered"]}}},
                {"registration": {"session": session.slug, "states": ["none", "registered"]}},
            ]
        },
    )
    assert _now(mailing) == {}

    register(session, signed_up)
    Invitation.objects.filter(contact=declined).update(answer="declined")
    make_suppression(unsubscribed)

    assert _now(mailing) == {
        signed_up.pk: "already_registered",
        declined.pk: "declined",
        unsubscribed.pk: "suppressed",
    }
    assert stays.pk not in _now(mailing)


def test_recheck_does_not_ask_again_what_the_start_settled():
    session = make_session()
    contact = make_delegate(language="nl")
    mailing = _started(
        session=session,
        audience={
            "all": [
                {"member": True},
                {"language": "nl"},
                {"not": {"invited": {"session": session.slug}}},
            ]
        },
    )
    # The start itself invited; and now the person reads English.
    assert Invitation.objects.filter(contact=contact).count() == 1
    Contact.objects.filter(pk=contact.pk).update(language="en")

    assert _now(mailing) == {}


def test_recheck_of_a_reminder_sees_a_cancellation_and_the_begin():
    session = make_session()
    stays, leaves = make_contact(), make_contact()
    register(session, stays)
    row = register(session, leaves)
    mailing = _started(
        kind="reminder",
        purpose="participation",
        session=session,
        audience={"registration": {"session": session.slug, "states": ["registered"]}},
    )

    Registration.objects.filter(pk=row.pk).update(state="cancelled")

    assert _now(mailing) == {leaves.pk: "not_registered"}
    assert _now(mailing, at=session.starts_at)[stays.pk] == "session_over"


def test_recheck_takes_as_many_queries_for_one_as_for_three():
    mailing = make_mailing(state="sending", session=make_session())
    one = [make_delivery(mailing=mailing, contact=make_delegate()).pk]
    three = [make_delivery(mailing=mailing, contact=make_delegate()).pk for _ in range(3)]

    with CaptureQueriesContext(connection) as first:
        exclusions_now(delivery_ids=one, now=NOW)
    with CaptureQueriesContext(connection) as second:
        exclusions_now(delivery_ids=three, now=NOW)

    assert len(first) == len(second)


EVERY_CONDITION: list[dict[str, Any]] = [
    {"everyone": True},
    {"member": True},
    {"theme": "migratie"},
    {"community": "kring"},
    {"organisation_kind": ["ngo"]},
    {"language": "nl"},
    {"country": ["NL"]},
    {"role": ["primary"]},
    {"tag": "kern"},
    {"contacts": [1, 2]},
    {"consent": "invitations:migratie"},
    {"registration": {"session": "s", "states": ["none", "declined", "registered"]}},
    {"invited": {"session": "s"}},
    {"interested": {"session": "s"}},
    {"organisation_registered": {"session": "s"}},
    {"attendance": {"session": "s", "values": ["present"]}},
    {"learning_question": {"session": "s", "given": False}},
    {"agreement": {"session": "s", "state": "open"}},
    {"answered": {"poll": 1}},
    {"received": {"mailing": 1}},
]


def test_every_condition_is_in_the_list():
    assert {name for data in EVERY_CONDITION for name in data} == set(_READERS)


@pytest.mark.parametrize("kind", MailingKind.values)
@pytest.mark.parametrize("purpose", Purpose.values)
def test_question_of_the_recheck_is_put_into_words_without_asking(
    kind, purpose, django_assert_num_queries
):
    """So the same terms always give the same words, and those may be kept between batches."""
    make_theme(slug="migratie")
    mailing = make_mailing(
        kind=kind, purpose=purpose, session=make_session(), audience={"any": EVERY_CONDITION}
    )
    for per in Per:
        mailing.per = per
        terms = terms_of(mailing, NOW).again()
        with django_assert_num_queries(0):
            rows = everybody(terms).values_list("id", "reason")
            rows.query.get_compiler(rows.db).as_sql()


def test_recheck_sees_what_changed_since_the_one_before():
    session, contact = make_session(), make_delegate()
    nobody_yet = {"registration": {"session": session.slug, "states": ["none"]}}
    mailing = make_mailing(state="sending", session=session, audience=nobody_yet)
    make_delivery(mailing=mailing, contact=contact)

    assert _now(mailing) == {}
    register(session, contact)
    assert _now(mailing) == {contact.pk: "already_registered"}


# --- saying it --------------------------------------------------------------------------

SENTENCES = [
    ({"everyone": True}, "Everyone", "Iedereen"),
    (
        {"any": [{"member": True}, {"theme": "migratie"}]},
        "Members or people working on “Migration”",
        "Leden of mensen die werken aan “Migratie”",
    ),
    (
        {
            "all": [
                {"any": [{"member": True}, {"language": "en"}]},
                {"country": ["NL", "BE"]},
                {"not": {"registration": {"session": "werksessie-2", "states": ["registered"]}}},
            ]
        },
        (
            "(members or people who read English) and at the same time people of "
            "organisations in Netherlands or Belgium, "
            "but not: signed up for “Session 2”"
        ),
        (
            "(leden of mensen die Engels lezen) en tegelijk mensen van organisaties in "
            "Nederland of België, "
            "maar niet: aangemeld voor “Werksessie 2”"
        ),
    ),
    (
        {"not": {"attendance": {"session": "werksessie-2", "values": ["no_show"]}}},
        "Everyone, but not: did not appear at “Session 2”",
        "Iedereen, maar niet: niet verschenen bij “Werksessie 2”",
    ),
]


@pytest.mark.parametrize(("data", "english", "dutch"), SENTENCES)
def test_audience_is_said_aloud(data, english, dutch):
    make_theme(slug="migratie", name_nl="Migratie", name_en="Migration")
    make_session(slug="werksessie-2", titles={"nl": "Werksessie 2", "en": "Session 2"})
    condition = audience.parse(data)

    assert audience.sentence(condition, "en") == english
    assert audience.sentence(condition, "nl") == dutch
