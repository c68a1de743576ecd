"""Erasure: nothing is left of the person, and the figures of organisations stay."""

from datetime import timedelta

import pytest
from django.utils import translation
from wagtail.models import ModelLogEntry

from base.models import OutboxEvent
from campaigns.models import Delivery
from contacts.enums import (
    ContactAct,
    ImportState,
    Kin,
)
from contacts.errors import AlreadyErased
from contacts.models import (
    ConsentRecord,
    Contact,
    ContactImport,
    ContactMoment,
    ImportPart,
    Merge,
    Notice,
    Representation,
    Suppression,
)
from contacts.services.audit import note_change
from contacts.services.erasure import forget_contact
from contacts.services.import_files import keep_file
from contacts.services.merging import merge_contacts
from participation.models import Agreement, Invitation, LearningQuestion, PollAnswer, Registration
from tests.contacts.dump import tables_that_hold
from tests.contacts.erasure_scene import OLD, WORDS, erase, imported, leave_traces, make_person
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_contact,
    make_representation,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


# --- the person itself ----------------------------------------------------------------------------


def test_erased_person_is_an_empty_row_and_the_address_a_hash() -> None:
    contact, user = make_person(), make_user()
    key = contact.address_hash
    erase(contact, by=user)
    contact.refresh_from_db()
    kept = {"id": contact.pk, "created_at": NOW, "language": "nl", "link_version": 2}
    values = {field.name: getattr(contact, field.name) for field in Contact._meta.concrete_fields}
    empty = {"", None, "je", False}
    assert {name: value for name, value in values.items() if value not in [*empty, []]} == {
        **kept,
        "erased_at": NOW,
    }
    (row,) = Suppression.objects.all()
    assert (row.address_hash, row.scope, row.purpose, row.reason, row.source) == (
        key,
        "all",
        "",
        "erased",
        "organiser",
    )
    (line,) = ModelLogEntry.objects.for_instance(contact)
    assert (line.action, line.label, line.user, line.timestamp) == (
        "contacts.erase",
        f"#{contact.pk}",
        user,
        NOW,
    )
    (event,) = OutboxEvent.objects.all()
    assert (event.kind, event.data) == ("contact.erased", {"contact": contact.pk})


def test_erasing_twice_is_refused_and_changes_nothing() -> None:
    contact = make_person()
    erase(contact)
    with pytest.raises(AlreadyErased):
        erase(contact, now=NOW + timedelta(days=1))
    contact.refresh_from_db()
    assert (contact.erased_at, contact.link_version) == (NOW, 2)
    assert ModelLogEntry.objects.for_instance(contact).count() == 1


def test_person_without_address_is_erased_without_suppression() -> None:
    contact = make_person(email="")
    erase(contact)
    assert not Suppression.objects.exists()
    assert tables_that_hold(*WORDS) == {}


@pytest.mark.parametrize("given", ["kept", "gone"])
def test_every_row_of_a_merged_person_is_erased_with_both_addresses(given: str) -> None:
    kept, gone = make_person(), make_person(email=OLD, given_name="Q")
    other = make_contact()
    hashes = {kept.address_hash, gone.address_hash}
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    erase({"kept": kept, "gone": gone}[given])
    assert set(Contact.objects.filter(erased_at=NOW)) == {kept, gone}
    assert {row.address_hash for row in Suppression.objects.all()} == hashes
    assert Merge.objects.get().log == []
    assert tables_that_hold(*WORDS) == {}
    with pytest.raises(AlreadyErased):
        erase(gone)
    other.refresh_from_db()
    assert (other.is_present, other.given_name) == (True, "Amina")


def test_forgetting_after_years_leaves_the_address_free() -> None:
    contact = make_person()
    forget_contact(contact_id=contact.pk, now=NOW)
    assert not Suppression.objects.exists()
    assert tables_that_hold(*WORDS) == {}
    assert imported() == {"created": 1}


# --- everywhere -----------------------------------------------------------------------------------


@pytest.mark.capability("C71")
def test_nothing_in_the_whole_database_tells_of_the_person() -> None:
    contact = make_person()
    leave_traces(contact)
    make_person(
        given_name="Karel",
        initials="",
        email="karel@example.org",
        phone="",
        title="",
        courtesy_title="",
        tags=[],
        address_source="",
    )
    assert set(tables_that_hold(*WORDS)) == {
        "campaigns_delivery",
        "contacts_consentrecord",
        "contacts_contact",
        "contacts_contactimport",
        "contacts_contactmoment",
        "contacts_importfile",
        "contacts_importpart",
        "contacts_notice",
        "contacts_representation",
        "participation_agreement",
        "participation_learningquestion",
        "participation_pollanswer",
        "participation_registration",
        "wagtailcore_modellogentry",
    }
    erase(contact)
    assert tables_that_hold(*WORDS) == {"contacts_contact": ["zwaluw"]}
    assert Contact.objects.get(family_name="Zwaluw").full_name == "Karel van der Zwaluw"
    part = ImportPart.objects.get()
    assert part.rows[0]["reason"] == "“…, …” is niet duidelijk."
    assert part.undo == {
        "people": [[99, [], []]],
        "people_values": [[99, {"family_name": ["Eik", "Els"]}]],
        "places": [[88, 99, "bestuur"]],
        "functions": [[88, "bestuur", "lid"]],
        "consents": [[contact.pk, 99]],
    }


@pytest.mark.capability("C71")
def test_figures_of_organisations_stay() -> None:
    contact = make_person()
    leave_traces(contact)
    erase(contact)
    place = Representation.objects.get(contact=contact)
    assert (place.organisation.name, place.function, place.valid_until) == (
        "Stichting Wilg",
        "",
        TODAY,
    )
    registration = Registration.objects.get(contact=contact)
    assert (registration.state, registration.attendance, registration.organisation) == (
        "registered",
        "excused",
        place.organisation,
    )
    assert Invitation.objects.filter(contact=contact).count() == 1
    answer = PollAnswer.objects.get(contact=contact)
    chosen = [each.text_nl for each in answer.poll.options.filter(pk__in=answer.choices)]
    assert (answer.organisation, chosen, answer.remark) == (place.organisation, ["Ja"], "")
    states = Delivery.objects.filter(contact=contact, organisation=place.organisation)
    assert list(states.order_by("pk").values_list("state", "reason", "address_key")) == [
        ("excluded", "erased", None),
        ("excluded", "erased", None),
        ("sent", "", None),
        ("unknown", "", None),
        ("bounced", "", None),
        ("claimed", "", None),
    ]
    (question,) = LearningQuestion.objects.all()
    assert (question.text, question.remark, question.contact) == (
        "Hoe doe je dat?",
        "Bel … op …",
        None,
    )
    assert [each.name for each in question.organisations.all()] == ["Stichting Wilg"]
    agreed = Agreement.objects.order_by("pk")
    assert [(each.text, each.state, each.owner) for each in agreed] == [
        ("Bellen met …", "open", "Stichting Wilg"),
        ("Cijfers opsturen", "dropped", ""),
        ("Zaal boeken", "done", ""),
        ("Mail …", "open", "Stichting Wilg"),
    ]
    moments = ContactMoment.objects.order_by("pk")
    assert [each.text for each in moments] == ["", "… gesproken; fijn."]
    assert [each.contact_id for each in moments] == [None, None]


def test_consent_ends_and_notices_do_not_go() -> None:
    contact = make_person()
    leave_traces(contact)
    erase(contact)
    (consent,) = ConsentRecord.objects.all()
    assert (consent.withdrawn_at, consent.source_detail) == (NOW, "")
    assert set(Notice.objects.values_list("state", "address")) == {("expired", "")}
    assert [notice.context for notice in Notice.objects.all()] == [{}] * 7


def test_log_says_who_and_when_and_no_more_to_whom() -> None:
    contact, user = make_person(), make_user()
    note_change(
        contact=contact,
        action=ContactAct.CHANGE,
        by=user,
        changes={"phone": ("06", "07")},
        detail="Quirine belde",
        now=NOW,
    )
    erase(contact)
    line = ModelLogEntry.objects.for_instance(contact).get(action="contacts.change")
    assert (line.user, line.timestamp, line.label, line.data) == (
        user,
        NOW,
        f"#{contact.pk}",
        {"fields": ["phone"]},
    )
    with translation.override("en"):
        assert line.message == "Changed: phone"


def test_files_that_wait_are_emptied_and_the_one_being_written_is_not() -> None:
    contact = make_person()
    kept: dict[str, ContactImport] = {}
    for name, state, dry_run in (
        ("draft", "draft", True),
        ("rehearsed", "done", True),
        ("written now", "running", False),
    ):
        kept[name] = ContactImport.objects.create(
            file_name=name, state=state, dry_run=dry_run, created_at=NOW
        )
        keep_file(kept[name], b"abc")
    erase(contact)
    found = {row.file_name: (row.state, row.content) for row in ContactImport.objects.all()}
    assert found == {
        "draft": (ImportState.CANCELLED, b""),
        "rehearsed": (ImportState.DONE, b""),
        "written now": (ImportState.RUNNING, b"abc"),
    }
    kept["rehearsed"].refresh_from_db()
    assert not kept["rehearsed"].may_apply
    assert kept["rehearsed"].error


def test_merge_of_organisations_can_be_undone_but_for_the_person() -> None:
    contact, other = make_person(), make_contact()
    place = make_representation(contact, function="Adviseur vogels")
    steps = [
        {"do": "named", "kept": "Wilg", "gone": "Eik"},
        {
            "do": "changed",
            "model": "contacts.representation",
            "pk": place.pk,
            "before": {"function": "Adviseur vogels"},
            "after": {"function": ""},
        },
        {
            "do": "deleted",
            "model": "contacts.representation",
            "pk": 999999,
            "row": {"contact_id": contact.pk, "function": "Adviseur vogels"},
        },
        {
            "do": "deleted",
            "model": "contacts.representation",
            "pk": 999998,
            "row": {"contact_id": other.pk, "function": "directeur"},
        },
    ]
    merge = Merge.objects.create(
        kin=Kin.ORGANISATION, kept_id=1, gone_id=2, log=steps, merged_at=NOW
    )
    erase(contact)
    merge.refresh_from_db()
    assert merge.log == [steps[0], steps[3]]
