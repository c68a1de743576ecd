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


def outcome(row: MailRow) -> str:
    """Return the state of the mail, with the server's own words where it said no."""
    state = MailState(row.state)
    reply = f"{row.reply_code or ''} {row.reply_text}".strip()
    return f"{state.label}: {reply}" if reply and state in _WITH_REPLY else str(state.label)
