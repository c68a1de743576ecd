"""The one way in which a registration changes its state, and how the person hears of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from base.services import emit
from contacts.enums import NoticeKind
from contacts.models import Contact, Organisation, Representation
from contacts.services.notices import create_notice
from content.models import Session
from content.questions import Answer
from content.selectors import told_hash
from participation.enums import REGISTRATION_MOVES, RegistrationSource, RegistrationState
from participation.errors import MoveNotAllowed
from participation.models import Registration
from participation.selectors.hosts import is_of_host

#: What the person is told on arriving in a state. The rest is told where it happens, or not at all.
NOTICE_OF_STATE = {
    RegistrationState.PENDING: NoticeKind.PENDING,
    RegistrationState.REGISTERED: NoticeKind.REGISTERED,
    RegistrationState.WAITING: NoticeKind.WAITING,
    RegistrationState.OFFERED: NoticeKind.OFFERED,
    RegistrationState.REJECTED: NoticeKind.REJECTED,
    RegistrationState.CANCELLED: NoticeKind.CANCELLED,
    RegistrationState.TRANSFERRED: NoticeKind.TRANSFERRED,
}


@transaction.atomic
def move(
    registration: Registration, *, to: RegistrationState, now: datetime, **values: Any
) -> None:
    """Move the registration by a conditional update; `values` are written along with the state.

    The instance is refreshed. Raises MoveNotAllowed when its row is not (or no longer) in a state
    from which REGISTRATION_MOVES leads to `to`.
    """
    sources = [state for state, targets in REGISTRATION_MOVES.items() if to in targets]
    moved = Registration.objects.filter(pk=registration.pk, state__in=sources).update(
        state=to, changed_at=now, **values
    )
    registration.refresh_from_db()
    if not moved:
        raise MoveNotAllowed(state=registration.state, to=to)
    announce(registration, now=now)


@transaction.atomic
def open_registration(
    *,
    session: Session,
    contact: Contact,
    state: RegistrationState,
    source: RegistrationSource | str,
    now: datetime,
    organisation: Organisation | None = None,
    representation: Representation | None = None,
    answers: dict[str, Answer] | None = None,
    private_answers: dict[str, Answer] | None = None,
    works_on_theme: bool = False,
    is_host: bool | None = None,
) -> Registration:
    """Add a registration of a known contact in its first state.

    Unless `is_host` says so, the roles of the session tell whether it is one of a host.
    """
    if is_host is None:
        is_host = is_of_host(session, organisation)
    registration = Registration.objects.create(
        session=session,
        contact=contact,
        organisation=organisation,
        representation=representation,
        state=state,
        source=source,
        answers=answers or {},
        private_answers=private_answers or {},
        works_on_theme=works_on_theme,
        is_host=is_host,
        created_at=now,
        changed_at=now,
        calendar_sequence=next_sequence(session, contact),
    )
    announce(registration, now=now)
    return registration


def next_sequence(session: Session, contact: Contact) -> int:
    """Return a calendar number above all that this person's entry for the session has carried.

    The entry keeps its UID when somebody cancels and signs up again, so its number must go on.
    """
    last = Registration.objects.filter(session=session, contact=contact).aggregate(
        last=Max("calendar_sequence")
    )["last"]
    return 0 if last is None else last + 1


def announce(registration: Registration, *, now: datetime) -> None:
    """Note for others (webhooks) that the registration changed."""
    emit(
        kind="registration.changed",
        data={
            "registration": registration.pk,
            "session": registration.session_id,
            "contact": registration.contact_id,
            "state": str(registration.state),
        },
        now=now,
    )


def tell(
    registration: Registration, *, now: datetime, kind: NoticeKind | None = None, act: str = ""
) -> bool:
    """Queue the notice about the registration: that of its state, unless another kind is given.

    Nobody without an address is told. `act` sets apart what may rightly be told more than once.
    """
    kind = kind or NOTICE_OF_STATE[RegistrationState(registration.state)]
    contact = registration.contact
    if contact is None or not contact.address_key:
        return False
    return create_notice(
        kind=kind,
        address=contact.address_key,
        contact=contact,
        language=contact.language,
        context={"registration": registration.pk},
        key=":".join(filter(None, (kind, str(registration.pk), act))),
        now=now,
        told=told_hash(registration.session),
    )
