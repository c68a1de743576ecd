"""The mail with a link to what is held of a person, asked for by them or by an organiser."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from base.limits import allow
from contacts.enums import ContactAct, NoticeKind
from contacts.errors import NoAddress
from contacts.models import Contact
from contacts.services.audit import note_change
from contacts.services.notices import create_notice

#: So many links a person may ask for in a day.
LINKS_A_DAY = 3


@transaction.atomic
def ask_for_access(*, contact: Contact, now: datetime) -> bool:
    """Mail the link because somebody with a link to the preferences asks. False when none goes out.

    To an address that is not there any more, and oftener than LINKS_A_DAY, nothing is sent; the
    page that asks says the same either way.
    """
    if not contact.is_present or not contact.address_key:
        return False
    if not allow(
        form="access",
        key_parts=[str(contact.pk)],
        limit=LINKS_A_DAY,
        per=timedelta(days=1),
        now=now,
    ):
        return False
    return _mail(contact, now)


@transaction.atomic
def send_access(*, contact: Contact, by: AbstractBaseUser, now: datetime) -> None:
    """Mail the link because an organiser lets the person see their data. Raises NoAddress."""
    if not contact.is_present or not contact.address_key:
        raise NoAddress
    if _mail(contact, now):
        detail = _("link to their own data mailed")
        note_change(contact=contact, action=ContactAct.EXPORT, by=by, detail=detail, now=now)


@transaction.atomic
def note_export(*, contact: Contact, by: AbstractBaseUser, form: str, now: datetime) -> None:
    """Write down that somebody took a copy of all that is held; `form` says which (JSON, page)."""
    note_change(contact=contact, action=ContactAct.EXPORT, by=by, detail=form, now=now)


def _mail(contact: Contact, now: datetime) -> bool:
    return create_notice(
        kind=NoticeKind.ACCESS,
        address=contact.email,
        contact=contact,
        language=contact.language,
        context={},
        # Pressing the button twice is one act.
        key=f"{NoticeKind.ACCESS}:{contact.pk}:{now:%Y%m%d%H%M}",
        now=now,
    )
