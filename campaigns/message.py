"""One mailing's mail, recipient by recipient: values are put into the frozen text and made bytes.

A composer reads the facts of the session when it is opened and is meant for one batch, so that a
mail tells what is true at most some seconds before it goes out.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from base import tokens
from campaigns import links, mime
from campaigns.assembly import Key, has_long_line, octet_template
from campaigns.compiling import Message, compile_messages
from campaigns.mail import OutgoingMail
from campaigns.models import Delivery, Mailing
from campaigns.rendering import Recipient, Rendered, Voice, messages_of
from campaigns.segments import fill
from campaigns.selectors.files import files_of
from campaigns.selectors.ledger import DueDelivery
from contacts.models import Contact
from contacts.selectors.groups import group_of
from content.models import Session, SiteSettings
from content.selectors import site_settings, told_hash
from participation.calendar import SessionEntry, organiser_of
from participation.enums import LIVE, RegistrationState
from participation.errors import CalendarImpossible
from participation.models import Registration


def message_id(kind: str, number: int) -> str:
    """Return the Message-ID of a row, the same for life: a resend carries it again."""
    row = f"{kind}{number}"
    return f"<{row}.{tokens.digest('message-id', row)[:20]}@{settings.SITE_HOST}>"


def envelope_sender() -> str:
    """Return where bounces go."""
    return str(settings.DEFAULT_FROM_EMAIL)


class Composer:
    """Makes the mails of one mailing. `told` is what they say about the session (its hash).

    `is_8bit`: for a relay with 8BITMIME; a mail with a line too long for it is made without.
    """

    def __init__(
        self,
        mailing: Mailing,
        messages: Mapping[str, Message],
        site: SiteSettings,
        *,
        is_8bit: bool = False,
    ) -> None:
        self.mailing = mailing
        self.session = mailing.session
        self.told = told_hash(mailing.session) if mailing.session else ""
        self.messages = messages
        self._is_8bit = is_8bit
        self._site = site
        self._voice = Voice(
            session=mailing.session,
            site=site,
            purpose=mailing.purpose,
            group=group_of(mailing.purpose, mailing.topic),
            about=mailing.series.title if mailing.series else "",
        )
        self._settled = {code: self._with_facts(code) for code in messages}
        self._fields = {code: tuple(message.fields()) for code, message in self._settled.items()}
        self._templates: dict[tuple[str, bool], _Template] = {}
        self._entries: dict[str, SessionEntry | None] = {}
        self._sender = envelope_sender()

    def _with_facts(self, language: str) -> Message:
        """The message with the facts of its sessions, which are the same for everybody."""
        message = self.messages[language]
        facts = {
            (name, number): self._voice.facts.say(name, number, language)
            for name, number in message.fields()
            if name.startswith("session.")
        }
        return message.settled(facts)

    def compose(
        self, delivery: Delivery | DueDelivery, *, now: datetime | None = None
    ) -> OutgoingMail:
        """Return the exact bytes for one ledger row; `now` is its Date, the present unless given.

        Rows from selectors.load_deliveries need no query; any other row needs one.
        """
        now = now or timezone.now()
        recipient = self.recipient_of(delivery)
        values = self._voice.values(self._fields[recipient.language], recipient)
        calendar = self._calendar(recipient, now)
        is_8bit = self._is_8bit
        body = self._template(recipient.language, is_8bit=is_8bit).fill(values, calendar)
        if is_8bit and has_long_line(body):
            is_8bit = False
            body = self._template(recipient.language, is_8bit=False).fill(values, calendar)
        address = delivery.address_key or ""
        subject = fill(self._settled[recipient.language].subject, values)
        header = self._personal(delivery.pk, address, recipient, subject, now)
        return OutgoingMail(
            sender=self._sender,
            recipient=address,
            content=b"".join((self._shared, *header, *self._files.around(body))),
            row_id=delivery.pk,
            is_8bit=is_8bit,
            is_dotted=is_8bit,  # quoted-printable begins no line with a dot, base64 has none
        )

    def recipient_of(self, delivery: Delivery | DueDelivery) -> Recipient:
        """Return whom a ledger row is for, in a language that the mailing has."""
        return Recipient(
            contact=delivery.contact,
            language=self._language(delivery.language),
            organisation_name=delivery.organisation_name or "",
            basis=delivery.basis,
            registration=self._registration(delivery.contact),
            delivery_id=delivery.pk,
        )

    def render(self, recipient: Recipient) -> Rendered:
        """Return subject, HTML and text with this person's values."""
        language = self._language(recipient.language)
        return self._voice.render(self.messages[language], replace(recipient, language=language))

    def _language(self, language: str) -> str:
        return language if language in self.messages else next(iter(self.messages))

    def _registration(self, contact: Contact) -> Registration | None:
        if self.session is None:
            return None
        loaded = getattr(contact, "live_registrations", None)
        if loaded is None:
            rows = Registration.objects.filter(contact=contact, session=self.session)
            found = rows.filter(state__in=LIVE).first()
        else:
            mine = (row for row in loaded if row.session_id == self.session.pk)
            found = next(mine, None)
        if found is not None:
            found.contact = contact
        return found

    @cached_property
    def _files(self) -> mime.Enclosure:
        """The files of the mailing: encoded once, the same for everybody."""
        secret = tokens.digest("enclosure", str(self.mailing.pk))[:24]
        return mime.enclose(files_of(self.mailing), boundary=f"=_bijeen_{secret}")

    def _template(self, language: str, *, is_8bit: bool) -> "_Template":
        """The body in this language and encoding; made when it is first asked for."""
        key = (language, is_8bit)
        if key not in self._templates:
            # Nobody whose words are in a mail can know it, and so end a part (RFC 2046, 5.1.1).
            secret = tokens.digest("boundary", str(self.mailing.pk))[:24]
            self._templates[key] = _Template(
                self._settled[language], boundary=f"=_bijeen_{secret}", is_8bit=is_8bit
            )
        return self._templates[key]

    @cached_property
    def _shared(self) -> bytes:
        """The header fields that are the same for every recipient."""
        site, mailing, session = self._site, self.mailing, self.session
        name = mailing.sender_name or site.sender_name or site.association_name
        reply_to = mailing.reply_to or (session.contact_email if session else "")
        host = settings.SITE_HOST
        stream = f"{mailing.topic}.{mailing.purpose}" if mailing.topic else mailing.purpose
        fields = [
            mime.address_field("From", name, site.sender_email),
            mime.address_field("List-Id", site.association_name, f"{stream}.{host}"),
            mime.plain_field(
                "Feedback-ID", f"{mailing.pk}:{mailing.kind}:{mailing.purpose}:{host}"
            ),
            mime.plain_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
        if reply_to:
            is_theirs = session is not None and reply_to == session.contact_email
            person = session.contact_person if session and is_theirs else ""
            fields.append(mime.address_field("Reply-To", person, reply_to))
        if "relative" in mailing.plan:
            fields.append(mime.plain_field("Auto-Submitted", "auto-generated"))
        return b"".join(fields)

    def _personal(
        self, number: int, address: str, recipient: Recipient, subject: str, now: datetime
    ) -> tuple[bytes, ...]:
        contact = recipient.contact
        one_click = links.unsubscribe(contact, self.mailing.purpose, self.mailing.topic)
        return (
            mime.address_field("To", contact.full_name, address),
            mime.text_field("Subject", subject),
            mime.date_field(now),
            mime.plain_field("Message-ID", message_id("d", number)),
            mime.plain_field("List-Unsubscribe", f"<{one_click}>"),
        )

    def _calendar(self, recipient: Recipient, now: datetime) -> mime.Part | None:
        """The calendar entry, for those who are signed up and for nobody else."""
        own, session = recipient.registration, self.session
        if not self.mailing.with_calendar or session is None or own is None:
            return None
        if own.state != RegistrationState.REGISTERED:
            return None
        entry = self._entry(recipient.language, now)
        return calendar_part(entry.file(own.contact, own), method="REQUEST") if entry else None

    def _entry(self, language: str, now: datetime) -> SessionEntry | None:
        """The calendar entry in this language; made when it is first asked for."""
        if language not in self._entries and self.session is not None:
            self._entries[language] = open_entry(
                self.session, language, method="REQUEST", site=self._site, now=now
            )
        return self._entries[language]


class _Template:
    """The body of one language as octets: the MIME frame, and the two texts with their gaps."""

    def __init__(self, message: Message, *, boundary: str, is_8bit: bool) -> None:
        encoding = "8bit" if is_8bit else "quoted-printable"
        self._delimiter = f"--{boundary}\r\n".encode("ascii")
        self._end = f"--{boundary}--\r\n".encode("ascii")
        self._head = b"".join(
            (
                b"MIME-Version: 1.0\r\n",
                f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode(
                    "ascii"
                ),
                self._delimiter,
                mime.part_fields("text/plain; charset=utf-8", encoding),
            )
        )
        self._between = self._delimiter + mime.part_fields("text/html; charset=utf-8", encoding)
        self._text = octet_template(message.text, is_8bit=is_8bit)
        self._html = octet_template(message.html, is_8bit=is_8bit)

    def fill(self, values: Mapping[Key, str], calendar: mime.Part | None) -> bytes:
        """Return the MIME fields, the empty line and the parts, plainest first."""
        pieces = [self._head, *self._text.fill(values), self._between, *self._html.fill(values)]
        if calendar is not None:
            pieces += [self._delimiter, mime.encoded(calendar)]
        return b"".join((*pieces, self._end))


def open_entry(
    session: Session, language: str, *, method: str, site: SiteSettings, now: datetime
) -> SessionEntry | None:
    """Return the calendar entry of a session for its people; None while there is no day."""
    email, name = organiser_of(session, site)
    try:
        return SessionEntry(
            session,
            language,
            method=method,
            organiser_email=email,
            organiser_name=name,
            now=now,
        )
    except CalendarImpossible:
        return None


def calendar_part(file: bytes, *, method: str) -> mime.Part:
    """Return a calendar file as a part of a message (RFC 6047)."""
    return mime.Part(f"text/calendar; charset=utf-8; method={method}", file.decode(), is_file=True)


def open_composer(mailing_id: int, *, is_8bit: bool = False) -> Composer:
    """Return the composer of a mailing that has started."""
    mailing = Mailing.objects.select_related("session", "series").get(pk=mailing_id)
    messages = messages_of(mailing.frozen["messages"])
    return Composer(mailing, messages, site_settings(), is_8bit=is_8bit)


def draft_composer(mailing: Mailing) -> Composer:
    """Return a composer of the text as it stands now: for checks and test mails.

    Raises FieldInvalid or CompileFailed.
    """
    return Composer(mailing, messages_of(compile_messages(mailing)), site_settings())
