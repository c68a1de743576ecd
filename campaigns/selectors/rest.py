"""Who came into the audience of a mailing after it was sent."""

from datetime import datetime

from campaigns.enums import MailingState
from campaigns.errors import AudienceInvalid
from campaigns.models import Mailing
from campaigns.selectors.recipients import count_recipients
from campaigns.selectors.terms import terms_of


def count_the_rest(mailing: Mailing, now: datetime) -> int:
    """Return how many would get it if it were sent to the rest now, by the rules of the start.

    Nobody when it is not done, when what it is about is over, or when its audience no longer holds.
    One query.
    """
    if mailing.state != MailingState.DONE:
        return 0
    try:
        terms = terms_of(mailing, now).for_the_rest()
    except AudienceInvalid:
        return 0
    return 0 if terms.is_over else count_recipients(terms)
