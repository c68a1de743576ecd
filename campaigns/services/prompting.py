"""Asking an organiser to close an attendance list, for a mailing that waits for it."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.models import Mailing
from campaigns.selectors.prompts import waiting_for_lists
from contacts.addresses import address_key
from contacts.enums import NoticeKind
from contacts.errors import AddressInvalid
from contacts.models import LANGUAGES
from contacts.selectors.people import contact_of_address
from contacts.services.notices import create_notice
from content.models import Session


def prompt_for_lists(*, now: datetime) -> int:
    """Write to whoever planned a mailing that has waited for a list for a day; return how many.

    Once a mailing. Who has no address, or planned nothing, sees it on the first page of the admin.
    """
    prompted = 0
    for mailing, sessions in waiting_for_lists(now=now):
        user = mailing.frozen_revision.user if mailing.frozen_revision else None
        if user is not None and user.email and user.is_active:
            prompted += _prompt(mailing, sessions, user, now)
    return prompted


@transaction.atomic
def _prompt(mailing: Mailing, sessions: list[Session], user: User, now: datetime) -> bool:
    try:
        address = address_key(user.email)
    except AddressInvalid:
        return False
    language = _language(user)
    with override(language):
        subject = _("Close the attendance list, and your mailing can go out")
        body = _(
            "The mailing “%(title)s” goes by who was there. It waits until the attendance list of "
            "%(session)s is closed.\n\nMark who was there and close the list:\n%(urls)s\n\n"
            "Do you not want to send the mailing after all? Withdraw it:\n%(mailing)s"
        ) % {
            "title": mailing.title,
            "session": ", ".join(f"“{each.title(language)}”" for each in sessions),
            "urls": "\n".join(_url("session_desk:attendance", each.pk) for each in sessions),
            "mailing": _url("wagtailsnippets_campaigns_mailing:overview", mailing.pk),
        }
    return create_notice(
        kind=NoticeKind.SYSTEM,
        address=address,
        contact=contact_of_address(address),
        language=language,
        context={"subject": subject, "body": body, "html": ""},
        key=f"attendance:{mailing.pk}",
        now=now,
    )


def _url(name: str, number: int) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[number])}"


def _language(user: User) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    chosen: str = profile.get_preferred_language()[:2] if profile else settings.LANGUAGE_CODE[:2]
    return chosen if chosen in dict(LANGUAGES) else "nl"
