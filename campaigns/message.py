"""One mailing's mail, recipient by recipient: values are put into the frozen text and made bytes.

A composer reads the facts of the session when it is opened and is meant for one batch, so that a
mail tells what is true at most some seconds before it goes out. What is true of the people is read
for all of them at once (`look_at`), and only for a mailing with parts that are for some alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from base import tokens
from campaigns import links, mime, wording
from campaigns.assembly import has_long_line, octet_template
from campaigns.compiling import Message, Text, compile_messages, version_for
from campaigns.enums import Whom
from campaigns.mail import OutgoingMail
from campaigns.models import Delivery, Mailing
from campaigns.rendering import Recipient, Rendered, Voice, is_fact, messages_of, text_for
from campaigns.segments import Key, fill
from campaigns.selectors.files import files_of
from campaigns.selectors.ledger import DueDelivery
from campaigns.selectors.recipients import row_for
from campaigns.selectors.terms import local_day
from campaigns.selectors.traits import scope_of, traits_of
from contacts.models import Contact
from contacts.selectors.groups import group_of
from content.models import Session, SiteSettings
from content.selectors import site_settings, told_hash
from participation.calendar import SessionEntry, organiser_of
from participation.enums import LIVE, RegistrationState
from participation.errors import CalendarImpossible
from participation.models import Registration
from participation.selectors.agreements import Task, open_tasks

#: The merge field with what somebody agreed to do.
_TASKS: Key = ("contact.agreements", None)

#: What a mail program shows above a mail.
_SHOWN = ("From", "To", "Reply-To", "Subject")


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
        now: datetime | None = None,
    ) -> None:
        now = now or timezone.now()
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
            now=now,
        )
        self._settled = {code: self._with_facts(code) for code in messages}
        #: What the parts of the message ask about a person; nothing, as a rule.
        self._asked = frozenset(
            str(whom)
            for message in messages.values()
            for part in message.parts()
            for whom in part.whom
        )
        self._scope = scope_of(mailing, local_day(mailing.started_at or now))
        self._traits: dict[int, frozenset[str]] = {}
        self._asks_tasks = any(_TASKS in message.fields() for message in messages.values())
        self._tasks: dict[int, list[Task]] | None = None
        self._variants: dict[tuple[str, frozenset[str]], _Variant] = {}
        self._entries: dict[str, SessionEntry | None] = {}
        self._sender = envelope_sender()

    def _with_facts(self, language: str) -> Message:
        """The message with all that is the same for everybody: sessions, answers, polls."""
        message = self._voice.with_news(self.messages[language], language)
        facts = {
            (name, number): self._voice.facts.say(name, number, language)
            for name, number in message.fields()
            if is_fact(name)
        }
        return message.settled(facts)

    def look_at(self, deliveries: Iterable[Delivery | DueDelivery]) -> dict[int, str]:
        """Read what is true of these people now, as far as the message asks, in one query.

        Returns it by row, in the words in which the ledger keeps it; nothing when nothing is asked.
        What they agreed to do is read with the first mail that asks it, for all of them.
        """
        self._tasks = None
        if not self._asked:
            return {}
        whose = {delivery.pk: delivery.contact_id for delivery in deliveries}
        self._traits = traits_of(whose.values(), asked=self._asked, scope=self._scope)
        return {
            row_id: ",".join(sorted(self._traits[contact_id]))
            for row_id, contact_id in whose.items()
            if contact_id in self._traits
        }

    def compose(
        self, delivery: Delivery | DueDelivery, *, now: datetime | None = None
    ) -> OutgoingMail:
        """Return the exact bytes for one ledger row; `now` is its Date, the present unless given.

        Rows from selectors.load_deliveries need no query once `look_at` saw them; any other row
        needs one or two.
        """
        now = now or timezone.now()
        recipient = self.recipient_of(delivery)
        variant = self._variant(recipient)
        values = self._voice.values(variant.fields, recipient)
        calendar = self._calendar(recipient, now)
        is_8bit = self._is_8bit
        body = variant.template(is_8bit=is_8bit).fill(values, calendar)
        if is_8bit and has_long_line(body):
            is_8bit = False
            body = variant.template(is_8bit=False).fill(values, calendar)
        address = delivery.address_key or ""
        subject = fill(variant.text.subject, values)
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
        """Return whom a ledger row is for, in a language that the mailing has.

        Once the mail was made, its parts are for the person as they were then.
        """
        language = version_for(delivery.language, self.messages)
        if isinstance(delivery, Delivery) and delivery.holds is not None:
            then = frozenset(filter(None, delivery.holds.split(",")))
            self._traits.setdefault(delivery.contact_id, then)
        return Recipient(
            contact=delivery.contact,
            language=language,
            organisation_name=delivery.organisation_name or "",
            basis=delivery.basis,
            registration=self._registration(delivery.contact),
            agreements=self._agreements(delivery.contact_id, language),
            delivery_id=delivery.pk,
            holds=self.true_of(delivery.contact_id, delivery.language, language),
        )

    def true_of(self, contact_id: int, reads: str, language: str) -> frozenset[str]:
        """Return what is true of somebody who reads `reads` and gets `language` (enums.Whom), as
        far as the message asks."""
        if not self._asked:
            return _NOTHING
        if contact_id not in self._traits:
            self._traits |= traits_of([contact_id], asked=self._asked, scope=self._scope)
        traits = self._traits.get(contact_id, _NOTHING)
        is_other = Whom.OTHER_LANGUAGE in self._asked and reads != language
        return traits | {str(Whom.OTHER_LANGUAGE)} if is_other else traits

    def _agreements(self, contact_id: int, language: str) -> str:
        """What somebody still has to do; read for everybody at once, and only when it is asked."""
        if not self._asks_tasks or self.session is None:
            return ""
        if self._tasks is None:
            self._tasks = open_tasks(self.session, self._scope.day)
        return wording.tasks(language, self._tasks.get(contact_id, ()))

    def render(self, recipient: Recipient) -> Rendered:
        """Return subject, HTML and text with this person's values."""
        language = version_for(recipient.language, self.messages)
        return self._voice.render(self.messages[language], replace(recipient, language=language))

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

    def _variant(self, recipient: Recipient) -> "_Variant":
        """The text for those of whom the same is true; made when it is first asked for."""
        key = (recipient.language, recipient.holds)
        if key not in self._variants:
            # Nobody whose words are in a mail can know it, and so end a part (RFC 2046, 5.1.1).
            secret = tokens.digest("boundary", str(self.mailing.pk))[:24]
            text = text_for(self._settled[recipient.language], recipient)
            self._variants[key] = _Variant(text, boundary=f"=_bijeen_{secret}")
        return self._variants[key]

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

    def header(self, recipient: Recipient, address: str, subject: str) -> dict[str, str]:
        """Return From, To, Reply-To and Subject as a mail program shows them."""
        fields = (
            self._shared,
            mime.address_field("To", recipient.contact.full_name, address) if address else b"",
            mime.text_field("Subject", subject),
        )
        read = BytesHeaderParser(policy=policy.default).parsebytes(b"".join(fields) + b"\r\n")
        return {name: str(read[name]) for name in _SHOWN if name in read}

    def calendar_file(self, recipient: Recipient, now: datetime) -> bytes:
        """Return the calendar entry that goes with the mail; empty when none does."""
        part = self._calendar(recipient, now)
        return part.text.encode() if part else b""

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


_NOTHING: frozenset[str] = frozenset()


class _Variant:
    """What everybody of whom the same is true gets in one language, but for their own values."""

    def __init__(self, text: Text, *, boundary: str) -> None:
        self.text = text
        self.fields = tuple(text.fields())
        self._boundary = boundary
        self._templates: dict[bool, _Template] = {}

    def template(self, *, is_8bit: bool) -> "_Template":
        """The body in this encoding; made when it is first asked for."""
        if is_8bit not in self._templates:
            self._templates[is_8bit] = _Template(
                self.text, boundary=self._boundary, is_8bit=is_8bit
            )
        return self._templates[is_8bit]


class _Template:
    """The body of one variant as octets: the MIME frame, and the two texts with their gaps."""

    def __init__(self, message: Text, *, boundary: str, is_8bit: bool) -> None:
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


def open_composer(
    mailing_id: int, *, is_8bit: bool = False, now: datetime | None = None
) -> Composer:
    """Return the composer of a mailing that has started."""
    mailing = Mailing.objects.select_related("session", "series").get(pk=mailing_id)
    messages = messages_of(mailing.frozen["messages"])
    return Composer(mailing, messages, site_settings(), is_8bit=is_8bit, now=now)


def draft_composer(mailing: Mailing, *, now: datetime | None = None) -> Composer:
    """Return a composer of the text as it stands now: for checks and test mails.

    Raises FieldInvalid or CompileFailed.
    """
    return Composer(mailing, messages_of(compile_messages(mailing)), site_settings(), now=now)


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as somebody gets it, for whoever may look: their words, and no link of theirs.

    `header` holds From, To, Reply-To (when there is one) and Subject, read as a mail program does.
    """

    mail: Rendered
    language: str
    header: dict[str, str]
    calendar: bytes


def preview_for(
    mailing: Mailing, contact: Contact, *, now: datetime, language: str = ""
) -> Preview | None:
    """Return the mail as this contact gets it, or would if it started now; None without a text.

    `language` shows another version than theirs. With their name and their parts, but none of their
    personal links: those would let whoever looks act in their name. Raises CampaignError.
    """
    composer = (
        open_composer(mailing.pk, now=now) if mailing.frozen else draft_composer(mailing, now=now)
    )
    if not composer.messages:
        return None
    row = row_for(mailing, contact, now)
    if language:
        row.language = language
    recipient = replace(composer.recipient_of(row), is_looked_at=True, delivery_id=None)
    mail = composer.render(recipient)
    return Preview(
        mail=mail,
        language=recipient.language,
        header=composer.header(recipient, row.address_key or "", mail.subject),
        calendar=composer.calendar_file(recipient, now),
    )
