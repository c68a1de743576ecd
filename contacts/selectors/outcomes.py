"""What became of a mail, in words for people."""

from django.utils.translation import gettext as _

from contacts.enums import MailState
from contacts.models import MailRow

#: What the relay or the other side said belongs to these.
_WITH_REPLY = (
    MailState.REFUSED,
    MailState.DEFERRED,
    MailState.UNKNOWN,
    MailState.BOUNCED,
    MailState.COMPLAINED,
)


def reply(row: MailRow) -> str:
    """Return the server's own words about a mail that did not simply go out; else nothing."""
    if row.state not in _WITH_REPLY:
        return ""
    return f"{row.reply_code or ''} {in_words(row.reply_text)}".strip()


def in_words(text: str) -> str:
    """Return words of a row: the server's as they are, our own in the language of the reader.

    Ours are kept in English and marked with gettext_noop where they are written.
    """
    return _(text) if text else ""


def outcome(row: MailRow) -> str:
    """Return the state of the mail, with the server's own words where it said no."""
    label, words = MailState(row.state).label, reply(row)
    return f"{label}: {words}" if words else str(label)
