"""The files of a mailing, kept as they are when it starts."""

from typing import Any

from campaigns.attachments import documents_of, read_files
from campaigns.models import MailingFile


def freeze_files(*, mailing_id: int, attachments: Any) -> None:
    """Keep the octets of a mailing's documents; call it in the transaction that starts it.

    `attachments` is the StreamValue of the revision that is sent. Raises FileMissing and
    FilesTooLarge.
    """
    files = read_files(documents_of(attachments))
    MailingFile.objects.bulk_create(
        MailingFile(
            mailing_id=mailing_id,
            position=position,
            name=file.name,
            content_type=file.content_type,
            octets=file.octets,
        )
        for position, file in enumerate(files)
    )
