"""What every page about a session says of it: when, where, who organises, who sees the list."""

from datetime import datetime
from typing import Any

from contacts.addresses import masked
from contacts.models import Contact
from content.dates import moment_in_words, when, where
from content.models import Session
from content.selectors import linked_page, session_url, site_settings
from participation.selectors.sessions import is_dated, phase_of


def session_facts(session: Session, language: str, *, now: datetime) -> dict[str, Any]:
    """Return the template context about a session in a language."""
    settings, opens_at = site_settings(), session.registration_opens_at
    privacy_page = linked_page(settings.privacy_page, language)
    return {
        "session": session,
        "title": session.title(language),
        "when": when(session, language),
        "where": where(session, language),
        "opens_at": moment_in_words(opens_at, session.time_zone, language) if opens_at else "",
        "session_url": session_url(session, language),
        "is_dated": is_dated(session),
        "phase": phase_of(session, now),
        "association": settings.association_name,
        "list_seen_by": settings.list_seen_by(language),
        "privacy_url": privacy_page.get_url() if privacy_page else None,
        "contact_email": session.contact_email or settings.sender_email,
        "language": language,
    }


def masked_contact(contact: Contact) -> dict[str, str]:
    """Return what a forwarded personal page may show of the person: a name, half an address."""
    return {
        "name": contact.given_name or contact.full_name,
        "address": masked(contact.address_key) if contact.address_key else "",
    }


def given_name(contact: Contact) -> str:
    """Return all that a colleague sees of whoever gives them a seat; may be empty."""
    return contact.given_name
