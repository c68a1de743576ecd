"""What a person chose on the preferences page."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from contacts.enums import MAILING_PURPOSES, ContactAct, Purpose, Source
from contacts.models import Contact
from contacts.selectors.preferences import Preferences, preferences_of
from contacts.selectors.streams import written
from contacts.services.audit import PERSON, differences, note_change
from contacts.services.people import update_contact
from contacts.services.suppressions import allow_mail, stop_mail


@transaction.atomic
def set_preferences(
    *,
    contact: Contact,
    purposes: Collection[Purpose | str],
    groups: Collection[str],
    language: str,
    form_of_address: str,
    courtesy_title: str,
    paused_until: date | None,
    wants_less_mail: bool,
    wording: str,
    now: datetime,
) -> None:
    """Make what the person gets equal to `purposes` and `groups` (slugs).

    Only what differs is written. `wording` is the text they saw, kept with the consent that
    switching on is; of a group, its own.
    """
    day = timezone.localdate(now)
    before = preferences_of(contact, day)
    for purpose in sorted(MAILING_PURPOSES):
        is_wanted = purpose in purposes
        if is_wanted != (purpose in before.purposes):
            _switch(contact, purpose, "", is_wanted, wording, now)
    for choice in before.groups:
        group, is_wanted = choice.group, choice.group.slug in groups
        if is_wanted != choice.is_in:
            said = group.wording(before.language)
            _switch(contact, group.purpose, group.slug, is_wanted, said, now)
    fields: dict[str, Any] = {
        "language": language,
        "form_of_address": form_of_address,
        "courtesy_title": courtesy_title,
        "paused_until": paused_until,
        "wants_less_mail": wants_less_mail,
    }
    held = {name: getattr(contact, name) for name in fields}
    update_contact(contact=contact, act=None, now=now, **fields)
    changes: dict[str, tuple[Any, Any]] = differences(held, contact)
    mailed = (_mailed(before), _mailed(preferences_of(contact, day)))
    if mailed[0] != mailed[1]:
        changes["consent"] = mailed
    if changes:
        note_change(
            contact=contact, action=ContactAct.PREFERENCES, by=PERSON, changes=changes, now=now
        )


def end_pause(*, contact: Contact, now: datetime) -> None:
    """Let the mailings come again that the person had paused."""
    update_contact(
        contact=contact, paused_until=None, by=PERSON, act=ContactAct.PREFERENCES, now=now
    )


def _switch(
    contact: Contact, purpose: Purpose | str, topic: str, on: bool, wording: str, now: datetime
) -> None:
    what: dict[str, Any] = {"contact": contact, "purpose": purpose, "topic": topic, "now": now}
    if on:
        allow_mail(wording=wording, source=Source.FORM, **what)
    else:
        stop_mail(source=Source.FORM, **what)


def _mailed(preferences: Preferences) -> list[str]:
    """Return what reaches the person, as the audit log keeps it."""
    groups = (choice.group for choice in preferences.groups if choice.is_in)
    return sorted(
        [
            *map(str, preferences.purposes),
            *(written(group.purpose, group.slug) for group in groups),
        ]
    )
