"""The links in a mail: personal ones made of tokens, cheaply, one after another."""

from functools import cache

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.urls import reverse

from base import tokens
from contacts import links as contact_links
from contacts.models import Contact
from content.models import Session
from participation import links as participation_links
from participation.models import Registration

_STAND_IN = "token"


@cache
def _around(name: str) -> tuple[str, str]:
    """Return what stands before and after the token in the address called `name`."""
    # The pages of participation may be another front end's.
    host = settings.FRONTEND_URL if name.startswith("participation:") else settings.SITE_URL
    before, _token, after = reverse(name, args=[_STAND_IN]).rpartition(_STAND_IN)
    return f"{host}{before}", after


@receiver(setting_changed)
def _forget_the_hosts(*, setting: str, **_more: object) -> None:
    if setting in ("FRONTEND_URL", "SITE_URL"):
        _around.cache_clear()


def _link(name: str, token: str) -> str:
    before, after = _around(name)
    return f"{before}{token}{after}"


def sign_up(session: Session, contact: Contact) -> str:
    """The page on which an invited person answers."""
    token = participation_links.invitation_token(session_id=session.pk, contact=contact)
    return _link("participation:invitation", token)


def decline(session: Session, contact: Contact) -> str:
    """The page on which an invited person says that they cannot come."""
    token = participation_links.invitation_token(session_id=session.pk, contact=contact)
    return _link("participation:decline", token)


def registration(row: Registration) -> str:
    """The page of one's own registration."""
    token = participation_links.registration_token(row)
    return _link("participation:registration", token)


def join(row: Registration) -> str:
    """The personal redirect to the online room."""
    return _link("participation:join", participation_links.join_token(row))


def colleague(row: Registration) -> str:
    """The page on which a colleague may take over the seat: to be forwarded."""
    return _link("participation:colleague", participation_links.colleague_token(row))


def poll(number: int, contact: Contact) -> str:
    """The page on which a person answers the poll with this id."""
    token = participation_links.poll_token(poll_id=number, contact=contact)
    return _link("participation:poll", token)


def confirm(*registration_ids: int) -> str:
    """The page on which one button confirms these sign-ups of one address."""
    token = participation_links.confirm_token(*registration_ids)
    return _link("participation:confirm", token)


def calendar(session: Session) -> str:
    """The public calendar file of the session."""
    return f"{settings.SITE_URL}{reverse('participation:session_ics', args=[session.slug])}"


def unsubscribe(contact: Contact, purpose: str, topic: str = "") -> str:
    """The page, and the one-click address (RFC 8058), that ends mail of one purpose or group."""
    token = tokens.make("unsubscribe", contact.pk, purpose, *([topic] if topic else []))
    return _link("contacts:unsubscribe", token)


def preferences(contact: Contact) -> str:
    """The page on which a person chooses their mail."""
    token = tokens.make("preferences", contact.pk)
    return _link("contacts:preferences", token)


def access(contact: Contact) -> str:
    """The page that shows a person what is held of them; it is open for a day."""
    return _link("contacts:access", contact_links.access_token(contact))


def browser(delivery_id: int) -> str:
    """The mail as a page."""
    token = tokens.make("browser", delivery_id)
    return _link("campaigns:browser", token)


def counted(mailing_id: int, number: int) -> str:
    """A link of a mailing that counts how often it is opened; the same for everybody."""
    return _link("campaigns:link", tokens.make("link", mailing_id, number))
