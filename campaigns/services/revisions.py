"""Whether a mailing is still what somebody looked at before they decided about it."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Revision

from campaigns.errors import MailingChanged
from campaigns.models import RUN_FIELDS, Mailing

#: A plan is no part of what somebody reads: whoever plans gives one.
_NOT_READ = RUN_FIELDS | {"pk", "plan"}


def check_revision(mailing: Mailing, looked_at: int | None, by: User | None) -> None:
    """Raise MailingChanged when the mailing was changed after the revision that was looked at.

    None was asked by nobody; 0 stands for a mailing that had no revision. What one plans or starts
    oneself makes a revision too: pressing a button twice is no change.
    """
    latest = mailing.latest_revision
    if looked_at is None or looked_at == (latest.pk if latest else 0):
        return
    if latest is None:
        raise MailingChanged(_("There is no revision %s of this mailing.") % looked_at)
    is_own = by is not None and latest.user_id == by.pk
    if is_own and _is_same_text(mailing, looked_at, latest):
        return
    raise MailingChanged(
        _("Changed by %(name)s at %(at)s: look again before you go on.")
        % {
            "name": _name(latest.user),
            "at": date_format(timezone.localtime(latest.created_at), "SHORT_DATETIME_FORMAT"),
        }
    )


def _is_same_text(mailing: Mailing, looked_at: int, latest: Revision) -> bool:
    seen = Revision.objects.for_instance(mailing).filter(pk=looked_at).first()
    return seen is not None and _text(seen) == _text(latest)


def _text(revision: Revision) -> dict[str, Any]:
    return {name: value for name, value in revision.content.items() if name not in _NOT_READ}


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else _("somebody")
