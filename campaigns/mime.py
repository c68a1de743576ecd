"""A message as bytes: header fields (RFC 5322, 2047) and body parts (RFC 2045, 2046).

Everything is seven bits and short lines, so that it passes any relay; CR LF line ends throughout.
"""

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from campaigns.segments import one_line
from contacts.addresses import address_key

CRLF = b"\r\n"
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
        return b"MIME-Version: 1.0\r\n" + _encoded(parts[0])
    lines = [
        b"MIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode("ascii"),
    ]
    for part in parts:
        lines += [f"--{boundary}\r\n".encode("ascii"), _encoded(part)]
    lines.append(f"--{boundary}--\r\n".encode("ascii"))
    return b"".join(lines)


def _encoded(part: Part) -> bytes:
    if part.is_file:
        coded = binascii.b2a_base64(part.text.encode(), newline=False)
        encoding = "base64"
        content = CRLF.join(coded[at : at + 76] for at in range(0, len(coded), 76)) + CRLF
    else:
        encoding = "quoted-printable"
        content = _quoted_printable(part.text)
    fields = f"Content-Type: {part.content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return fields.encode("ascii") + content


def _quoted_printable(text: str) -> bytes:
    """Encode text with CR LF ends; binascii breaks lines the way the first line ends."""
    lines = _LINE_ENDS.sub("\r\n", text.rstrip("\n") + "\n")
    return binascii.b2a_qp(lines.encode(), istext=True)
