"""One line of a file of people, whatever kind of file it came from."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from base.spreadsheets import unguarded_cell
from contacts.errors import FileUnreadable

#: The last row of an Excel sheet. Whatever claims to have more was not made by a person.
LINES_MAX = 1_048_576

#: Marks that no reader sees: of byte order (files put one after the other have them in the middle),
#: of no width and of direction. They come along when text is copied from Word or WhatsApp.
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"))


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row, `number` as a spreadsheet shows it.

    `mark` names what was done to read it: "encoding", "quotes", "merged", or "" for nothing.
    """

    number: int
    cells: tuple[str, ...]
    mark: str = ""


def clean_cell(text: str) -> str:
    """Return the text without what surrounds it and without what nobody sees."""
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    return unguarded_cell(text.strip())


def nothing_there() -> FileUnreadable:
    return FileUnreadable("file_empty", _("The file is empty."))
