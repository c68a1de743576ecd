"""Registrations, invitations and what is typed on a form, with invented people."""

from itertools import count
from typing import Any

from contacts.models import Contact
from content.models import Session
from participation.models import Agreement, Invitation, LearningQuestion, Registration
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
