"""What every page about a session says of it: when, where, who organises, who sees the list."""

from datetime import datetime
from functools import partial
from typing import Any

from contacts.addresses import masked
from contacts.models import Contact
from content.dates import moment_in_words, when, where
from content.models import SeriesPage, Session
from content.selectors import Imprint, imprint_in, linked_page, session_url
from participation.selectors.series import series_choices
from participation.selectors.sessions import is_dated, phase_of


def session_facts(
    session: Session,
    language: str,
    *,
    now: datetime,
    imprint: Imprint | None = None,
    phase: str = "",
) -> dict[str, Any]:
    """Return the template context about a session in a language.

    `imprint` and `phase` are for a page that has asked for them already.
    """
    settings, privacy_url = imprint or imprint_in(language)
    return {
        "session": session,
        "title": session.title(language),
        "when": when(session, language),
        "where": where(session, language),
        "opens_at": _opens_at(session, language),
        # Asked for by the template that shows it: a page of the session itself does not.
        "session_url": partial(session_url, session, language),
        "is_dated": is_dated(session),
        "phase": phase or phase_of(session, now),
        "association": settings.association_name,
        "list_seen_by": settings.list_seen_by(language),
        "privacy_url": privacy_url,
        "contact_email": session.contact_email or settings.sender_email,
        "language": language,
    }


def series_facts(series: SeriesPage, language: str, *, now: datetime) -> dict[str, Any]:
    """Return the template context about the sessions of a series in a language."""
    settings, privacy_url = imprint_in(language)
    here = linked_page(series, language) or series
    return {
        "series": series,
        "title": here.title,
        "series_url": here.get_url() or "/",
        "choices": [
            {
                "session": choice.session,
                "title": choice.session.title(language),
                "when": when(choice.session, language),
                "where": where(choice.session, language),
                "url": session_url(choice.session, language),
                "phase": choice.phase,
                "can_tick": choice.can_tick,
                "opens_at": _opens_at(choice.session, language),
            }
            for choice in series_choices(series.translation_key, now)
        ],
        "association": settings.association_name,
        "list_seen_by": settings.list_seen_by(language),
        "privacy_url": privacy_url,
        "contact_email": settings.sender_email,
        "language": language,
    }


def _opens_at(session: Session, language: str) -> str:
    opens_at = session.registration_opens_at
    return moment_in_words(opens_at, session.time_zone, language) if opens_at else ""


def masked_contact(contact: Contact) -> dict[str, str]:
    """Return what a forwarded personal page may show of the person: a name, half an address."""
    return {
        "name": contact.given_name or contact.full_name,
        "address": masked(contact.address_key) if contact.address_key else "",
    }


def given_name(contact: Contact) -> str:
    """Return all that a colleague sees of whoever gives them a seat; may be empty."""
    return contact.given_name
