"""Registrations, invitations and what is typed on a form, with invented people."""

from datetime import date
from itertools import count
from typing import Any

from contacts.models import Contact
from content.models import Session
from participation.models import (
    Agreement,
    Invitation,
    LearningQuestion,
    Poll,
    PollAnswer,
    PollOption,
    Registration,
)
from participation.services import Typed
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_session

_number = count(1)


def make_registration(**overrides: Any) -> Registration:
    """A registered contact; an unconfirmed one has what was typed, and no contact."""
    values: dict[str, Any] = {
        "state": "registered",
        "source": "public_form",
        "created_at": NOW,
        "changed_at": NOW,
    } | overrides
    values.setdefault("session", None)
    values["session"] = values["session"] or make_session()
    if values["state"] == "unconfirmed":
        address = f"nieuw{next(_number)}@example.org"
        values = {"address_key": address, "typed": typed_values(email=address)} | values
    elif "contact" not in values:
        values["contact"] = make_contact()
    return Registration.objects.create(**values)


def make_invitation(
    session: Session | None = None, contact: Contact | None = None, **overrides: Any
) -> Invitation:
    values = {
        "session": session or make_session(),
        "contact": contact or make_contact(),
        "source": "Uitnodiging",
        "invited_at": NOW,
    }
    return Invitation.objects.create(**values | overrides)


def make_question(**overrides: Any) -> LearningQuestion:
    return LearningQuestion.objects.create(**{"text": "Hoe?", "created_at": NOW} | overrides)


def make_agreement(**overrides: Any) -> Agreement:
    """An open agreement; of an organisation of its own unless somebody is named."""
    values: dict[str, Any] = {
        "text": "De cijfers opsturen",
        "created_at": NOW,
        "changed_at": NOW,
    } | overrides
    values.setdefault("session", None)
    values["session"] = values["session"] or make_session()
    if "contact" not in values and "organisation" not in values:
        values["organisation"] = make_organisation()
    return Agreement.objects.create(**values)


def make_poll(*texts: str, **overrides: Any) -> Poll:
    """An open poll of one choice, with options of these texts, or "Ja" and "Nee"."""
    values = {"question_nl": "Doen we dit?", "created_at": NOW} | overrides
    poll = Poll.objects.create(**values)
    if poll.kind in ("one", "several"):
        for place, text in enumerate(texts or ("Ja", "Nee")):
            PollOption.objects.create(poll=poll, text_nl=text, sort_order=place)
    return poll


def make_date_poll(*days: date, **overrides: Any) -> Poll:
    """A poll of these days, or of two."""
    poll = make_poll(**{"kind": "dates", "question_nl": "Wanneer kun je?"} | overrides)
    for place, day in enumerate(days or (date(2026, 4, 2), date(2026, 4, 9))):
        PollOption.objects.create(poll=poll, day=day, sort_order=place)
    return poll


def make_poll_answer(poll: Poll | None = None, *options: str, **overrides: Any) -> PollAnswer:
    """An answer to the poll, with the options of these texts."""
    poll = poll or make_poll()
    chosen = [each.pk for each in poll.options.all() if each.text_nl in options]
    values = {"poll": poll, "choices": chosen, "answered_at": NOW} | overrides
    values.setdefault("contact", None)
    values["contact"] = values["contact"] or make_contact()
    return PollAnswer.objects.create(**values)


def typed_values(**overrides: Any) -> dict[str, Any]:
    """What somebody typed, as a registration keeps it."""
    values = {
        "email": "bilal@example.org",
        "given_name": "Bilal",
        "family_name_prefix": "van",
        "family_name": "Dam",
        "organisation": "",
        "function": "",
        "language": "nl",
        "answers": {},
        "works_on_theme": True,
        "consent": [],
        "consent_wording": "",
    }
    return values | overrides


def make_typed(**overrides: Any) -> Typed:
    return Typed(**typed_values(**overrides))


def form_values(**overrides: Any) -> dict[str, Any]:
    """The fields of the sign-up form, as a browser sends them (without the page's stamp)."""
    values = {
        "email": "bilal@example.org",
        "given_name": "Bilal",
        "family_name_prefix": "van",
        "family_name": "Dam",
        "organisation": "Stichting Wilg",
        "function": "",
        "works_on_theme": "on",
        "need": "",
        "learning_question": "",
        "website": "",
    }
    return values | overrides
