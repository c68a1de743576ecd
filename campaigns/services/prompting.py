"""Asking an organiser to close an attendance list, for a mailing that waits for it."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.models import Mailing
from campaigns.selectors.prompts import waiting_for_lists
from campaigns.services.staff import admin_url, write_to_user
from content.models import Session


def prompt_for_lists(*, now: datetime) -> int:
    """Write to whoever planned a mailing that has waited for a list for a day; return how many.

    Once a mailing. Who has no address, or planned nothing, sees it on the first page of the admin.
    """
    prompted = 0
    for mailing, sessions in waiting_for_lists(now=now):
        user = mailing.frozen_revision.user if mailing.frozen_revision else None
        if user is not None:
            prompted += _prompt(mailing, sessions, user, now)
    return prompted


@transaction.atomic
def _prompt(mailing: Mailing, sessions: list[Session], user: User, now: datetime) -> bool:
    def compose() -> tuple[str, str]:
        language = get_language() or settings.LANGUAGE_CODE
        body = _(
            "The mailing “%(title)s” goes by who was there. It waits until the attendance list of "
            "%(session)s is closed.\n\nMark who was there and close the list:\n%(urls)s\n\n"
            "Do you not want to send the mailing after all? Withdraw it:\n%(mailing)s"
        ) % {
            "title": mailing.title,
            "session": ", ".join(f"“{each.title(language)}”" for each in sessions),
            "urls": "\n".join(admin_url("session_desk:attendance", each.pk) for each in sessions),
            "mailing": admin_url("wagtailsnippets_campaigns_mailing:overview", mailing.pk),
        }
        return _("Close the attendance list, and your mailing can go out"), body

    return write_to_user(user=user, compose=compose, key=f"attendance:{mailing.pk}", now=now)
