"""A person who left traces everywhere, and how she is erased."""

from datetime import UTC, datetime
from typing import Any

from wagtail.models import ModelLogEntry

from contacts.enums import (
    NoticeKind,
    Source,
)
from contacts.models import (
    Contact,
    ContactImport,
    ContactMoment,
    ImportPart,
)
from contacts.services import update_contact
from contacts.services.erasure import erase_contact
from contacts.services.imports import run_import, stage_import
from contacts.services.notices import create_notice
from participation.models import Interest
from participation.services import mark_attendance
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_consent,
    make_contact,
    make_member,
    make_representation,
)
from tests.factories.content import make_session
from tests.factories.participation import (
    make_agreement,
    make_invitation,
    make_poll_answer,
    make_question,
    make_registration,
    typed_values,
)

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
    agreed = make_agreement(
        session=session,
        contact=contact,
        organisation=organisation,
        text="Bellen met Q. van der Zwaluw",
    )
    ModelLogEntry.objects.log_action(agreed, "wagtail.create")
    make_agreement(session=session, contact=contact, text="Cijfers opsturen")
    make_agreement(session=session, contact=contact, text="Zaal boeken", state="done")
    make_agreement(session=session, organisation=organisation, text=f"Mail {EMAIL}")
    make_invitation(session, contact)
    make_poll_answer(
        None, "Ja", contact=contact, organisation=organisation, remark="Wel zonder Quirine!"
    )
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
    done = ContactImport.objects.create(file_name="a.csv", created_at=NOW)
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
