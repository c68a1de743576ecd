"""Reading what the catcher kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from worker.catcher import ENVELOPE_FROM, ENVELOPE_TO


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is neither the text nor the HTML. `number` finds it again."""

    number: int
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One kept message, parsed."""

    name: str
    at: datetime
    sender: str
    recipient: str
    subject: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attachment]


def names(folder: Path) -> list[str]:
    """Names of the kept messages, newest first."""
    return sorted((path.name for path in folder.glob("[0-9]*.eml")), reverse=True)


def read(folder: Path, name: str) -> Mail | None:
    """Read one message; None when there is none of that name."""
    path = folder / name
    if path.parent != folder or path.suffix != ".eml" or not path.is_file():
        return None
    with path.open("rb") as file:
        message = BytesParser(EmailMessage, policy=policy.default).parse(file)
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    parts = [part for part in message.walk() if not part.is_multipart()]
    return Mail(
        name=name,
        at=datetime.fromtimestamp(int(name.split("-")[0]) / 1e9, UTC),
        sender=str(message.get("From", message[ENVELOPE_FROM])),
        recipient=str(message[ENVELOPE_TO]),
        subject=str(message.get("Subject", "")),
        headers=[(key, str(value)) for key, value in message.items()],
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        attachments=[
            Attachment(
                number,
                part.get_filename() or f"{part.get_content_type()}",
                part.get_content_type(),
                part.get_payload(decode=True) or b"",  # type: ignore[arg-type]  # bytes for a leaf
            )
            for number, part in enumerate(parts)
            if part is not text and part is not html
        ],
    )
