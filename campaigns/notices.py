"""Notices as mail: what each kind says. Whether that still holds is in `matters`.

The text of a kind stands in templates/campaigns/notices/KIND.LANGUAGE.txt: its subject, its
preheader and its Markdown, with merge fields. Names and reasons that people typed come in as values
of those fields, so that they can neither be markup nor fields themselves.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import get_template

from campaigns import links, mime, news
from campaigns.attachments import documents_by_id, read_files
from campaigns.blocks import MailBodyBlock
from campaigns.compiling import compile_message
from campaigns.errors import NoticeObsolete
from campaigns.mail import OutgoingMail
from campaigns.markdown import to_blocks
from campaigns.matters import HOLDS, Matter, matter_of, to_confirm
from campaigns.message import calendar_part, envelope_sender, message_id, open_entry
from campaigns.rendering import Recipient, Voice
from campaigns.wording import WORDS
from contacts.addresses import address_key
from contacts.enums import MailState, NoticeKind, Purpose
from contacts.models import Notice
from content.dates import KNOWN_DAY, moment_in_words
from content.enums import SessionStatus
from content.models import Session, SiteSettings
from content.selectors import site_settings, told_hash
from participation.enums import RegistrationState
from participation.models import Registration
from participation.selectors import is_dated
from participation.selectors.registrations import is_relocated
from participation.services.moves import next_sequence

_BODY = MailBodyBlock()


def compose_notice(notice: Notice, now: datetime) -> OutgoingMail:
    """Return the exact bytes of a notice. Raises NoticeObsolete when it is no longer true."""
    site = site_settings()
    if notice.kind == NoticeKind.SYSTEM:
        return _system_mail(notice, site, now)
    if notice.kind == NoticeKind.ACCESS:
        return _access_mail(notice, site, now)
    matter = matter_of(notice)
    if not HOLDS[NoticeKind(notice.kind)](matter, now):
        raise NoticeObsolete(f"notice {notice.pk}")
    if notice.told:
        # It tells the facts as they are now, which may have changed while it waited.
        notice.told = told_hash(matter.session)
    return _mail(matter, site, now)


# --- what it says -------------------------------------------------------------------------------


class _Own:
    """Writes a merge field into a template's text instead of a value: values come in afterwards."""

    def __init__(self, prefix: str, number: int | None = None) -> None:
        self._prefix = prefix
        self._number = "" if number is None else f"@{number}"

    def __getitem__(self, name: str) -> str:
        return f"{{{{ {self._prefix}.{name}{self._number} }}}}"


class _NoticeVoice(Voice):
    """Says the fields of a notice: of one registration, or one of several to confirm."""

    def __init__(self, matter: Matter, before: Session | None, site: SiteSettings) -> None:
        super().__init__(session=matter.session, site=site, purpose=Purpose.SERVICE)
        self.matter = matter
        self.fields_before = news.fields(before, matter.notice.language)

    def value(self, name: str, number: int | None, recipient: Recipient) -> str:
        if name == "registration.reason":
            own = self.matter.registration
            return own.rejection_reason if own else ""
        if name == "registration.until":
            return _kept_until(self.matter, recipient.language)
        if name.startswith("change."):
            return self.fields_before.get(name, "")
        if name == "link.confirm":
            return links.confirm(*(row.pk for row in to_confirm(self.matter)))
        return super().value(name, number, recipient)

    def link(self, name: str, recipient: Recipient) -> str:
        own = self.matter.registration
        if name == "link.colleague" and own is not None:
            return links.colleague(own)
        if name == "link.again":  # not to the sign-up that ended
            return links.sign_up(self.matter.session, recipient.contact)
        return super().link(name, recipient)

    def why(self, recipient: Recipient) -> str:
        return WORDS[recipient.language].why_own_act


def _kept_until(matter: Matter, language: str) -> str:
    own, zone = matter.registration, matter.session.time_zone
    if own is None or own.offered_until is None:
        return ""
    return moment_in_words(own.offered_until, zone, language)


class _AccessVoice(Voice):
    """Says the fields of the mail with the link to what is held of a person."""

    def __init__(self, site: SiteSettings) -> None:
        super().__init__(session=None, site=site, purpose=Purpose.SERVICE)

    def link(self, name: str, recipient: Recipient) -> str:
        if name == "link.access":
            return links.access(recipient.contact)
        return super().link(name, recipient)

    def why(self, recipient: Recipient) -> str:
        return WORDS[recipient.language].why_own_act


def _text(matter: Matter, before: Session | None, method: str) -> tuple[str, str, str]:
    """Return subject, preheader and Markdown of the notice, its merge fields still in it.

    `method` is that of the calendar entry in the mail, empty without one.
    """
    session, own = matter.session, matter.registration
    return _written(
        matter.notice,
        {
            "session": _Own("session"),
            "registration": _Own("registration"),
            "several": [{"session": _Own("session", row.session_id)} for row in to_confirm(matter)],
            "change": _Own("change"),
            "news": news.news(before, session),
            "has_before": before is not None,
            "was_dated": before is not None and is_dated(before),
            "calendar": method,
            "state": str(own.state) if own else "",
            "is_dated": is_dated(session),
            "has_date": session.starts_at is not None,
            "is_online": bool(session.online_url),
            "is_partner_hosted": session.is_partner_hosted,
            "has_contact_person": bool(session.contact_person),
            "has_reason": bool(own and own.rejection_reason.strip()),
            "is_waiting": bool(own and own.state == RegistrationState.WAITING),
            "is_registered": bool(own and own.state == RegistrationState.REGISTERED),
            "is_moved": bool(own and is_relocated(own)),
        },
    )


def _written(notice: Notice, about: dict[str, Any]) -> tuple[str, str, str]:
    """Return the text of the notice's kind in its language: subject, preheader and Markdown."""
    template = get_template(f"campaigns/notices/{notice.kind}.{notice.language}.txt")
    written = template.render({"contact": _Own("contact"), "link": _Own("link"), **about})
    subject, preheader, body = written.lstrip().split("\n", 2)
    return subject.strip(), preheader.strip(), body


def _said(
    notice: Notice, text: tuple[str, str, str], voice: Voice, recipient: Recipient
) -> tuple[str, list[mime.Part]]:
    """Return the subject and the parts of the text, in which the voice says every field."""
    subject, preheader, markdown = text
    message = compile_message(
        language=notice.language,
        subject=subject,
        preheader=preheader,
        body=_BODY.to_python(to_blocks(markdown)),
        settings=voice.site,
        is_notice=True,
    )
    mail = voice.render(message, recipient)
    return mail.subject, [
        mime.Part("text/plain; charset=utf-8", mail.text),
        mime.Part("text/html; charset=utf-8", mail.html),
    ]


def _mail(matter: Matter, site: SiteSettings, now: datetime) -> OutgoingMail:
    notice = matter.notice
    recipient = Recipient(
        contact=matter.contact, language=notice.language, registration=matter.registration
    )
    before = _before(matter)
    calendar = _calendar(matter, before, site, now)
    text = _text(matter, before, calendar[0] if calendar else "")
    subject, parts = _said(notice, text, _NoticeVoice(matter, before, site), recipient)
    if calendar:
        method, file = calendar
        parts.append(calendar_part(file, method=method))
    session = matter.session
    reply_to = (session.contact_person, session.contact_email) if session.contact_email else None
    name = matter.contact.full_name
    return _outgoing(
        notice, site, name=name, subject=subject, parts=parts, reply_to=reply_to, now=now
    )


def _access_mail(notice: Notice, site: SiteSettings, now: datetime) -> OutgoingMail:
    """The link to what is held of a person. It goes to the person's own address or nowhere."""
    contact = notice.contact
    if contact is None or not contact.is_present or contact.email != notice.address:
        raise NoticeObsolete(f"notice {notice.pk}")
    recipient = Recipient(contact=contact, language=notice.language)
    subject, parts = _said(notice, _written(notice, {}), _AccessVoice(site), recipient)
    return _outgoing(
        notice,
        site,
        name=contact.full_name,
        subject=subject,
        parts=parts,
        reply_to=None,
        now=now,
    )


#: Which notices change the entry in somebody's calendar, and how (RFC 5546).
_CALENDAR = {
    NoticeKind.REGISTERED: "REQUEST",
    NoticeKind.APPROVED: "REQUEST",
    NoticeKind.CHANGED: "REQUEST",
    NoticeKind.CANCELLED: "CANCEL",
    NoticeKind.TRANSFERRED: "CANCEL",
    NoticeKind.SESSION_CANCELLED: "CANCEL",
    NoticeKind.DATE_KNOWN: "PUBLISH",
}

_TELL_OF_A_CHANGE = (NoticeKind.CHANGED, NoticeKind.SESSION_CANCELLED, NoticeKind.DATE_KNOWN)


def _before(matter: Matter) -> Session | None:
    """The session as the person knows it, for a notice that says what became of it."""
    if matter.notice.kind not in _TELL_OF_A_CHANGE:
        return None
    return news.session_before(
        matter.session,
        matter.contact,
        matter.registration,
        matter.notice.context.get("change"),
    )


def _calendar(
    matter: Matter, before: Session | None, site: SiteSettings, now: datetime
) -> tuple[str, bytes] | None:
    """Return method and file of the calendar entry: for the registered, and of a known date.

    A CANCEL goes only where a REQUEST may have gone, also when the session has no date any more.
    """
    method, own = _CALENDAR.get(NoticeKind(matter.notice.kind), ""), matter.registration
    session = matter.session
    if method == "PUBLISH":
        entry = open_entry(session, matter.notice.language, method=method, site=site, now=now)
        # The UID of the REQUEST that may follow, and no higher number: who has both sees one entry.
        own = own or Registration(calendar_sequence=next_sequence(session, matter.contact))
        return (method, entry.file(matter.contact, own)) if entry else None
    if not method or own is None or own.contact is None:
        return None
    if matter.notice.kind == NoticeKind.CHANGED and not is_dated(matter.session):
        method = "CANCEL"
    if method == "REQUEST" and own.state != RegistrationState.REGISTERED:
        return None
    if method == "CANCEL":
        if not _was_asked(matter, own):
            return None
        session = news.day_to_withdraw(matter.session, before) or matter.session
    entry = open_entry(session, matter.notice.language, method=method, site=site, now=now)
    return (method, entry.file(own.contact, own)) if entry else None


def _was_asked(matter: Matter, own: Registration) -> bool:
    """Whether a calendar entry went out to this person before."""
    kinds = [kind for kind, method in _CALENDAR.items() if method == "REQUEST"]
    sent = (MailState.SENT, MailState.UNKNOWN)
    notices = Notice.objects.filter(
        contact=own.contact, kind__in=kinds, context__registration=own.pk, state__in=sent
    )
    mailings = matter.contact.deliveries.filter(
        mailing__session=matter.session, mailing__with_calendar=True, state__in=sent
    )
    if matter.session.precision not in KNOWN_DAY:
        # What told of it without a day carried no entry, whatever became of it meanwhile.
        empty = [told_hash(_with_status(matter.session, status)) for status in SessionStatus]
        notices, mailings = notices.exclude(told__in=empty), mailings.exclude(told__in=empty)
    return notices.exists() or mailings.exists()


def _with_status(session: Session, status: SessionStatus) -> Session:
    other = copy(session)
    other.status = status
    return other


def _system_mail(notice: Notice, site: SiteSettings, now: datetime) -> OutgoingMail:
    """A mail of Django or Wagtail itself, or a test mail: it is sent as it was written."""
    context: dict[str, Any] = notice.context
    text = str(context.get("body") or "")
    html = str(context.get("html") or "")
    parts = [mime.Part("text/plain; charset=utf-8", text)] if text or not html else []
    if html:
        parts.append(mime.Part("text/html; charset=utf-8", html))
    subject = str(context.get("subject") or "")
    files = read_files(documents_by_id(context.get("documents") or []))
    return _outgoing(
        notice, site, name="", subject=subject, parts=parts, files=files, reply_to=None, now=now
    )


def _outgoing(
    notice: Notice,
    site: SiteSettings,
    *,
    name: str,
    subject: str,
    parts: list[mime.Part],
    reply_to: tuple[str, str] | None,
    now: datetime,
    files: Sequence[mime.File] = (),
) -> OutgoingMail:
    sender = site.sender_name or site.association_name
    # Django's own mails may come with an accent in the domain, which the wire does not take.
    address = notice.address if notice.address.isascii() else address_key(notice.address)
    enclosure = mime.enclose(files, boundary=f"=_bijeen_files_n{notice.pk}")
    content = [
        mime.address_field("From", sender, site.sender_email),
        mime.address_field("To", name, address),
        mime.text_field("Subject", subject),
        mime.date_field(now),
        mime.plain_field("Message-ID", message_id("n", notice.pk)),
        mime.plain_field("Auto-Submitted", "auto-generated"),
        mime.plain_field("Feedback-ID", f"0:{notice.kind}:service:{settings.SITE_HOST}"),
        *enclosure.around(mime.body(parts, boundary=f"=_bijeen_n{notice.pk}")),
    ]
    if reply_to:
        content.insert(1, mime.address_field("Reply-To", *reply_to))
    return OutgoingMail(
        sender=envelope_sender(),
        recipient=address,
        content=b"".join(content),
        row_id=notice.pk,
    )
