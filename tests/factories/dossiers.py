"""A person of whom something of every kind is known, for the timeline and the copy."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User

from contacts.enums import ContactAct
from contacts.models import Contact, Merge, Notice, Organisation
from contacts.services.audit import note_change
from content.models import Session
from participation.models import Interest
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_mailing
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
from tests.factories.participation import (
    make_agreement,
    make_invitation,
    make_poll_answer,
    make_question,
    make_registration,
    typed_values,
)

#: After everything that is made here.
LATER = NOW + timedelta(days=30)


@dataclass(frozen=True)
class Dossier:
    """A person, the row that was merged into theirs, and what they have to do with."""

    contact: Contact
    gone: Contact
    organisation: Organisation
    session: Session
    colleague: User


def make_dossier(mark: str = "merkteken") -> Dossier:
    """Something of every kind, each an hour after the one before; every free text has the mark."""
    found = Dossier(
        contact=make_contact(given_name=f"Voor-{mark}", address_source=f"bron {mark}"),
        gone=make_contact(given_name=f"Oud-{mark}"),
        organisation=make_organisation(name=f"Stichting {mark}"),
        session=make_session(titles={"nl": f"Sessie {mark}", "en": f"Session {mark}"}),
        colleague=make_user(first_name="Collega", last_name=mark),
    )
    Contact.objects.filter(pk=found.gone.pk).update(merged_into=found.contact)
    _in_contacts(found, mark)
    _in_participation(found, mark)
    _in_campaigns(found, mark)
    return found


def _at(hours: float):
    return NOW + timedelta(hours=hours)


def _in_contacts(found: Dossier, mark: str) -> None:
    contact = found.contact
    make_representation(
        contact,
        found.organisation,
        function=f"functie {mark}",
        valid_from=date(2020, 1, 1),
        valid_until=date(2026, 3, 1),
    )
    make_named(make_community(name=f"Kring {mark}"), contact, found.organisation)
    make_moment(contact=contact, text=f"Gebeld over {mark}.", written_by=found.colleague)
    make_consent(contact, wording=f"Ja, {mark}", given_at=_at(1), withdrawn_at=_at(2))
    make_suppression(
        contact, scope="purpose", purpose="invitations", reason="manual", created_at=_at(3)
    )
    Notice.objects.create(
        kind="confirm",
        address=contact.email,
        contact=contact,
        key=f"bericht {mark}",
        created_at=_at(4),
        not_before=_at(4),
        state="refused",
        reply_code=550,
        reply_text=f"no such user {mark}",
    )
    Merge.objects.create(
        kin="contact",
        kept_id=contact.pk,
        gone_id=found.gone.pk,
        merged_by=found.colleague,
        merged_at=_at(5),
    )
    for hours, action, detail in (
        (6, ContactAct.CHANGE, ""),
        (7, ContactAct.IMPORT, f"lijst {mark}.csv"),
        (3, ContactAct.SUPPRESS, "niet nog eens"),
    ):
        note_change(
            contact=contact,
            action=action,
            by=found.colleague,
            changes={"phone": ("", f"tel {mark}")} if action == ContactAct.CHANGE else None,
            detail=detail,
            now=_at(hours),
        )


def _in_participation(found: Dossier, mark: str) -> None:
    contact, session = found.contact, found.session
    make_invitation(
        session,
        contact,
        source=f"brief {mark}",
        invited_at=_at(8),
        answer="registered",
        answered_at=_at(9),
    )
    Interest.objects.create(session=session, contact=contact, since=_at(10))
    registration = make_registration(
        session=session,
        contact=contact,
        organisation=found.organisation,
        created_at=_at(11),
        changed_at=_at(12),
        typed=typed_values(function=f"getypt {mark}"),
        answers={"need": f"nodig {mark}"},
        attendance="excused",
        attendance_at=_at(13),
        attendance_reason=f"geheim {mark}",
        private_answers={"eten": f"geheim dieet {mark}"},
    )
    make_question(
        contact=contact,
        session=session,
        text=f"Hoe {mark}?",
        registration=registration,
        created_at=_at(14),
    )
    make_agreement(
        contact=contact, session=session, text=f"Afgesproken {mark}", created_at=_at(14.5)
    )
    make_poll_answer(
        contact=contact,
        organisation=found.organisation,
        remark=f"peiling {mark}",
        answered_at=_at(14) + timedelta(minutes=30),
    )


def _in_campaigns(found: Dossier, mark: str) -> None:
    mailing = make_mailing(title=f"Mailing {mark}", state="done", started_at=_at(15))
    make_delivery(
        mailing=mailing,
        contact=found.contact,
        organisation=found.organisation,
        state="bounced",
        sent_at=_at(16),
        reply_code=550,
        reply_text=f"mailbox full {mark}",
    )
    make_delivery(
        mailing=mailing, contact=found.gone, state="excluded", reason="no_basis", basis=""
    )
