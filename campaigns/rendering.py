"""Putting one person's values into a compiled message. Reads sessions and settings, no mailings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape
from typing import Any, Protocol

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import links, wording
from campaigns.attachments import file_name
from campaigns.compiling import Message, Text, Written, compile_messages, page_of_text
from campaigns.enums import Basis
from campaigns.errors import CampaignError
from campaigns.fields import ANSWER_FIELDS, POLL_FIELDS, Slot
from campaigns.parts import Part, PartKind
from campaigns.segments import Key, Marked, Segments, fill
from contacts.enums import GROUP_PURPOSES, Purpose
from contacts.models import Contact, OptInGroup
from contacts.names import salutation
from contacts.selectors.groups import group_of
from content.dates import long_day, moment_in_words, when, where
from content.models import QAPage, SeriesPage, Session, SiteSettings
from content.selectors import (
    agreed_answers,
    page_url,
    report_url,
    session_url,
    session_urls,
    site_settings,
    upcoming_sessions,
)
from participation.models import Poll, Registration
from participation.selectors.polls import open_poll


@dataclass(frozen=True, slots=True)
class Rendered:
    """One recipient's mail before it is made bytes."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a mail says about the person: the same for a ledger row, a preview and a test.

    `holds` is what is true of them (enums.Whom), as far as the message asks; parts for others are
    not theirs. `sees_all` is for a look without a person: every part, each with for whom it is.
    `is_looked_at`: somebody else looks, who must not be able to act in the name of the person.
    """

    contact: Contact
    language: str
    organisation_name: str = ""
    basis: str = ""
    registration: Registration | None = None
    #: What they still have to do for the session of the mailing, if the message asks; a line each.
    agreements: str = ""
    delivery_id: int | None = None
    holds: frozenset[str] = frozenset()
    sees_all: bool = False
    is_looked_at: bool = False


class Facts:
    """The facts of sessions, of the Q&A and of polls in words, per language, each read once.

    `now` is when the coming sessions are still to come, and polls still open.
    """

    def __init__(self, session: Session | None, *, now: datetime | None = None) -> None:
        self._sessions: dict[int | None, Session | None] = {None: session}
        self._answers: dict[int, QAPage | None] = {}
        self._polls: dict[int, Poll | None] = {}
        self._coming: dict[int | None, list[Session]] = {}
        self._now = now
        self._words: dict[tuple[str, int | None, str], str] = {}

    def session(self, number: int | None = None) -> Session | None:
        """Return the session with this id; None stands for the one the mail is about."""
        if number is not None and number not in self._sessions:
            self._sessions[number] = Session.objects.filter(pk=number).first()
        return self._sessions[number]

    def answer(self, number: int) -> QAPage | None:
        """Return the entry of the Q&A with this id, as long as it is public."""
        if number not in self._answers:
            self._answers[number] = agreed_answers().filter(pk=number).first()
        return self._answers[number]

    def poll(self, number: int) -> Poll | None:
        """Return the poll with this id, as long as it can be answered."""
        if number not in self._polls:
            self._polls[number] = open_poll(number, self._now or timezone.now())
        return self._polls[number]

    def coming(self, series: int | None, language: str) -> list[Session]:
        """Return the sessions that are coming, of a series (its page) or of all, the next first."""
        if series not in self._coming:
            found = upcoming_sessions(self._now or timezone.now())
            if series is not None:
                same = SeriesPage.objects.filter(pk=series).values("translation_key")
                pages = SeriesPage.objects.filter(translation_key__in=same)
                theirs = set(pages.values_list("pk", flat=True))
                found = [session for session in found if session.series_id in theirs]
            self._coming[series] = found
            self._sessions |= {session.pk: session for session in found}
        found = self._coming[series]
        unsaid = [one for one in found if ("session.url", one.pk, language) not in self._words]
        if unsaid:
            for pk, url in session_urls(unsaid, language).items():
                self._words["session.url", pk, language] = url
        return found

    def say(self, name: str, number: int | None, language: str) -> str:
        """Return `session.title`, `answer.text`, … in words; empty where there is nothing."""
        key = (name, number, language)
        if key not in self._words:
            if name in ANSWER_FIELDS:
                page = self.answer(number or 0)
                self._words[key] = _ANSWER_FACTS[name](page) if page else ""
            elif name in POLL_FIELDS:
                poll = self.poll(number or 0)
                self._words[key] = _POLL_FACTS[name](poll, language) if poll else ""
            else:
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
    # As long as it is not published, where it will be found.
    "link.report": lambda session, language: (
        report_url(session, language) or session_url(session, language)
    ),
}


_ANSWER_FACTS: dict[str, Callable[[QAPage], str]] = {
    "answer.question": lambda page: page.title,
    "answer.text": lambda page: page.short_answer,
    "answer.url": page_url,
}


def _poll_closes(poll: Poll, language: str) -> str:
    words = wording.WORDS[language]
    if poll.closes_at is None:
        return words.poll_open
    return words.poll_until % moment_in_words(poll.closes_at, settings.TIME_ZONE, language)


_POLL_FACTS: dict[str, Callable[[Poll, str], str]] = {
    "poll.question": lambda poll, language: poll.question(language),
    "poll.closes": _poll_closes,
}


def is_fact(name: str) -> bool:
    """Whether the value of a field is the same for everybody."""
    return name.startswith(("session.", "poll.")) or name in ANSWER_FIELDS


#: Links that are the same for everybody.
_PUBLIC_LINKS = ("link.calendar", "link.report")


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
        now: datetime | None = None,
    ) -> None:
        self.session = session
        self.site = site
        self.purpose = purpose
        self.group = group
        self.about = about
        self.facts = Facts(session, now=now)

    def render(self, message: Message, recipient: Recipient) -> Rendered:
        """Return subject, HTML and text with this person's values and parts."""
        text = text_for(self.with_news(message, recipient.language), recipient)
        values = self.values(text.fields(), recipient)
        return Rendered(
            subject=fill(text.subject, values),
            html=fill(text.html, values),
            text=fill(text.text, values),
        )

    def with_news(self, message: Message, language: str) -> Message:
        """Return the message with what is there now of sessions, answers and polls."""

        def inside(part: Part, within: Segments) -> Marked:
            match part.kind:
                case PartKind.ANSWER:
                    return within if self.facts.answer(part.number or 0) else []
                case PartKind.POLL:
                    return within if self.facts.poll(part.number or 0) else []
                case PartKind.SESSIONS:
                    return within if self.facts.coming(part.number, language) else []
                case PartKind.EACH_SESSION:
                    coming = self.facts.coming(part.number, language)[: part.limit]
                    return [piece for one in coming for piece in _about(one, within)]
            return part.around(within)

        return message.unfolded(inside)

    def values(self, fields: Iterable[Key], recipient: Recipient) -> dict[Key, str]:
        """Return the values of these fields for a person, by (name, number)."""
        return {(name, number): self.value(name, number, recipient) for name, number in fields}

    def value(self, name: str, number: int | None, recipient: Recipient) -> str:
        """Return the value of one field; empty when there is none for this person."""
        if is_fact(name):
            return self.facts.say(name, number, recipient.language)
        if name == "link.poll" and not recipient.is_looked_at:
            return links.poll(number or 0, recipient.contact)
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
            case "contact.agreements":
                return recipient.agreements
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
        if recipient.is_looked_at and name not in _PUBLIC_LINKS:
            return wording.WORDS[recipient.language].personal_link
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
            return self.facts.say(name, None, recipient.language)
        if own is None:
            make = links.decline if name == "link.decline" else links.sign_up
            return make(session, recipient.contact)
        # Whoever is signed up sees that, and can change or cancel it, wherever the link began.
        return links.join(own) if name == "link.join" else links.registration(own)


def _about(session: Session, within: Segments) -> Segments:
    """Return a text with the facts of this session where it says nothing of which."""
    return [
        replace(piece, number=session.pk)
        if isinstance(piece, Slot) and piece.number is None and is_fact(piece.name)
        else piece
        for piece in within
    ]


def text_for(message: Message, recipient: Recipient) -> Text:
    """Return the message with those parts that are for this person."""
    if recipient.sees_all:
        return message.unfolded(_noted, _noted_in_text).as_text()
    return message.unfolded(
        lambda part, within: within if part.is_for(recipient.holds) else []
    ).as_text()


def _noted(part: Part, within: Segments) -> Marked:
    """A part, between lines that tell for whom it is: rows of the table that mrml makes."""
    style = "border-{}:2px dashed #8a8272;padding:4px 24px;"
    words = (
        f'<div style="font:italic 14px sans-serif;color:#5b554a;">{escape(_for_whom(part))}</div>'
    )
    before = f'<tr><td align="left" style="{style.format("top")}">{words}</td></tr>'
    behind = f'<tr><td style="{style.format("bottom")}"></td></tr>'
    return [before, *within, behind]


def _noted_in_text(part: Part, within: Segments) -> Marked:
    return [f"[{_for_whom(part)}]\n", *within]


def _for_whom(part: Part) -> str:
    whom = _(" or ").join(str(each.label) for each in part.whom)
    return _("Only for somebody who %(whom)s") % {"whom": whom}


_SAMPLE_TASKS = {
    "nl": ("De cijfers opsturen", date(2026, 3, 12)),
    "en": ("Send the figures", date(2026, 3, 12)),
}


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
        agreements=wording.tasks(language, [_SAMPLE_TASKS[language]]),
        sees_all=True,
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
    """Return a mailing's text as a page: `html-nl`, `dark-nl`, `text-en`, … as an invented person
    gets it."""
    kind, _dash, language = mode.partition("-")
    try:
        messages = messages_of(compile_messages(mailing))
    except CampaignError as error:
        return page_of_text(str(error))
    if language not in messages:
        return page_of_text(_("There is no subject and text in this language yet."))
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
    page = in_colours(mail.html, is_dark=kind == "dark")
    if not documents:
        return page
    files = [(file_name(document), document.get_file_size()) for document in documents]
    shelf = render_to_string("campaigns/preview_files.html", {"files": files})
    return page.replace("</body>", f"{shelf}</body>")


_DARK = "@media (prefers-color-scheme: dark)"


def in_colours(html: str, *, is_dark: bool) -> str:
    """Return a mail as a program in light or in dark colours shows it, whatever the screen is."""
    return html.replace(_DARK, "@media all" if is_dark else "@media not all")
