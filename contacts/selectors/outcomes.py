"""What became of a mail, in words for people."""

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
    return f"{row.reply_code or ''} {row.reply_text}".strip()


def outcome(row: MailRow) -> str:
    """Return the state of the mail, with the server's own words where it said no."""
    label, words = MailState(row.state).label, reply(row)
    return f"{label}: {words}" if words else str(label)
