"""Lines of a timeline that the contact base itself brings: of people, and of organisations."""

from contacts.selectors.happenings.organisations import ORGANISATION_SOURCES
from contacts.selectors.happenings.people import PEOPLE_SOURCES

__all__ = ["ORGANISATION_SOURCES", "PEOPLE_SOURCES"]
