"""What erasing a person would do, in numbers."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import ngettext

from contacts.enums import MAIL_DUE, ImportState
from contacts.holdings import registered
from contacts.models import Contact, ContactImport, ContactMoment, ImportFile, Notice
from contacts.selectors.identity import ids_of


def consequences_of(contact: Contact, now: datetime) -> list[str]:
    """Return a sentence for each thing that happens in any room, with how many it concerns."""
    ids = ids_of(contact)
    # What is still to come first, which is in the last rooms.
    found = [line for each in reversed(registered()) for line in each.erasure_in_words(ids, now)]
    if len(ids) > 1:
        found.append(
            ngettext(
                "%(number)s row that was merged into this person is erased with it.",
                "%(number)s rows that were merged into this person are erased with it.",
                len(ids) - 1,
            )
            % {"number": len(ids) - 1}
        )
    return found


def waiting_files() -> QuerySet[ContactImport]:
    """Imports whose file waits for somebody's decision: not one that is being written now."""
    kept = ContactImport.objects.filter(pk__in=ImportFile.objects.values("pk"))
    return kept.exclude(dry_run=False, state__in=(ImportState.STAGED, ImportState.RUNNING))


def consequences_here(contact_ids: Collection[int]) -> Iterator[str]:
    """The sentences of this room."""
    waiting = Notice.objects.filter(contact__in=contact_ids, state__in=MAIL_DUE).count()
    if waiting:
        yield ngettext(
            "%(number)s mail about the person's own act still waits, and does not go.",
            "%(number)s mails about the person's own acts still wait, and do not go.",
            waiting,
        ) % {"number": waiting}
    moments = ContactMoment.objects.filter(contact__in=contact_ids).count()
    if moments:
        yield ngettext(
            "%(number)s contact moment loses what was said.",
            "%(number)s contact moments lose what was said.",
            moments,
        ) % {"number": moments}
    files = waiting_files().count()
    if files:
        yield ngettext(
            "%(number)s file that waits to be imported is dropped: it may name this person.",
            "%(number)s files that wait to be imported are dropped: they may name this person.",
            files,
        ) % {"number": files}
