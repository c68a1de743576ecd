"""All that is held of a person, as data and as a page: complete, and theirs alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import ForeignObjectRel
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts.models import Contact, Notice
from contacts.selectors.access import document_of, held_of, parts_of, readable
from tests.factories.campaigns import make_delivery
from tests.factories.communities import make_community, make_moment, make_named
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_organisation,
    make_representation,
    make_suppression,
)
from tests.factories.content import make_session
from tests.factories.dossiers import make_dossier
from tests.factories.participation import (
    make_agreement,
    make_invitation,
    make_poll_answer,
    make_question,
    make_registration,
    typed_values,
)

pytestmark = pytest.mark.django_db


def text_of(held: dict[str, Any]) -> str:
    return json.dumps(held, ensure_ascii=False)


# --- everything is in it ------------------------------------------------------------------------


def _interest(contact: Contact, mark: str) -> None:
    contact.interests.create(session=make_session(titles={"nl": mark}), since=NOW)


def _notice(contact: Contact, mark: str) -> None:
    Notice.objects.create(
        kind="link", address=mark, contact=contact, key=mark, created_at=NOW, not_before=NOW
    )


#: For each table that refers to a person: a row with the mark in it.
ROWS: dict[str, Callable[[Contact, str], Any]] = {
    "contacts.Representation.contact": lambda contact, mark: make_representation(
        contact, function=mark
    ),
    "contacts.ConsentRecord.contact": lambda contact, mark: make_consent(contact, wording=mark),
    "contacts.CommunityRepresentative.contact": lambda contact, mark: make_named(
        make_community(name=mark), contact, make_organisation()
    ),
    "contacts.ContactMoment.contact": lambda contact, mark: make_moment(contact=contact, text=mark),
    "contacts.Contact.merged_into": lambda contact, mark: make_contact(
        given_name=mark, merged_into=contact
    ),
    "contacts.Notice.contact": _notice,
    "participation.Invitation.contact": lambda contact, mark: make_invitation(
        contact=contact, source=mark
    ),
    "participation.Interest.contact": _interest,
    "participation.Registration.contact": lambda contact, mark: make_registration(
        contact=contact, answers={"need": mark}
    ),
    "participation.LearningQuestion.contact": lambda contact, mark: make_question(
        contact=contact, text=mark
    ),
    "participation.Agreement.contact": lambda contact, mark: make_agreement(
        contact=contact, text=mark
    ),
    "participation.PollAnswer.contact": lambda contact, mark: make_poll_answer(
        contact=contact, remark=mark
    ),
    "campaigns.Delivery.contact": lambda contact, mark: make_delivery(
        contact=contact, state="sent", reply_text=mark, sent_at=NOW
    ),
}


def _relations() -> list[str]:
    return [
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in Contact._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
    ]


@pytest.mark.parametrize("relation", _relations())
def test_copy_holds_every_table_that_refers_to_a_person(relation):
    assert relation in ROWS, f"{relation} is new: a holding has to bring it, and this test a row."
    contact, other = make_contact(), make_contact()
    ROWS[relation](contact, "merkteken")

    assert "merkteken" in text_of(held_of(contact, for_person=True))
    assert "merkteken" not in text_of(held_of(other, for_person=True))


def test_copy_holds_what_refers_to_the_address_alone():
    contact = make_contact(email="Amina@Example.org", address_key="amina@example.org")
    make_suppression(contact, reason="objection")
    make_registration(
        state="unconfirmed",
        address_key="amina@example.org",
        typed=typed_values(function="getypte functie"),
    )
    Notice.objects.create(
        kind="confirm",
        address="AMINA@example.org",
        key="x",
        created_at=NOW,
        not_before=NOW,
        state="sent",
        sent_at=NOW,
    )

    held = held_of(contact, for_person=True)

    assert [row["reason"] for row in held["suppressions"]] == ["objection"]
    assert [row["typed"]["function"] for row in held["registrations"]] == ["getypte functie"]
    assert [row["kind"] for row in held["notices"]] == ["confirm"]


def test_copy_is_of_one_person_alone():
    mine, theirs = make_dossier("mijne"), make_dossier("hunne")
    make_representation(theirs.contact, mine.organisation)
    make_registration(session=mine.session, contact=theirs.contact)

    text = text_of(held_of(mine.contact, for_person=True))

    assert ("mijne" in text, "hunne" in text, theirs.contact.email in text) == (True, False, False)


def test_copy_of_a_person_without_an_address_holds_nobody_elses_rows():
    nobody = make_contact(email="")
    make_suppression(nobody)
    make_registration(state="unconfirmed", address_key="")
    Notice.objects.create(kind="confirm", address="", key="x", created_at=NOW, not_before=NOW)

    held = held_of(nobody, for_person=True)

    assert [held[kind] for kind in ("suppressions", "registrations", "notices")] == [[], [], []]


def test_copy_names_no_colleague_of_ours():
    found = make_dossier()

    text = text_of(held_of(found.contact, for_person=True))

    assert "merkteken" in text
    assert ("Collega" in text, found.colleague.username in text) == (False, False)


@pytest.mark.capability("C54")
def test_private_reason_is_in_the_copy_of_the_person_alone():
    found = make_dossier()

    own = document_of(found.contact, for_person=True, now=NOW)
    organisers = document_of(found.contact, for_person=False, now=NOW)

    assert own["held"]["registrations"][0]["attendance_reason"] == "geheim merkteken"
    assert "geheim" not in text_of(organisers)
    left_out = ["registrations.attendance_reason", "registrations.private_answers"]
    assert (own["left_out"], organisers["left_out"]) == ([], left_out)
    pages = [
        " ".join(words for part in readable(parts) for row in part.rows for _label, words in row)
        for parts in (parts_of(found.contact, for_person=each) for each in (True, False))
    ]
    assert ["geheim" in page for page in pages] == [True, False]


def test_copy_gives_times_with_their_offset_and_choices_by_code():
    contact = make_contact()
    make_consent(contact, given_at=NOW)

    (row,) = held_of(contact, for_person=True)["consents"]

    assert row == {
        "purpose": "invitations",
        "topic": "",
        "basis": "consent",
        "source": "form",
        "source_detail": "",
        "wording": "",
        "given_at": "2026-03-02T10:00:00+01:00",
        "withdrawn_at": None,
    }


def test_page_says_it_in_the_language_that_is_active():
    contact = make_contact()
    make_consent(contact, given_at=NOW)

    def said(language: str) -> list[tuple[str, str]]:
        with translation.override(language):
            parts = {part.code: part for part in readable(parts_of(contact, for_person=True))}
            return [(str(label), words) for label, words in parts["consents"].rows[0]]

    assert said("en") == [
        ("purpose", "invitations"),
        ("basis", "consent"),
        ("source", "form"),
        ("given at", "March 2, 2026, 10 a.m."),
    ]
    assert said("nl")[-1][1] == "2 maart 2026 10:00"


def test_copy_asks_the_same_of_one_row_and_of_fifty():
    found = make_dossier()
    held_of(found.contact, for_person=True)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            held_of(found.contact, for_person=True)
        return len(asked)

    before = queries()
    for place in range(50):
        make_delivery(contact=found.contact, state="sent", sent_at=NOW)
        make_consent(found.contact, topic=f"t{place}")
        make_registration(contact=found.contact, session=make_session())
        make_representation(found.contact)
        make_moment(contact=found.contact, organisation=found.organisation)
        make_question(contact=found.contact, session=make_session())
    assert queries() == before
