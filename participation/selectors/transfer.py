"""Whether somebody can give their seat, or their place in line, to a colleague."""

from datetime import datetime

from content.enums import SessionStatus
from content.selectors import has_begun
from participation.enums import ENDED, RegistrationState
from participation.models import Registration


def may_pass_on(registration: Registration, now: datetime) -> bool:
    """Whether it is live and confirmed, and the session has not begun. Also after sign-up closed.

    A seat that is offered passes on for as long as it is kept.
    """
    session = registration.session
    if registration.state in (*ENDED, RegistrationState.UNCONFIRMED) or not registration.contact_id:
        return False
    if session.status == SessionStatus.CANCELLED or has_begun(session, now):
        return False
    until = registration.offered_until
    is_offer = registration.state == RegistrationState.OFFERED
    return not (is_offer and until is not None and until <= now)
