"""Reads of the contact base: who is a member, who speaks for whom, who may be mailed."""

from contacts.selectors.imports import waiting_import_ids
from contacts.selectors.mailability import has_basis, suppressed, undeliverable
from contacts.selectors.organisations import find_organisation, organisation_of_domain
from contacts.selectors.representation import (
    is_member,
    members_on,
    primary_organisation_on,
    primary_representation,
    represents_member,
)

__all__ = [
    "find_organisation",
    "has_basis",
    "is_member",
    "members_on",
    "organisation_of_domain",
    "primary_organisation_on",
    "primary_representation",
    "represents_member",
    "suppressed",
    "undeliverable",
    "waiting_import_ids",
]
