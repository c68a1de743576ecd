"""The documents that go with a mail: what they are called, whether they fit, and their octets.

A document of Wagtail that was removed is None in its block.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.models import AbstractDocument

from campaigns.errors import FileMissing, FilesTooLarge
from campaigns.mime import File
from campaigns.segments import one_line

#: As long as the title of a file's name may be, so that it fits with its ending.
_NAME_MAX = 200


class AttachmentsBlock(blocks.StreamBlock):
    """The documents that go with a mail, the same for both languages."""

    document = DocumentChooserBlock(label=gettext_lazy("document"))


def documents_of(attachments: Iterable[Any]) -> list[AbstractDocument]:
    """Return the documents of the blocks. Raises FileMissing when one was removed."""
    documents = [child.value for child in attachments]
    if None in documents:
        raise FileMissing(
            _("A document that was to go with this mail has been removed: choose another.")
        )
    return documents


def document_ids(attachments: Any) -> list[int]:
    """Return the ids of the documents of a StreamValue, without reading them."""
    return [int(block["value"]) for block in attachments.raw_data if block["value"]]


def documents_by_id(ids: Sequence[int]) -> list[AbstractDocument]:
    """Return the documents that are still there, in the order of the ids."""
    found = get_document_model().objects.in_bulk(ids)
    return [found[number] for number in ids if number in found]


def file_name(document: AbstractDocument) -> str:
    """Return the name that a document has in a mail: its title, with the ending of its file.

    The stored name has no spaces, and perhaps letters that keep it apart from another's.
    """
    title = re.sub(r"[/\\]", "-", one_line(document.title)).strip()[:_NAME_MAX]
    ending = f".{document.file_extension}" if document.file_extension else ""
    return title if title.lower().endswith(ending.lower()) else f"{title}{ending}"


def file_problems(documents: Sequence[AbstractDocument]) -> list[str]:
    """Return, in words, which documents have lost their file, or that all are too large."""
    lost = [file_name(each) for each in documents if not each.file.storage.exists(each.file.name)]
    if lost:
        return [_missing(name) for name in lost]
    return _too_large([(file_name(each), each.get_file_size() or 0) for each in documents])


def read_files(documents: Sequence[AbstractDocument]) -> list[File]:
    """Read the documents from where they are stored. Raises FileMissing, FilesTooLarge."""
    files = [_read(document) for document in documents]
    if problems := _too_large([(file.name, len(file.octets)) for file in files]):
        raise FilesTooLarge(" ".join(problems))
    return files


def _read(document: AbstractDocument) -> File:
    try:
        with document.open_file() as stored:
            octets = stored.read()
    except OSError as error:
        raise FileMissing(_missing(file_name(document))) from error
    return File(file_name(document), document.content_type, octets)


def _missing(name: str) -> str:
    return _("The file “%(name)s” is not there any more: upload it again, or leave it out.") % {
        "name": name
    }


def _too_large(sizes: Sequence[tuple[str, int]]) -> list[str]:
    """Return a sentence that names the largest file when all together are over the limit."""
    total, limit = sum(size for _name, size in sizes), settings.MAIL_ATTACHMENTS_MAX
    if total <= limit:
        return []
    name, size = max(sizes, key=lambda pair: pair[1])
    values = {
        "name": name,
        "size": filesizeformat(size),
        "total": filesizeformat(total),
        "limit": filesizeformat(limit),
    }
    if size > limit:
        return [
            _(
                "“%(name)s” is too large to go with a mail: %(size)s of at most %(limit)s. Leave "
                "it out and put a link to the document in the text."
            )
            % values
        ]
    return [
        _(
            "The attachments are too large together: %(total)s of at most %(limit)s. The largest "
            "is “%(name)s” (%(size)s): leave it out and put a link to the document in the text."
        )
        % values
    ]
