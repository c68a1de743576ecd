"""A mailing as everybody may read it: no name, no organisation, no link that is somebody's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from wagtail.blocks import StreamValue

from campaigns import links
from campaigns.compiling import compile_message, written_languages
from campaigns.fields import read_fields
from campaigns.models import Mailing
from campaigns.rendering import Recipient, Rendered, Voice
from campaigns.segments import fill, slots
from campaigns.selectors.archive import list_path, mail_path
from campaigns.wording import WORDS
from contacts.models import Contact
from content.dates import day_in_words
from content.models import SiteSettings
from content.selectors import site_settings

#: Blocks and buttons that are of use to the person only whom the mail was to.
_PERSONAL = frozenset({"link.decline", "link.registration", "link.join", "link.preferences"})


class PublicVoice(Voice):
    """Says each merge field to nobody in particular."""

    def value(self, name: str, number: int | None, recipient: Recipient) -> str:
        if name == "contact.salutation":
            return WORDS[recipient.language].dear_reader
        if name == "contact.why":
            return WORDS[recipient.language].archived % self.about
        if name.startswith(("contact.", "organisation.", "registration.")):
            return ""
        return super().value(name, number, recipient)

    def link(self, name: str, recipient: Recipient) -> str:
        """Return where everybody may go for it: the page of the session, or of the site."""
        if name == "link.browser":
            return f"{settings.SITE_URL}{list_path(recipient.language)}"
        if self.session is None or name in ("link.preferences", "link.unsubscribe"):
            return settings.FRONTEND_URL
        if name == "link.calendar":
            return links.calendar(self.session)
        return self.facts.say("session.url", None, recipient.language)


@dataclass(frozen=True, slots=True)
class Archived:
    """A mailing as it is listed, in the language nearest to the one that was asked for.

    `languages` are those that it was written in.
    """

    pk: int
    subject: str
    preheader: str
    language: str
    languages: tuple[str, ...]
    started_at: datetime
    path: str

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.path}"


def archived(mailing: Mailing, language: str, site: SiteSettings) -> Archived | None:
    """Return how a mailing is listed in this language; None when it has no text."""
    languages = tuple(written_languages(mailing))
    if not languages or mailing.started_at is None:
        return None
    chosen = language if language in languages else languages[0]
    voice, reader = _voice(mailing, site, chosen), _reader(chosen)

    def line(part: str) -> str:
        pieces = read_fields(getattr(mailing, f"{part}_{chosen}"))
        return fill(pieces, voice.values(slots(pieces), reader))

    return Archived(
        pk=mailing.pk,
        subject=line("subject"),
        preheader=line("preheader"),
        language=chosen,
        languages=languages,
        started_at=mailing.started_at,
        path=mail_path(mailing.pk, chosen),
    )


def public_mail(mailing: Mailing, language: str) -> Rendered:
    """Return what was sent, as it reads for nobody in particular.

    Parts for some people only are left out. Raises CompileFailed, FieldInvalid.
    """
    sent: Any = mailing.frozen_revision.as_object() if mailing.frozen_revision else mailing
    site = site_settings()
    message = compile_message(
        language=language,
        subject=getattr(sent, f"subject_{language}"),
        preheader=getattr(sent, f"preheader_{language}"),
        body=_without_what_is_personal(getattr(sent, f"body_{language}")),
        settings=site,
        is_notice=True,  # nobody unsubscribes from what they read on a page
    )
    return _voice(mailing, site, language).render(message, _reader(language))


def _voice(mailing: Mailing, site: SiteSettings, language: str) -> PublicVoice:
    day = timezone.localtime(mailing.started_at).date()
    return PublicVoice(
        session=mailing.session,
        site=site,
        purpose=mailing.purpose,
        about=day_in_words(day, language),
    )


def _reader(language: str) -> Recipient:
    """Nobody in particular."""
    return Recipient(contact=Contact(language=language), language=language)


def _without_what_is_personal(body: StreamValue) -> StreamValue:
    kept = [
        (child.block_type, child.value, child.id)
        for child in body
        if child.block_type != "poll"
        and (child.block_type != "button" or child.value["link"] not in _PERSONAL)
    ]
    return StreamValue(body.stream_block, kept)
