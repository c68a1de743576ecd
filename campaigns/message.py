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
from django.utils.crypto import salted_hmac

from campaigns import links, mime
from campaigns.compiling import Message, compile_messages
from campaigns.mail import OutgoingMail
from campaigns.models import Delivery, Mailing
from campaigns.rendering import Recipient, Rendered, Voice, messages_of
from contacts.models import Contact
from contacts.selectors.groups import group_of
from content.models import Session, SiteSettings
from content.selectors import site_settings, told_hash
from participation.calendar import session_ics
from participation.enums import LIVE, RegistrationState
from participation.errors import CalendarImpossible
from participation.models import Registration


def message_id(kind: str, number: int) -> str:
    """Return the Message-ID of a row, the same for life: a resend carries it again."""
    key = salted_hmac("bijeen.message-id", f"{kind}{number}", algorithm="sha256").hexdigest()[:20]
    return f"<{kind}{number}.{key}@{settings.SITE_HOST}>"


def envelope_sender() -> str:
    """Return where bounces go."""
    return str(settings.DEFAULT_FROM_EMAIL)


class Composer:
    """Makes the mails of one mailing. `told` is what they say about the session (its hash)."""

    def __init__(
        self, mailing: Mailing, messages: Mapping[str, Message], site: SiteSettings
    ) -> None:
        self.mailing = mailing
        self.session = mailing.session
        self.told = told_hash(mailing.session) if mailing.session else ""
        self.messages = messages
        self._site = site
        self._voice = Voice(
            session=mailing.session,
            site=site,
            purpose=mailing.purpose,
            group=group_of(mailing.purpose, mailing.topic),
            about=mailing.series.title if mailing.series else "",
        )

    def compose(self, delivery: Delivery, *, now: datetime | None = None) -> OutgoingMail:
        """Return the exact bytes for one ledger row; `now` is its Date, the present unless given.

        Rows from selectors.load_deliveries need no query; any other row needs one.
        """
        now = now or timezone.now()
        recipient = self.recipient_of(delivery)
        mail = self.render(recipient)
        address = delivery.address_key or ""
        content = (
            *self._shared,
            *self._personal(delivery.pk, address, recipient, mail, now),
            self._body(delivery.pk, recipient, mail, now),
        )
        return OutgoingMail(sender=envelope_sender(), recipient=address, content=b"".join(content))

    def recipient_of(self, delivery: Delivery) -> Recipient:
        """Return whom a ledger row is for, in a language that the mailing has."""
        return Recipient(
            contact=delivery.contact,
            language=self._language(delivery.language),
            organisation=delivery.organisation,
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
    def _shared(self) -> tuple[bytes, ...]:
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
        ]
        if reply_to:
            is_theirs = session is not None and reply_to == session.contact_email
            person = session.contact_person if session and is_theirs else ""
            fields.append(mime.address_field("Reply-To", person, reply_to))
        if "relative" in mailing.plan:
            fields.append(mime.plain_field("Auto-Submitted", "auto-generated"))
        return tuple(fields)

    def _personal(
        self, number: int, address: str, recipient: Recipient, mail: Rendered, now: datetime
    ) -> tuple[bytes, ...]:
        contact = recipient.contact
        one_click = links.unsubscribe(contact, self.mailing.purpose, self.mailing.topic)
        return (
            mime.address_field("To", contact.full_name, address),
            mime.text_field("Subject", mail.subject),
            mime.date_field(now),
            mime.plain_field("Message-ID", message_id("d", number)),
            mime.plain_field("List-Unsubscribe", f"<{one_click}>"),
            mime.plain_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )

    def _body(self, number: int, recipient: Recipient, mail: Rendered, now: datetime) -> bytes:
        parts = [
            mime.Part("text/plain; charset=utf-8", mail.text),
            mime.Part("text/html; charset=utf-8", mail.html),
        ]
        if calendar := self._calendar(recipient, now):
            parts.append(calendar)
        return mime.body(parts, boundary=f"=_bijeen_d{number}")

    def _calendar(self, recipient: Recipient, now: datetime) -> mime.Part | None:
        """The calendar entry, for those who are signed up and for nobody else."""
        own, session = recipient.registration, self.session
        if not self.mailing.with_calendar or session is None or own is None:
            return None
        if own.state != RegistrationState.REGISTERED:
            return None
        return calendar_part(
            session=session,
            registration=own,
            language=recipient.language,
            method="REQUEST",
            site=self._site,
            now=now,
        )


def calendar_part(
    *,
    session: Session,
    registration: Registration,
    language: str,
    method: str,
    site: SiteSettings,
    now: datetime,
) -> mime.Part | None:
    """Return the calendar part for a registered person (RFC 6047); None while there is no day."""
    try:
        entry = session_ics(
            session,
            language,
            registration=registration,
            contact=registration.contact,
            method=method,
            organiser_email=session.contact_email or site.sender_email,
            organiser_name=session.contact_person or site.association_name,
            now=now,
        )
    except CalendarImpossible:
        return None
    return mime.Part(f"text/calendar; charset=utf-8; method={method}", entry.decode(), is_file=True)


def open_composer(mailing_id: int) -> Composer:
    """Return the composer of a mailing that has started."""
    mailing = Mailing.objects.select_related("session", "series").get(pk=mailing_id)
    return Composer(mailing, messages_of(mailing.frozen["messages"]), site_settings())


def draft_composer(mailing: Mailing) -> Composer:
    """Return a composer of the text as it stands now: for checks and test mails.

    Raises FieldInvalid or CompileFailed.
    """
    return Composer(mailing, messages_of(compile_messages(mailing)), site_settings())
