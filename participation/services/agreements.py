"""What was agreed at a session: noted, changed, settled, and carried forward to a later one.

Whoever writes holds the session first and then the person, as everywhere: an erasure does so too.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Contact, Organisation
from content.models import Session
from participation.enums import AGREEMENT_MOVES, AgreementState
from participation.errors import (
    AgreementChanged,
    AgreementGone,
    AgreementMoveNotAllowed,
    AgreementNobodys,
    AgreementNotOpen,
)
from participation.models import Agreement
from participation.services.seats import lock_session


@transaction.atomic
def make_agreement(
    *,
    session: Session,
    text: str,
    organisation: Organisation | None = None,
    contact: Contact | None = None,
    due: date | None = None,
    is_public: bool = False,
    now: datetime,
) -> Agreement:
    """Note an open agreement of a session. Raises ValidationError (by field) and SessionGone."""
    _hold(session, contact)
    agreement = Agreement(
        session=session,
        text=text,
        organisation=organisation,
        contact=contact,
        due=due,
        is_public=is_public,
        created_at=now,
        changed_at=now,
    )
    agreement.full_clean()
    agreement.save()
    return agreement


@transaction.atomic
def change_agreement(
    *, agreement: Agreement, now: datetime, seen: datetime | None = None, **values: Any
) -> Agreement:
    """Write these fields (text, session, organisation, contact, due, is_public); others stay.

    `seen` is the `changed_at` of what the author looked at. An agreement that comes to belong to
    the session to which it was carried is simply its own. Raises ValidationError (by field),
    AgreementChanged, AgreementGone and SessionGone.
    """
    _hold(values.get("session", agreement.session), values.get("contact", agreement.contact))
    held = Agreement.objects.select_for_update().filter(pk=agreement.pk).first()
    if held is None:
        raise AgreementGone
    if seen is not None and held.changed_at != seen:
        raise AgreementChanged
    for name, value in values.items():
        setattr(held, name, value)
    if held.carried_to_id == held.session_id:
        held.carried_to = None
    held.changed_at = now
    held.full_clean()
    held.save()
    return held


@transaction.atomic
def settle_agreement(*, agreement: Agreement, to: AgreementState, now: datetime) -> Agreement:
    """Say that it is done or dropped, or open after all; return it as it is then.

    Raises AgreementMoveNotAllowed, AgreementNobodys and AgreementGone.
    """
    sources = [state for state, targets in AGREEMENT_MOVES.items() if to in targets]
    movable = Agreement.objects.filter(pk=agreement.pk, state__in=sources)
    if to == AgreementState.OPEN:
        movable = movable.exclude(organisation=None, contact=None)
    moved = movable.update(state=to, changed_at=now)
    held = _found(agreement)
    if not moved and held.state in sources:
        raise AgreementNobodys
    if not moved:
        raise AgreementMoveNotAllowed(state=held.state, to=to)
    return held


@transaction.atomic
def carry_agreement(*, agreement: Agreement, to: Session | None, now: datetime) -> Agreement:
    """Carry an open agreement forward to another session, or (None) leave it where it was made.

    It stays open. Raises AgreementNotOpen, AgreementGone, SessionGone, and ValidationError (of
    `carried_to`) when that is the session where it was made.
    """
    if to is not None:
        lock_session(to.pk)
    open_one = Agreement.objects.filter(pk=agreement.pk, state=AgreementState.OPEN)
    if to is not None and open_one.filter(session=to).exists():
        message = _("It was made at this session. Choose another one.")
        raise ValidationError({"carried_to": message})
    moved = open_one.update(carried_to=to, changed_at=now)
    held = _found(agreement)
    if not moved:
        raise AgreementNotOpen
    return held


def _found(agreement: Agreement) -> Agreement:
    found = Agreement.objects.filter(pk=agreement.pk).first()
    if found is None:
        raise AgreementGone
    return found


def _hold(session: Session, contact: Contact | None) -> None:
    lock_session(session.pk)
    if contact is not None:
        list(Contact.objects.select_for_update().filter(pk=contact.pk).values("pk"))
