"""The files that go with a mailing."""

from campaigns.attachments import documents_of, read_files
from campaigns.mime import File
from campaigns.models import Mailing


def files_of(mailing: Mailing) -> list[File]:
    """Return what goes with a mailing: its own copies once it has started, else its documents.

    Raises FileMissing, FilesTooLarge.
    """
    if not mailing.frozen:
        return read_files(documents_of(mailing.attachments))
    rows = mailing.files.order_by("position").values_list("name", "content_type", "octets")
    return [File(name, content_type, bytes(octets)) for name, content_type, octets in rows]
