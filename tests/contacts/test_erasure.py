"""Erasure: nothing is left of the person, and the figures of organisations stay."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry

from base.models import OutboxEvent
from campaigns import links
from campaigns.models import Delivery
from contacts.enums import (
    ContactAct,
    ImportState,
    Kin,
    MailState,
    NoticeKind,
    Purpose,
    Source,
)
from contacts.errors import AlreadyErased
from contacts.links import access_token
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
from contacts.selectors.mailability import suppressed
from contacts.services import confirm_contact, resubscribe, update_contact
from contacts.services.audit import note_change
from contacts.services.erasure import erase_contact, forget_contact
from contacts.services.imports import run_import, stage_import
from contacts.services.merging import merge_contacts
from contacts.services.notices import create_notice
from participation.models import Interest, Invitation, LearningQuestion, Registration
from participation.services import mark_attendance
from tests.contacts.dump import tables_that_hold
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_consent,
    make_contact,
    make_member,
    make_representation,
)
from tests.factories.content import make_home, make_session
from tests.factories.participation import (
    make_invitation,
    make_question,
    make_registration,
    typed_values,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

EMAIL = "Quirine.Zwaluw@example.org"
OLD = "q.zwaluw@oud.example.org"
PHONE = "06 98765432"

#: By any of these somebody could find her.
WORDS = ("quirine", "zwaluw", "98765432", "Adviseur vogels", "allergisch", "hielspoor", "Wóónt")


def make_person(**values: Any) -> Contact:
    given = {
        "title": "dr.",
        "given_name": "Quirine",
        "initials": "Q.",
        "family_name_prefix": "van der",
        "family_name": "Zwaluw",
        "email": EMAIL,
        "phone": PHONE,
        "courtesy_title": "mevrouw Zwaluw",
        "tags": ["zwaluw"],
        "address_source": "netwerklunch met Quirine",
    }
    return make_contact(**given | values)


def erase(contact: Contact, **values: Any) -> None:
    erase_contact(
        **{"contact_id": contact.pk, "by": None, "source": Source.ORGANISER, "now": NOW} | values
    )


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


def leave_traces(contact: Contact) -> None:
    """Have her everywhere where the application can put a person."""
    organisation = make_member(name="Stichting Wilg")
    place = make_representation(contact, organisation, function="Adviseur vogels")
    make_consent(contact, source_detail="gemaild door Quirine")
    update_contact(contact=contact, phone="06 98765432 (zus)", now=NOW)
    update_contact(contact=contact, phone=PHONE, by=make_user(), now=NOW)
    session = make_session(starts_at=datetime(2026, 2, 3, 9, tzinfo=UTC))
    registration = make_registration(
        session=session,
        contact=contact,
        organisation=organisation,
        representation=place,
        typed=typed_values(email=EMAIL, family_name="Zwaluw"),
        answers={"need": "Ik ben allergisch. Wóónt ver weg."},
        address_key=contact.address_key,
        rejection_reason="Te ver voor Quirine",
    )
    mark_attendance(
        registration=registration,
        attendance="excused",
        source="organiser",
        reason="hielspoor",
        now=NOW,
    )
    ModelLogEntry.objects.log_action(registration, "wagtail.edit")
    make_registration(
        state="unconfirmed",
        session=session,
        address_key=contact.address_key,
        typed=typed_values(email=EMAIL, given_name="Quirine"),
    )
    question = make_question(
        text="Hoe doe je dat?", contact=contact, remark=f"Bel Quirine van der  Zwaluw op {PHONE}"
    )
    question.organisations.add(organisation)
    make_question(text="Hoe kan ik, Quirine, dat leren?", contact=contact)
    make_invitation(session, contact)
    Interest.objects.create(session=session, contact=contact, since=NOW)
    for state in ("queued", "deferred", "sent", "unknown", "bounced", "claimed"):
        words = f"550 <{contact.address_key}> user unknown"
        make_delivery(contact=contact, state=state, reply_text=words, organisation=organisation)
        create_notice(
            kind=NoticeKind.SYSTEM,
            address=EMAIL.upper(),
            contact=None,
            language="nl",
            context={"subject": "Dag Quirine", "body": "Wóónt je nog daar?"},
            key=f"system:{state}",
            now=NOW,
        )
    create_notice(
        kind=NoticeKind.REGISTERED,
        address=contact.address_key or "",
        contact=contact,
        language="nl",
        context={"registration": registration.pk},
        key="registered:1",
        now=NOW,
    )
    stage_import(
        file_name="Quirine van der Zwaluw.csv",
        content=f"E-mail,Naam,Telefoon\n{EMAIL},Zwaluw,{PHONE}\n".encode(),
        dry_run=True,
        options={},
        created_by=None,
        now=NOW,
    )
    done = ContactImport.objects.create(file_name="a.csv", content=b"", created_at=NOW)
    reason = f"“{EMAIL}, {PHONE}” is niet duidelijk."
    undo = {
        "people": [[contact.pk, [place.pk], []]],
        "people_values": [[contact.pk, {"family_name": ["Zwaluw", "Spreeuw"]}]],
        "places": [[place.pk, contact.pk, "Adviseur vogels"]],
        "functions": [[place.pk, "Adviseur vogels", "directeur"]],
        "consents": [[1, contact.pk]],
    }
    others = {
        "people": [[99, [], []]],
        "people_values": [[99, {"family_name": ["Eik", "Els"]}]],
        "places": [[88, 99, "bestuur"]],
        "functions": [[88, "bestuur", "lid"]],
        "consents": [[contact.pk, 99]],
    }
    ImportPart.objects.create(
        contact_import=done,
        first=0,
        rows=[{"row": 2, "outcome": "skipped", "reason": reason}],
        undo={kind: [*items, *others[kind]] for kind, items in undo.items()},
    )
    moment = {"happened_on": TODAY, "kind": "phone", "created_at": NOW}
    ContactMoment.objects.create(contact=contact, text="Quirine belde", **moment)
    both = {"contact": contact, "organisation": organisation}
    ContactMoment.objects.create(text="Zwaluw wil afspreken", **both, **moment)
    ContactMoment.objects.create(
        organisation=organisation, text="Quirine van der Zwaluw gesproken; fijn.", **moment
    )


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
        "contacts_importpart",
        "contacts_notice",
        "contacts_representation",
        "participation_learningquestion",
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
    assert list(ContactMoment.objects.order_by("pk").values_list("text", "contact")) == [
        ("", None),
        ("… gesproken; fijn.", None),
    ]


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
            file_name=name, content=b"abc", state=state, dry_run=dry_run, created_at=NOW
        )
    erase(contact)
    found = {row.file_name: (row.state, bytes(row.content)) for row in ContactImport.objects.all()}
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


# --- seats ----------------------------------------------------------------------------------------


def test_seat_of_a_session_to_come_goes_to_who_waits() -> None:
    contact = make_person()
    session = make_session(capacity=1, waiting_list=True)
    mine = make_registration(session=session, contact=contact)
    waits = make_registration(session=session, state="waiting")
    past = make_registration(
        contact=contact,
        session=make_session(starts_at=NOW - timedelta(days=9), ends_at=NOW - timedelta(days=8)),
    )
    make_invitation(session, contact)
    erase(contact)
    for row in (mine, waits, past):
        row.refresh_from_db()
    assert (mine.state, waits.state, past.state) == ("cancelled", "registered", "registered")
    (notice,) = Notice.objects.filter(state=MailState.QUEUED)
    assert (notice.kind, notice.contact) == (NoticeKind.REGISTERED, waits.contact)
    assert Invitation.objects.get().answer == "none"


# --- coming back ----------------------------------------------------------------------------------


def imported(text: str = f"{EMAIL},Quirine,Zwaluw\n") -> dict[str, int]:
    staged = stage_import(
        file_name="mensen.csv",
        content=f"E-mail,Voornaam,Achternaam\n{text}".encode(),
        dry_run=False,
        options={},
        created_by=None,
        now=NOW,
    )
    found = run_import(import_id=staged.pk, now=NOW, pause=lambda seconds: None)
    return {outcome: count for outcome, count in found.counts.items() if count}


def sign_up_again() -> Contact:
    return confirm_contact(
        email=EMAIL,
        given_name="Quirine",
        family_name_prefix="",
        family_name="Zwaluw",
        language="nl",
        address_source="aanmelding",
        now=NOW,
    )


def test_import_does_not_bring_an_erased_person_back() -> None:
    erase(make_person())
    assert imported(f"{EMAIL},Quirine,Zwaluw\nander@example.org,Karel,Eik\n") == {
        "created": 1,
        "skipped": 1,
    }
    assert Contact.objects.present().get().full_name == "Karel Eik"
    assert tables_that_hold("zwaluw") == {}


def test_person_who_comes_back_is_somebody_new_and_still_gets_no_mailings() -> None:
    contact = make_person()
    erase(contact)
    new = sign_up_again()
    assert (new.pk != contact.pk, new.is_present, new.full_name) == (True, True, "Quirine Zwaluw")
    blocked = Contact.objects.filter(suppressed(Purpose.INVITATIONS))
    assert list(blocked) == [new]
    assert not Contact.objects.filter(suppressed(Purpose.SERVICE)).exists()


def test_person_who_asks_for_mail_again_gets_that_mail() -> None:
    erase(make_person())
    new = sign_up_again()
    resubscribe(
        contact=new,
        purpose=Purpose.INVITATIONS,
        source=Source.FORM,
        wording="Ja, stuur mij uitnodigingen",
        now=NOW,
    )
    assert not Contact.objects.filter(suppressed(Purpose.INVITATIONS)).exists()
    assert Contact.objects.filter(suppressed(Purpose.ANNOUNCEMENTS)).exists()
    assert imported() == {"unchanged": 1}


# --- links ----------------------------------------------------------------------------------------


def test_every_link_of_an_erased_person_is_dead(client: Client) -> None:
    make_home()
    contact, session = make_person(), make_far_session()
    registration = make_registration(contact=contact, session=session)
    delivery = make_delivery(contact=contact, state="sent")
    addresses = [
        links.preferences(contact),
        links.unsubscribe(contact, Purpose.INVITATIONS),
        links.sign_up(session, contact),
        links.decline(session, contact),
        links.registration(registration),
        links.join(registration),
        links.browser(delivery.pk),
        reverse("contacts:access", args=[access_token(contact)]),
    ]
    erase(contact)
    for address in addresses:
        response = client.get(address)
        # Unsubscribing always answers (RFC 8058), whether there is anybody left or not.
        assert response.status_code in ((200,) if "/u/" in address else (404, 410)), address
        assert "zwaluw" not in response.content.decode().casefold()
        client.post(address, {"choice": "again", "purposes": ["invitations"]})
    contact.refresh_from_db()
    assert not contact.consents.filter(withdrawn_at=None).exists()
    assert Suppression.objects.get().reason == "erased"
