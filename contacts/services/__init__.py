"""Writes of the contact base. Each function is one use case and opens its own transaction."""

from contacts.services.consents import record_consent
from contacts.services.organisations import create_organisation, suggest_organisation
from contacts.services.people import confirm_contact, create_contact, update_contact
from contacts.services.representations import represent
from contacts.services.suppressions import lift_hard_bounce, resubscribe, suppress, unsubscribe

__all__ = [
    "confirm_contact",
    "create_contact",
    "create_organisation",
    "lift_hard_bounce",
    "record_consent",
    "represent",
    "resubscribe",
    "suggest_organisation",
    "suppress",
    "unsubscribe",
    "update_contact",
]
