"""A second pair of eyes: asked for, given, sent back with a remark, and gone with every edit.

What was agreed to is the text as it stood: `latest_revision` is part of each conditional update, so
that an edit of the same moment is never approved unseen.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from campaigns.checks import send_problems
from campaigns.enums import EDITABLE, MailingState
from campaigns.errors import ApprovalRefused, MailingNotReady, MoveForbidden
from campaigns.models import Mailing
from campaigns.selectors.approval import (
    APPROVE,
    ASK,
    MAY_APPROVE,
    RETRACT,
    SEND_BACK,
    approvers,
    refusal,
)
from campaigns.services.revisions import check_revision
from campaigns.services.staff import admin_url, write_to_user

REMARK_MAX = 1000

_NOTHING: dict[str, Any] = {
    "asked_at": None,
    "asked_by": None,
    "approved_at": None,
    "approved_by": None,
}


@transaction.atomic
def ask_for_approval(*, mailing_id: int, by: User, now: datetime) -> Mailing:
    """Ask somebody else to look; everybody who may approve gets a mail.

    Raises MailingNotReady with what is still wrong or when there is nobody to ask, MoveForbidden
    when it was asked already or has started.
    """
    mailing = _held(mailing_id)
    if mailing.state not in EDITABLE or mailing.is_template:
        raise _forbidden(mailing, _("A mailing that is “%(state)s” does not allow this."))
    if mailing.asked_at is not None:
        raise _forbidden(mailing, _("Approval was asked for already."))
    if problems := send_problems(mailing, now):
        raise MailingNotReady(problems)
    mailing.asked_by, mailing.asked_at = by, now
    others = list(approvers(mailing).select_related("wagtail_userprofile"))
    if not others:
        raise MailingNotReady(
            [_("Nobody else here may send mailings. Ask an administrator who could look at it.")]
        )
    Mailing.objects.filter(pk=mailing_id).update(**_NOTHING | {"asked_by": by, "asked_at": now})
    log(instance=mailing, action=ASK, user=by)
    for other in others:
        write_to_user(
            user=other,
            compose=lambda: _question(mailing, by),
            key=f"approve:{mailing_id}:{now.timestamp()}:{other.pk}",
            now=now,
        )
    mailing.refresh_from_db()
    return mailing


@transaction.atomic
def approve_mailing(
    *, mailing_id: int, by: User, now: datetime, revision: int | None = None
) -> Mailing:
    """Agree to the text as it stands. `revision` is the one that was looked at.

    Raises ApprovalRefused for whoever asked or edited, MailingChanged when it is not that text any
    more, MoveForbidden when nobody asked.
    """
    mailing = _asked(mailing_id, by)
    check_revision(mailing, revision, by)
    moved = Mailing.objects.filter(
        pk=mailing_id,
        state__in=EDITABLE,
        asked_at__isnull=False,
        approved_at=None,
        latest_revision=mailing.latest_revision_id,
    ).update(approved_at=now, approved_by=by)
    if not moved:
        raise _forbidden(mailing, _("Nobody asks for approval of this mailing any more."))
    log(instance=mailing, action=APPROVE, user=by)
    _answer(mailing, now, lambda: _approved(mailing, by))
    mailing.refresh_from_db()
    return mailing


@transaction.atomic
def send_back(*, mailing_id: int, by: User, remark: str, now: datetime) -> Mailing:
    """Do not agree, and say why; whoever asked gets that by mail. Raises as approve_mailing."""
    mailing = _asked(mailing_id, by)
    remark = remark.strip()[:REMARK_MAX]
    if not remark:
        raise ApprovalRefused(_("Say what should be different."))
    _clear(mailing)
    log(instance=mailing, action=SEND_BACK, user=by, data={"remark": remark})
    _answer(mailing, now, lambda: _sent_back(mailing, by, remark))
    mailing.refresh_from_db()
    return mailing


@transaction.atomic
def retract_question(*, mailing_id: int, by: User, now: datetime) -> Mailing:
    """Ask no longer. Raises MoveForbidden when nothing was asked, or it was approved meanwhile."""
    mailing = _held(mailing_id)
    if mailing.asked_at is None or mailing.approved_at is not None:
        raise _forbidden(mailing, _("Nobody asks for approval of this mailing any more."))
    _clear(mailing)
    log(instance=mailing, action=RETRACT, user=by)
    mailing.refresh_from_db()
    return mailing


def _held(mailing_id: int) -> Mailing:
    rows = Mailing.objects.select_for_update(of=("self",))
    return rows.select_related("session", "latest_revision").get(pk=mailing_id)


def _asked(mailing_id: int, by: User) -> Mailing:
    mailing = _held(mailing_id)
    is_open = mailing.asked_at is not None and mailing.approved_at is None
    if not is_open or mailing.state not in EDITABLE:
        raise _forbidden(mailing, _("Nobody asks for approval of this mailing any more."))
    if words := refusal(mailing, by):
        raise ApprovalRefused(words)
    return mailing


def _clear(mailing: Mailing) -> None:
    Mailing.objects.filter(pk=mailing.pk, state__in=EDITABLE).update(**_NOTHING)


def _forbidden(mailing: Mailing, message: str) -> MoveForbidden:
    words = message % {"state": MailingState(mailing.state).label} if "%" in message else message
    legal = [] if mailing.asked_at or mailing.state not in EDITABLE else ["ask"]
    return MoveForbidden(mailing.state, legal, words)


# --- mails to those who work on it --------------------------------------------------------------


def _answer(mailing: Mailing, now: datetime, compose: Any) -> None:
    asker = mailing.asked_by
    if asker is not None and asker.has_perm(MAY_APPROVE.replace("send_", "view_")):
        key = f"approved:{mailing.pk}:{now.timestamp()}"
        write_to_user(user=asker, compose=compose, key=key, now=now)


def _values(mailing: Mailing, by: User) -> dict[str, str]:
    return {
        "title": mailing.title,
        "name": by.get_full_name() or by.get_username(),
        "url": admin_url("wagtailsnippets_campaigns_mailing:overview", mailing.pk),
    }


def _question(mailing: Mailing, by: User) -> tuple[str, str]:
    values = _values(mailing, by)
    return (
        _("Would you look at this mailing? %(title)s") % values,
        _(
            "%(name)s made the mailing “%(title)s” and asks for a second pair of eyes.\n\n"
            "Read it, and approve it or send it back with a remark:\n%(url)s"
        )
        % values,
    )


def _approved(mailing: Mailing, by: User) -> tuple[str, str]:
    values = _values(mailing, by)
    return (
        _("Approved: %(title)s") % values,
        _(
            "%(name)s approved your mailing “%(title)s”. It does not go out by itself: plan it or "
            "send it here.\n%(url)s"
        )
        % values,
    )


def _sent_back(mailing: Mailing, by: User, remark: str) -> tuple[str, str]:
    values = _values(mailing, by) | {"remark": remark}
    return (
        _("Sent back with a remark: %(title)s") % values,
        _(
            "%(name)s looked at your mailing “%(title)s” and writes:\n\n%(remark)s\n\n"
            "Change it and ask again:\n%(url)s"
        )
        % values,
    )
