"""The demonstration, loaded as a whole into an empty house by the services that people use."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.enums import MailingState
from campaigns.markdown import to_blocks
from campaigns.models import Mailing
from campaigns.services.mailings import check_mailing, save_mailing
from config.demo.communities import load_community
from config.demo.contact_base import FOLDER, load_organisations, load_people, load_themes
from config.demo.errors import DemonstrationBroken, HouseNotEmpty
from config.demo.groups import load_groups
from config.demo.mailings import INVITATION, NO_ANSWER, SEE_YOU, Draft
from config.demo.publishing import load_answers, load_series, load_settings
from contacts.enums import RowOutcome
from contacts.models import Contact, Organisation, Theme
from content.models import QAPage, SeriesPage, Session
from content.services import ensure_site
from participation.services import import_questions, register_by_organiser

#: They lead and speak at the first session; Noor signed them up when they said yes on the phone.
SIGNED_UP_BY_PHONE = (
    "farid.sabry@nieuweverhalen.example.org",
    "o.adeyemi@movingsocieties.example.org",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is now."""

    organisations: int
    people: int
    conflicts: int
    sessions: int
    answers: int
    questions: int
    mailings: int


def is_empty() -> bool:
    """Whether nobody has put anything in the house yet, but for its first pages."""
    rooms = (Session, SeriesPage, QAPage, Organisation, Contact, Theme, Mailing)
    return not any(model.objects.exists() for model in rooms)


@transaction.atomic
def load_demonstration(*, now: datetime) -> Loaded:
    """Load everything, or nothing. Raises HouseNotEmpty.

    The invitation is checked and not sent: pressing the button is for whoever looks around.
    """
    if not is_empty():
        raise HouseNotEmpty
    ensure_site(now=now)
    load_settings()
    load_themes()
    load_organisations(now=now)
    imported = load_people(now=now)
    load_community(now=now)
    load_groups(now=now)
    sessions = load_series(now=now)
    load_answers(now=now)
    _sign_up_by_phone(sessions[0], now)
    asked = import_questions((FOLDER / "questions.csv").read_bytes(), session=sessions[0], now=now)
    mailings = [
        save_draft(draft, sessions[0], now=now) for draft in (INVITATION, NO_ANSWER, SEE_YOU)
    ]
    _check(mailings[0], now)
    return Loaded(
        organisations=Organisation.objects.count(),
        people=Contact.objects.count(),
        conflicts=imported.counts[RowOutcome.CONFLICT],
        sessions=len(sessions),
        answers=QAPage.objects.filter(locale__language_code="nl").count(),
        questions=asked.created,
        mailings=len(mailings),
    )


def save_draft(draft: Draft, session: Session, *, now: datetime) -> Mailing:
    """Write a mailing of the demonstration as a draft."""
    mailing = Mailing(
        title=draft.title,
        kind=draft.kind,
        purpose=draft.purpose,
        session=session,
        series=session.series,
        audience=draft.audience(session.slug),
        plan=draft.plan,
        with_calendar=draft.with_calendar,
        reply_to=session.contact_email,
    )
    for language, text in draft.texts.items():
        setattr(mailing, f"subject_{language}", text.subject)
        setattr(mailing, f"preheader_{language}", text.preheader)
        setattr(mailing, f"body_{language}", json.dumps(to_blocks(text.body)))
    return save_mailing(mailing=mailing, by=None, now=now)


def _sign_up_by_phone(session: Session, now: datetime) -> None:
    for email in SIGNED_UP_BY_PHONE:
        register_by_organiser(
            session=session,
            contact=Contact.objects.get(address_key=email),
            organisation=None,
            answers={},
            now=now,
        )


def _check(mailing: Mailing, now: datetime) -> None:
    problems = check_mailing(mailing_id=mailing.pk, now=now)
    mailing.refresh_from_db()
    if problems or mailing.state != MailingState.CHECKED:
        raise DemonstrationBroken(" ".join(problems))
