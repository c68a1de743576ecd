"""Personal links: what is in them, the addresses that carry them, and how they are read back.

A link revokes itself when the contact's `link_version` is raised. Confirm links expire.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from base import tokens
from contacts.models import Contact
from content.models import Session
from participation.enums import LIVE
from participation.models import Poll, Registration

_LONGEST_ID = 18


class LinkUnknown(Exception):
    """The link was not made here for this, or what it is about is gone."""


class LinkExpired(LinkUnknown):
    """The link was ours, and is too old or was revoked."""


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """What a personal invitation is about."""

    session: Session
    contact: Contact


@dataclass(frozen=True, slots=True)
class PollLink:
    """Who is asked what."""

    poll: Poll
    contact: Contact


def invitation_token(*, session_id: int, contact: Contact) -> str:
    return tokens.make("invitation", session_id, contact.pk, contact.link_version)


def registration_token(registration: Registration) -> str:
    """The token of a registration that has a contact."""
    return tokens.make("registration", registration.pk, _link_version(registration))


def join_token(registration: Registration) -> str:
    """The token of the redirect to the online room."""
    return tokens.make("join", registration.pk, _link_version(registration))


def colleague_token(registration: Registration) -> str:
    """The token by which a colleague may take over the seat; it ends with the sign-up."""
    return tokens.make("colleague", registration.pk, _link_version(registration))


def confirm_token(*registration_ids: int) -> str:
    """The token that confirms these sign-ups of one address; valid for settings.CONFIRM_VALID."""
    return tokens.make_timed("confirm", *registration_ids)


def poll_token(*, poll_id: int, contact: Contact) -> str:
    """The token by which this person answers this poll."""
    return tokens.make("poll", poll_id, contact.pk, contact.link_version)


def link(name: str, token: str) -> str:
    """Return the absolute address of a personal page: "invitation", "confirm", "colleague", …"""
    return f"{settings.FRONTEND_URL}{reverse(f'participation:{name}', args=[token])}"


def read_invitation(token: str) -> InvitationLink:
    """Raises LinkUnknown, and LinkExpired for a link that was revoked."""
    session_id, contact_id, version = _read("invitation", token, parts=3)
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        raise LinkUnknown
    return InvitationLink(session=session, contact=_person(contact_id, version))


def read_poll(token: str) -> PollLink:
    """Raises LinkUnknown, and LinkExpired for a link that was revoked."""
    poll_id, contact_id, version = _read("poll", token, parts=3)
    poll = Poll.objects.select_related("session").filter(pk=poll_id).first()
    if poll is None:
        raise LinkUnknown
    return PollLink(poll=poll, contact=_person(contact_id, version))


def read_registration(token: str, *, purpose: str = "registration") -> Registration:
    """Return the registration with session, contact and organisation. Raises as above.

    Of somebody who was merged into another, the sign-up that this person has for the session.
    """
    registration_id, version = _read(purpose, token, parts=2)
    registration = _registrations().filter(pk=registration_id).first()
    if registration is None or registration.contact is None or registration.contact.erased_at:
        raise LinkUnknown
    if registration.contact.link_version != version:
        raise LinkExpired
    if registration.contact.merged_into is None:
        return registration
    own = _registrations().filter(
        contact=_present(registration.contact), session=registration.session, state__in=LIVE
    )
    return own.first() or registration


def read_confirm(token: str) -> list[Registration]:
    """Return the sign-ups that wait for this confirmation, or were confirmed by it: one or more."""
    try:
        parts = tokens.read_timed("confirm", token, settings.CONFIRM_VALID)
    except tokens.TokenExpired as error:
        raise LinkExpired from error
    except tokens.TokenInvalid as error:
        raise LinkUnknown from error
    rows = _registrations().filter(pk__in=_numbers(parts, len(parts)))
    found = [
        row
        for row in rows.order_by("session__first_day", "pk")
        if row.contact is None or not row.contact.erased_at
    ]
    if not found:
        raise LinkUnknown
    return found


def _registrations() -> QuerySet[Registration]:
    return Registration.objects.select_related(
        "session", "contact", "contact__merged_into", "organisation"
    )


def _person(contact_id: int, version: int) -> Contact:
    """Return whose link this is. Raises LinkUnknown, and LinkExpired for one that was revoked."""
    people = Contact.objects.select_related("merged_into").filter(erased_at=None)
    contact = people.filter(pk=contact_id).first()
    if contact is None:
        raise LinkUnknown
    if contact.link_version != version:
        raise LinkExpired
    return _present(contact)


def _present(contact: Contact) -> Contact:
    """Return the person, or whoever they were merged into. Raises LinkUnknown if erased since."""
    if contact.whoever_stayed.erased_at:
        raise LinkUnknown
    return contact.whoever_stayed


def _read(purpose: str, token: str, *, parts: int) -> list[int]:
    try:
        found = tokens.read(purpose, token)
    except tokens.TokenInvalid as error:
        raise LinkUnknown from error
    return _numbers(found, parts)


def _numbers(parts: list[str], count: int) -> list[int]:
    if len(parts) != count or not all(
        part.isascii() and part.isdigit() and len(part) <= _LONGEST_ID for part in parts
    ):
        raise LinkUnknown
    return [int(part) for part in parts]


def _link_version(registration: Registration) -> int:
    if registration.contact is None:
        raise ValueError(f"registration {registration.pk} has no contact yet")
    return registration.contact.link_version
