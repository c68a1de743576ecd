"""What a person chose on the preferences page."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from contacts.enums import MAILING_PURPOSES, Purpose, Source
from contacts.models import Contact
from contacts.selectors.preferences import preferences_of
from contacts.services.people import update_contact
from contacts.services.suppressions import resubscribe, unsubscribe


@transaction.atomic
def set_preferences(
    *,
    contact: Contact,
    wanted: Collection[Purpose | str],
    language: str,
    form_of_address: str,
    wording: str,
    now: datetime,
) -> None:
    """Make what the person gets equal to `wanted`; only what differs is written.

    `wording` is the text they saw, kept with the consent that switching on is.
    """
    before = preferences_of(contact, timezone.localdate(now)).purposes
    for purpose in sorted(MAILING_PURPOSES):
        if purpose in wanted and purpose not in before:
            resubscribe(
                contact=contact, purpose=purpose, source=Source.FORM, wording=wording, now=now
            )
        elif purpose not in wanted and purpose in before:
            unsubscribe(contact=contact, purpose=purpose, source=Source.FORM, now=now)
    update_contact(contact=contact, language=language, form_of_address=form_of_address)
