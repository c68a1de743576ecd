"""Putting one person's values into a compiled message. Reads sessions and settings, no mailings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.template.loader import render_to_string

from campaigns import links, wording
from campaigns.attachments import file_name
from campaigns.compiling import Message, Written, compile_messages, page_of_text
from campaigns.enums import Basis
from campaigns.errors import CampaignError
from campaigns.segments import fill
from contacts.enums import GROUP_PURPOSES, Purpose
from contacts.models import Contact, OptInGroup
from contacts.names import salutation
from contacts.selectors.groups import group_of
from content.dates import long_day, when, where
from content.models import Session, SiteSettings
from content.selectors import session_url, site_settings
from participation.models import Registration


@dataclass(frozen=True, slots=True)
class Rendered:
    """One recipient's mail before it is made bytes."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a mail says about the person: the same for a ledger row, a preview and a test."""

    contact: Contact
    language: str
    organisation_name: str = ""
    basis: str = ""
    registration: Registration | None = None
    delivery_id: int | None = None


class Facts:
    """The facts of sessions in words, per language, each read once."""

    def __init__(self, session: Session | None) -> None:
        self._sessions: dict[int | None, Session | None] = {None: session}
        self._words: dict[tuple[str, int | None, str], str] = {}

    def session(self, number: int | None = None) -> Session | None:
        """Return the session with this id; None stands for the one the mail is about."""
        if number is not None and number not in self._sessions:
            self._sessions[number] = Session.objects.filter(pk=number).first()
        return self._sessions[number]

    def say(self, name: str, number: int | None, language: str) -> str:
        """Return `session.title`, `session.when`, … in words; empty without a session."""
        key = (name, number, language)
        if key not in self._words:
            session = self.session(number)
            self._words[key] = _FACTS[name](session, language) if session else ""
        return self._words[key]


_FACTS: dict[str, Callable[[Session, str], str]] = {
    "session.title": lambda session, language: session.title(language),
    "session.when": when,
    "session.where": where,
    "session.day": long_day,
    "session.url": session_url,
    "session.host": lambda session, language: session.host_name,
    "session.contact": lambda session, language: session.contact_person,
}


class Voice:
    """Says each merge field for a person. `about`: what a mailing without a session is about.

    `group` is the opt-in group that the mailing is to, if it is to one.
    """

    def __init__(
        self,
        *,
        session: Session | None,
        site: SiteSettings,
        purpose: str,
        group: OptInGroup | None = None,
        about: str = "",
    ) -> None:
        self.session = session
        self.site = site
        self.purpose = purpose
        self.group = group
        self.about = about
        self.facts = Facts(session)

    def render(self, message: Message, recipient: Recipient) -> Rendered:
        """Return subject, HTML and text with this person's values."""
        values = self.values(message.fields(), recipient)
        return Rendered(
            subject=fill(message.subject, values),
            html=fill(message.html, values),
            text=fill(message.text, values),
        )

    def values(
        self, fields: Iterable[tuple[str, int | None]], recipient: Recipient
    ) -> dict[tuple[str, int | None], str]:
        """Return the values of these fields for a person, by (name, session)."""
        return {(name, number): self.value(name, number, recipient) for name, number in fields}

    def value(self, name: str, number: int | None, recipient: Recipient) -> str:
        """Return the value of one field; empty when there is none for this person."""
        if name.startswith("session."):
            return self.facts.say(name, number, recipient.language)
        if name.startswith("link."):
            return self.link(name, recipient)
        contact = recipient.contact
        match name:
            case "contact.given_name":
                return contact.given_name
            case "contact.salutation":
                return salutation(contact, recipient.language)
            case "contact.source":
                return wording.source(recipient.language, contact.address_source)
            case "contact.why":
                return self.why(recipient)
            case "organisation.name":
                return recipient.organisation_name
        return ""

    def why(self, recipient: Recipient) -> str:
        """Return why the person gets this mail."""
        return wording.why(
            recipient.language,
            recipient.basis,
            association=self.site.association_name,
            organisation=recipient.organisation_name,
            group=self.group.name(recipient.language) if self.group else "",
            session=self.facts.say("session.title", None, recipient.language) or self.about,
        )

    def link(self, name: str, recipient: Recipient) -> str:
        """Return a link for this person."""
        contact = recipient.contact
        match name:
            case "link.unsubscribe":
                return links.unsubscribe(
                    contact, self.purpose, self.group.slug if self.group else ""
                )
            case "link.preferences":
                return links.preferences(contact)
            case "link.browser" if recipient.delivery_id:
                return links.browser(recipient.delivery_id)
        if self.session is None or name == "link.browser":
            return settings.FRONTEND_URL
        return self._session_link(name, recipient, self.session)

    def _session_link(self, name: str, recipient: Recipient, session: Session) -> str:
        own = recipient.registration
        if name == "link.calendar":
            return links.calendar(session)
        if name == "link.report":
            return self.facts.say("session.url", None, recipient.language)
        if own is None:
            make = links.decline if name == "link.decline" else links.sign_up
            return make(session, recipient.contact)
        # Whoever is signed up sees that, and can change or cancel it, wherever the link began.
        return links.join(own) if name == "link.join" else links.registration(own)


def sample_recipient(language: str, *, purpose: str = Purpose.INVITATIONS) -> Recipient:
    """Return an invented person, for a preview without a chosen one."""
    is_dutch = language == "nl"
    contact = Contact(
        pk=0,
        given_name="Amina",
        family_name_prefix="de",
        family_name="Vries",
        email="amina@example.org",
        language=language,
        address_source="ledenlijst" if is_dutch else "list of members",
    )
    return Recipient(
        contact=contact,
        language=language,
        organisation_name="Stichting Voorbeeld" if is_dutch else "Example Foundation",
        basis=_sample_basis(purpose),
    )


def _sample_basis(purpose: str) -> Basis:
    if purpose in GROUP_PURPOSES:
        return Basis.CONSENT
    return Basis.REGISTRATION if purpose == Purpose.PARTICIPATION else Basis.MEMBERSHIP


def messages_of(frozen: Mapping[str, dict[str, Any]]) -> dict[str, Message]:
    """Return the messages per language from the JSON of `compile_messages`."""
    return {code: Message.of_json(data) for code, data in frozen.items()}


class Previewed(Written, Protocol):
    """What the preview reads of a mailing (models come after this module)."""

    purpose: str
    topic: str
    session: Any
    attachments: Any


def preview_page(mailing: Previewed, mode: str) -> str:
    """Return a mailing's text as a page: `html-nl`, `text-en`, … as an invented person gets it."""
    kind, _dash, language = mode.partition("-")
    try:
        messages = messages_of(compile_messages(mailing))
    except CampaignError as error:
        return page_of_text(str(error))
    if language not in messages:
        return page_of_text("–")
    voice = Voice(
        session=mailing.session,
        site=site_settings(),
        purpose=mailing.purpose,
        group=group_of(mailing.purpose, mailing.topic),
    )
    recipient = sample_recipient(language, purpose=mailing.purpose)
    mail = voice.render(messages[language], recipient)
    documents = [child.value for child in mailing.attachments if child.value]
    if kind == "text":
        names = "".join(f"\n[{file_name(document)}]" for document in documents)
        return page_of_text(f"{mail.subject}\n\n{mail.text}{names}")
    if not documents:
        return mail.html
    files = [(file_name(document), document.get_file_size()) for document in documents]
    shelf = render_to_string("campaigns/preview_files.html", {"files": files})
    return mail.html.replace("</body>", f"{shelf}</body>")
