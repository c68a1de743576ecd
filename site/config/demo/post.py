"""The mail that arrived over SMTP in the story, looked up by recipient and by mailing."""

import re
from collections import Counter
from pathlib import Path

from config.demo.errors import StoryFailed
from config.demo.mailings import Draft
from worker import inbox
from worker.inbox import Mail

_LINKS = {
    "sign_up": re.compile(r"^(http\S+/i/[^/\s]+/)$", re.MULTILINE),
    "decline": re.compile(r"^(http\S+/i/[^/\s]+/decline/)$", re.MULTILINE),
    "confirm": re.compile(r"^(http\S+/c/[^/\s]+/)$", re.MULTILINE),
    "registration": re.compile(r"^(http\S+/r/[^/\s]+/)$", re.MULTILINE),
}


class Post:
    """Every mail in the folder; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Mail] = {}

    def mails(self) -> list[Mail]:
        """Return all mails, the oldest first."""
        for name in inbox.names(self._folder):
            if name not in self._read and (mail := inbox.read(self._folder, name)):
                self._read[name] = mail
        return [self._read[name] for name in sorted(self._read)]

    def of(self, draft: Draft) -> list[Mail]:
        """Return the mails of a mailing, known by how its subjects begin."""
        beginnings = tuple(text.subject.partition("{{")[0] for text in draft.texts.values())
        return [mail for mail in self.mails() if mail.subject.startswith(beginnings)]

    def to(self, address: str, *, having: str) -> Mail | None:
        """Return the latest mail to an address with a link of this kind in its text."""
        found = [
            mail
            for mail in self.mails()
            if mail.recipient == address and _LINKS[having].search(mail.text)
        ]
        return found[-1] if found else None

    def doubles(self) -> list[str]:
        """Return whom the same message, or the same subject, reached more than once."""
        mails = self.mails()
        kinds = (
            Counter((mail.recipient, mail.subject) for mail in mails),
            Counter((mail.recipient, header(mail, "Message-ID")) for mail in mails),
        )
        return sorted(
            {f"{to}: {what}" for kind in kinds for (to, what), n in kind.items() if n > 1}
        )


def link(mail: Mail, kind: str) -> str:
    """Return the link of this kind in the text of a mail. Raises StoryFailed."""
    found = _LINKS[kind].search(mail.text)
    if found is None:
        raise StoryFailed(f"“{mail.subject}” to {mail.recipient} has no link to {kind}.")
    return found[1]


def header(mail: Mail, name: str) -> str:
    """Return the value of a header, empty when there is none."""
    return next((value for key, value in mail.headers if key.lower() == name.lower()), "")


def has_calendar(mail: Mail) -> bool:
    """Whether a calendar file came with the mail."""
    return any(part.content_type == "text/calendar" for part in mail.attachments)
