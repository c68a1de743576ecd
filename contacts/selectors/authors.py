"""The audit log of a person, and who did what rows tell without saying by whom."""

from collections.abc import Collection
from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser, AbstractUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from wagtail.models import ModelLogEntry

from contacts.enums import ContactAct
from contacts.holdings import Happening
from contacts.models import Contact

#: Acts that leave rows of their own on the timeline: the log would say the same once more.
TOLD_BY_ROWS = (
    ContactAct.CREATE,
    ContactAct.CONSENT,
    ContactAct.SUPPRESS,
    ContactAct.MERGE,
    ContactAct.UNMERGE,
)


def log_of(contact_ids: Collection[int]) -> QuerySet[ModelLogEntry]:
    """Lines of the audit log about these people, with who wrote them."""
    return ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Contact),
        object_id__in=[str(each) for each in contact_ids],
        action__in=ContactAct.values,
    ).select_related("user")


def author(entry: ModelLogEntry) -> str:
    """Return the name of the user who did it, "" for the person or the system."""
    return entry.user_display_name if entry.user_id else ""


def name_of(user: AbstractBaseUser | None) -> str:
    """Return what a user is called, "" for nobody."""
    if user is None:
        return ""
    full_name: str = user.get_full_name() if isinstance(user, AbstractUser) else ""
    return full_name or user.get_username()


def with_authors(lines: list[Happening], contact_ids: Collection[int]) -> list[Happening]:
    """Add who recorded or stopped it to lines about consent. One query at most."""
    unsigned = {line.at for line in lines if line.kind == "consent"}
    if not unsigned:
        return lines
    acts = (ContactAct.CONSENT, ContactAct.SUPPRESS)
    entries = log_of(contact_ids).filter(action__in=acts, timestamp__in=unsigned)
    # What was written in one transaction has one moment, whether a row or a line of the log.
    names = {entry.timestamp: author(entry) for entry in entries}
    return [
        replace(line, by=names.get(line.at, "")) if line.kind == "consent" else line
        for line in lines
    ]
