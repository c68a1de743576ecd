"""For whom somebody comes whom an organiser signs up."""

from datetime import datetime

from contacts.models import Contact, Organisation, Representation
from contacts.selectors import primary_representation
from contacts.services.audit import Author
from contacts.services.representations import represent
from content.models import Session
from participation.selectors.sessions import day_of


def vouch_for(
    contact: Contact,
    organisation: Organisation | None,
    *,
    session: Session,
    function: str,
    by: Author,
    now: datetime,
) -> Representation | None:
    """Return what counts first on the day of the session; the organiser vouches for another."""
    known = primary_representation(contact, day_of(session, now))
    if organisation is None or (known is not None and known.organisation == organisation):
        return known
    return represent(contact=contact, organisation=organisation, function=function, by=by, now=now)
