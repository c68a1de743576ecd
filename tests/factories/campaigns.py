"""Mailings and ledger rows for tests."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from campaigns.compiling import compile_messages
from campaigns.enums import MailingKind, MailingState
from campaigns.models import Delivery, Mailing
from campaigns.services.batches import put_back
from contacts.enums import MailState, Purpose
from content.models import Session
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_session

_number = count(1)

BODY = [
    {"type": "text", "value": "<p>{{ contact.salutation }},</p><p>Jij kent dit onderwerp.</p>"},
    {"type": "session", "value": {"session": ""}},
    {
        "type": "button",
        "value": {"label": "Ik doe mee", "link": "link.sign_up", "url": "", "quiet": False},
    },
]
BODY_EN = [
    {"type": "text", "value": "<p>{{ contact.salutation }},</p><p>You know this subject.</p>"},
    {"type": "session", "value": {"session": ""}},
    {
        "type": "button",
        "value": {"label": "I will join", "link": "link.sign_up", "url": "", "quiet": False},
    },
]


def make_far_session(**overrides: Any) -> Session:
    """A session that is still to come for entry points that read the clock."""
    times = {
        "starts_at": datetime(2100, 3, 4, 12, 30, tzinfo=UTC),
        "ends_at": datetime(2100, 3, 4, 14, 30, tzinfo=UTC),
    }
    return make_session(**times | overrides)


def make_mailing(**overrides: Any) -> Mailing:
    """A draft invitation in two languages to everyone; one that is being sent is frozen as well."""
    n = next(_number)
    values: dict[str, Any] = {
        "title": f"Uitnodiging {n}",
        "kind": MailingKind.INVITATION,
        "purpose": Purpose.INVITATIONS,
        "audience": {"everyone": True},
        "subject_nl": "Denk je mee?",
        "subject_en": "Will you join us?",
        "body_nl": BODY,
        "body_en": BODY_EN,
        "created_at": NOW,
    } | overrides
    mailing = Mailing.objects.create(**values)
    started = (MailingState.SENDING, MailingState.PAUSED, MailingState.DONE)
    if mailing.state in started and not mailing.frozen:
        frozen = {"audience": mailing.audience, "messages": compile_messages(mailing)}
        Mailing.objects.filter(pk=mailing.pk).update(
            frozen=frozen, frozen_at=NOW, started_at=mailing.started_at or NOW
        )
        mailing.refresh_from_db()
    return mailing


def make_delivery(**overrides: Any) -> Delivery:
    """A queued row of a mailing that is being sent, to a contact of its own."""
    contact = overrides.pop("contact", None) or make_contact()
    mailing = overrides.pop("mailing", None) or make_mailing(state=MailingState.SENDING)
    values = {
        "mailing": mailing,
        "contact": contact,
        "address_key": contact.address_key,
        "language": contact.language,
        "state": MailState.QUEUED,
        "basis": "membership",
    } | overrides
    if values["state"] == MailState.DEFERRED:
        values.setdefault("next_attempt_at", NOW)
    delivery = Delivery.objects.create(**values)
    if delivery.state == MailState.QUEUED:
        put_back(row_ids=[delivery.pk])
    return delivery


def mark_sent(mailing: Mailing, at: datetime = NOW) -> None:
    """Let all that waits be sent, and leave no batch, as the worker does."""
    mailing.deliveries.filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at=at)
    mailing.batches.all().delete()
