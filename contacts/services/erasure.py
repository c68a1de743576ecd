"""Erasure: of a person nothing is left by which anybody could tell who it was.

The row stays, empty: sign-ups, attendance and mail that was sent go on counting for their
organisations. What keeps the address out is its keyed hash in a suppression, which refers to
nothing: the row keeps no hash, or whoever knows an address could look up what its owner did.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from base.services import emit
from contacts.enums import ContactAct, Source, SuppressionReason, SuppressionScope
from contacts.errors import AlreadyErased
from contacts.holdings import registered
from contacts.models import Contact
from contacts.selectors.erasure import waiting_files
from contacts.selectors.identity import ids_of
from contacts.services.audit import Author, note_change
from contacts.services.forgetting import drop_waiting_files, hold_imports
from contacts.services.suppressions import suppress

#: What stays of the row: that there was somebody, since when, and of whom it is a part.
_KEPT = frozenset({"id", "created_at", "language", "link_version", "merged_into", "erased_at"})


@transaction.atomic
def erase_contact(*, contact_id: int, by: Author, source: Source | str, now: datetime) -> None:
    """Erase a person at their own request, for good; the address stays out of imports.

    Every row that turned out to be the same person is erased with it, whichever of them is given:
    who asks under an old address asks for all of it. Live sign-ups for sessions to come are
    cancelled without mail, and their seats given on. Raises AlreadyErased, Contact.DoesNotExist.
    """
    people = _hold(contact_id, now)
    for address_hash in {each.address_hash for each in people if each.address_hash}:
        suppress(
            address_hash=address_hash,
            scope=SuppressionScope.ALL,
            reason=SuppressionReason.ERASED,
            source=source,
            now=now,
        )
    # Which of them holds the person cannot be told from names in separate cells. One that is being
    # written now leaves out whoever was erased, and is emptied at its end.
    why = _("Somebody's data were erased, and this file may name them. Upload it again.")
    drop_waiting_files(waiting_files(), why=why, now=now)
    _erase(people, now)
    _note(people, by, str(Source(source).label), now)


@transaction.atomic
def forget_contact(*, contact_id: int, now: datetime) -> None:
    """Erase a person of whom nothing has been heard for years.

    They did not ask for it, so the address is free: whoever imports it makes a new person. Raises
    what `erase_contact` raises.
    """
    people = _hold(contact_id, now)
    _erase(people, now)
    _note(people, None, "", now)


def _hold(contact_id: int, now: datetime) -> list[Contact]:
    """Hold the rows that are this person, the one who stayed first. Raises AlreadyErased."""
    hold_imports(now=now)
    ids: list[int] = []
    people: list[Contact] = []
    while set(found := _family(contact_id)) != set(ids):  # a merge may have come in between
        ids = found
        for holding in registered():
            holding.lock(ids)
        people = list(Contact.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    people.sort(key=lambda each: ids.index(each.pk))
    if people[0].erased_at is not None:
        raise AlreadyErased
    return people


def _family(contact_id: int) -> list[int]:
    """The ids of all rows that are one person, the one who stayed first."""
    return ids_of(Contact.objects.get(pk=contact_id).whoever_stayed)


def _erase(people: list[Contact], now: datetime) -> None:
    # From the last room to the first: what the others do (cancelling) may still write here.
    for holding in reversed(registered()):
        for contact in people:
            holding.forget(contact, now=now)
    blank = {
        field.attname: field.get_default()
        for field in Contact._meta.concrete_fields
        if field.name not in _KEPT and not field.generated
    }
    Contact.objects.filter(pk__in=[each.pk for each in people]).update(
        **blank, erased_at=now, link_version=F("link_version") + 1
    )


def _note(people: list[Contact], by: Author, detail: str, now: datetime) -> None:
    for contact in Contact.objects.filter(pk__in=[each.pk for each in people]):
        note_change(contact=contact, action=ContactAct.ERASE, by=by, detail=detail, now=now)
    emit(kind="contact.erased", data={"contact": people[0].pk}, now=now)
