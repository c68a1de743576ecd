"""A message as bytes: header fields (RFC 5322, 2047) and body parts (RFC 2045, 2046).

Everything is seven bits and short lines, so that it passes any relay; CR LF line ends throughout.
"""

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from campaigns.segments import one_line
from contacts.addresses import address_key

CRLF = b"\r\n"
MIME_VERSION = b"MIME-Version: 1.0\r\n"
_LINE_MAX = 76
#: Words that need no quotes (RFC 5322, atext); what looks like an encoded word was seen to before.
_ATEXT_WORDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One body part. `text` is encoded as UTF-8; `is_file` keeps its line ends and uses base64."""

    content_type: str
    text: str
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file as a mail carries it."""

    name: str
    content_type: str
    octets: bytes


# A subject without merge fields is the same in every mail.
@lru_cache(maxsize=64)
def text_field(name: str, value: str) -> bytes:
    """Return an unstructured field such as Subject, encoded and folded where needed."""
    flat = one_line(value)
    if flat.isascii():
        return _folded(name, flat)
    header = Header(flat, "utf-8", maxlinelen=_LINE_MAX, header_name=name)
    return f"{name}: {header.encode(linesep=chr(13) + chr(10))}".encode("ascii") + CRLF


def address_field(name: str, display_name: str, address: str) -> bytes:
    """Return a field with one mailbox; the display name is quoted or encoded as it needs.

    `address` is an addr-spec; its domain may have accents. Raises AddressInvalid when the rest has.
    """
    flat = one_line(display_name)
    address = one_line(address)
    if not address.isascii():
        address = address_key(address)
    if not flat:
        return f"{name}: {address}".encode("ascii") + CRLF
    if not flat.isascii() or "=?" in flat:
        header = Header(flat, "utf-8", maxlinelen=_LINE_MAX, header_name=name)
        shown = header.encode(linesep="\r\n")
    elif _ATEXT_WORDS.fullmatch(flat):
        shown = flat
    else:
        shown = '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = shown.rsplit("\n", 1)[-1]
    space = " " if len(name) + len(last) + len(address) < _LINE_MAX - 5 else "\r\n "
    return f"{name}: {shown}{space}<{address}>".encode("ascii") + CRLF


def plain_field(name: str, value: str) -> bytes:
    """Return a field of ASCII that must not be folded, such as one with an address of the web."""
    return f"{name}: {one_line(value)}".encode("ascii") + CRLF


def date_field(moment: datetime) -> bytes:
    return _date_field(moment.replace(microsecond=0))


# Thousands of mails leave within a second.
@lru_cache(maxsize=4)
def _date_field(moment: datetime) -> bytes:
    return plain_field("Date", format_datetime(moment))


def _folded(name: str, value: str) -> bytes:
    """Fold an ASCII value at its spaces (RFC 5322, 2.2.3); a word that is too long is encoded."""
    if any(len(word) > _LINE_MAX for word in value.split(" ")) or "=?" in value:
        header = Header(value, "utf-8", maxlinelen=_LINE_MAX, header_name=name)
        return f"{name}: {header.encode(linesep=chr(13) + chr(10))}".encode("ascii") + CRLF
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > _LINE_MAX and len(lines[-1]) > len(name) + 1:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode("ascii") + CRLF


def body(parts: Sequence[Part], boundary: str) -> bytes:
    """Return the MIME fields, the empty line and the parts, plainest first (multipart/alternative).

    `boundary` must begin with "=_", which no encoded part can contain.
    """
    if len(parts) == 1:
        return MIME_VERSION + encoded(parts[0])
    lines = [
        MIME_VERSION,
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode("ascii"),
    ]
    for part in parts:
        lines += [f"--{boundary}\r\n".encode("ascii"), encoded(part)]
    lines.append(f"--{boundary}--\r\n".encode("ascii"))
    return b"".join(lines)


def part_fields(content_type: str, encoding: str) -> bytes:
    """Return the fields of a body part and the empty line behind them."""
    fields = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return fields.encode("ascii")


def encoded(part: Part) -> bytes:
    """Return a body part with its fields."""
    if part.is_file:
        encoding = "base64"
        content = _base64(part.text.encode())
    else:
        encoding = "quoted-printable"
        content = _quoted_printable(part.text)
    return part_fields(part.content_type, encoding) + content


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What files put before and behind a body, the same for every mail that carries them."""

    before: bytes = b""
    behind: bytes = b""

    def around(self, body: bytes) -> tuple[bytes, ...]:
        """Return the pieces of a body with the files; `body` begins with MIME_VERSION."""
        if not self.behind:
            return (body,)
        return self.before, body.removeprefix(MIME_VERSION), self.behind


def enclose(files: Sequence[File], boundary: str) -> Enclosure:
    """Make files follow a body in one multipart/mixed (RFC 2046, 5.1.3).

    `boundary` must begin with "=_", and neither it nor the body's own with the other.
    """
    if not files:
        return Enclosure()
    delimiter = f"--{boundary}\r\n".encode("ascii")
    kind = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    behind = b"".join(delimiter + _file_part(file) for file in files)
    return Enclosure(
        MIME_VERSION + kind + delimiter, behind + f"--{boundary}--\r\n".encode("ascii")
    )


def _file_part(file: File) -> bytes:
    """Return a file as a body part (RFC 2183), its name encoded where it needs to be (RFC 2231)."""
    main, _slash, sub = file.content_type.partition("/")
    # These two may not be in base64 (RFC 2046, 5.1 and 5.2.1), and a file is one thing to us.
    if main in ("message", "multipart") or not sub:
        main, sub = "application", "octet-stream"
    empty = MIMEPart(policy=SMTP)
    empty.set_content(b"", main, sub, disposition="attachment", filename=one_line(file.name))
    fields = empty.as_bytes().split(b"\r\n\r\n", 1)[0]
    return fields + b"\r\n\r\n" + _base64(file.octets)


def _base64(octets: bytes) -> bytes:
    """Encode in lines of 76 characters, each with its end."""
    coded = binascii.b2a_base64(octets, newline=False)
    return CRLF.join(coded[at : at + 76] for at in range(0, len(coded), 76)) + CRLF


def _quoted_printable(text: str) -> bytes:
    """Encode text with CR LF ends; binascii breaks lines the way the first line ends."""
    lines = _LINE_ENDS.sub("\r\n", text.rstrip("\n") + "\n")
    return binascii.b2a_qp(lines.encode(), istext=True)
