"""What the worker puts on the wire: an envelope and the exact bytes of one message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One message for one recipient.

    `sender` and `recipient` are addr-specs of the envelope; `content` is RFC 5322 with CR LF line
    ends, not dot-stuffed, and ends with a line end. `row_id` is the row that it was made of.
    """

    sender: str
    recipient: str
    content: bytes
    row_id: int = 0
    #: The content has octets above 127, which only a relay with 8BITMIME takes.
    is_8bit: bool = False
    #: A line of the content may begin with a dot, which the wire has to double.
    is_dotted: bool = True
