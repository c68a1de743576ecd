"""An organiser decides about somebody who waits for approval."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from base.services import emit
from contacts.enums import NoticeKind
from contacts.models import Representation
from contacts.services.audit import Author
from contacts.services.representations import represent
from participation.enums import RegistrationState
from participation.errors import MoveNotAllowed, ReasonMissing
from participation.models import Registration
from participation.services.moves import move, tell
from participation.services.seats import lock_session, seat_or_wait


@transaction.atomic
def decide_registration(
    *,
    registration: Registration,
    approve: bool,
    reason: str,
    by: AbstractBaseUser | None,
    now: datetime,
) -> Registration:
    """Approve somebody (who then has a seat or waits for one) or turn the sign-up down.

    Raises ReasonMissing on a refusal without reason, MoveNotAllowed when the person is not pending
    (any more), SessionFull when there is neither a seat nor a waiting list.
    """
    session = lock_session(registration.session_id)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state != RegistrationState.PENDING:
        to = RegistrationState.REGISTERED if approve else RegistrationState.REJECTED
        raise MoveNotAllowed(state=registration.state, to=to)
    if approve:
        state = seat_or_wait(session, registration.organisation, now=now)
        move(registration, to=state, now=now, representation=_represent(registration, by, now))
        approved = state == RegistrationState.REGISTERED
        tell(registration, kind=NoticeKind.APPROVED if approved else None, now=now)
    else:
        if not reason.strip():
            raise ReasonMissing
        move(registration, to=RegistrationState.REJECTED, now=now, rejection_reason=reason.strip())
        tell(registration, now=now)
    emit(
        kind="registration.decided",
        data={"registration": registration.pk, "approved": approve, "by": by.pk if by else None},
        now=now,
    )
    return registration


def _represent(registration: Registration, by: Author, now: datetime) -> Representation | None:
    """By approving, the organiser vouches that the person speaks for the organisation."""
    if registration.contact is None or registration.organisation is None:
        return None
    return registration.representation or represent(
        contact=registration.contact,
        organisation=registration.organisation,
        function=registration.typed.get("function", ""),
        by=by,
        now=now,
    )
