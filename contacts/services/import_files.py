"""Uploaded files of people: kept until they have done their work."""

from collections.abc import Collection

from contacts.models import ContactImport, ImportFile


def keep_file(found: ContactImport, content: bytes) -> None:
    """Keep what was uploaded; call it in the transaction that makes the import."""
    ImportFile.objects.create(contact_import=found, content=content)


def drop_files(import_ids: Collection[int]) -> None:
    """Drop the files of these imports: they hold people, and nobody needs them any more."""
    ImportFile.objects.filter(pk__in=import_ids).delete()
