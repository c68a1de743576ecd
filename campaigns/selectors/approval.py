"""The second pair of eyes: where a mailing stands with it, who may look, what waits for whom."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from campaigns.enums import EDITABLE
from campaigns.models import Mailing
from content.selectors import site_settings

#: What it takes to approve is what it takes to send.
MAY_APPROVE = "campaigns.send_mailing"

ASK, APPROVE = "campaigns.ask", "campaigns.approve"
RETRACT, SEND_BACK = "campaigns.retract", "campaigns.send_back"


@dataclass(frozen=True, slots=True)
class SentBack:
    """What the second person had to say about it."""

    remark: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """Where a mailing stands. `refusal` says why this person cannot approve it, if they cannot.

    `is_needed` is whether the site lets nothing go out without.
    """

    is_needed: bool
    is_asked: bool
    is_approved: bool
    may_ask: bool
    refusal: str
    sent_back: SentBack | None

    @property
    def holds_back(self) -> bool:
        """Whether the mailing must not go out yet."""
        return self.is_needed and not self.is_approved


def approval_of(mailing: Mailing, user: User) -> Approval:
    """Return where a mailing stands with its approval, for this person, in at most five queries."""
    is_asked = mailing.asked_at is not None and mailing.approved_at is None
    return Approval(
        is_needed=site_settings().needs_second_person,
        is_asked=is_asked,
        is_approved=mailing.approved_at is not None,
        may_ask=mailing.asked_at is None and not mailing.is_template,
        refusal=refusal(mailing, user) if is_asked else "",
        sent_back=_sent_back(mailing) if mailing.asked_at is None else None,
    )


def refusal(mailing: Mailing, user: User) -> str:
    """Return why this person cannot be the second one; empty when they can."""
    if not user.has_perm(MAY_APPROVE):
        return _("Only somebody who may send mailings can approve one.")
    if user.pk == mailing.asked_by_id:
        return _("You asked for this yourself: somebody else has to look.")
    if user.pk == last_editor_id(mailing):
        return _("You were the last to edit this: somebody else has to look.")
    return ""


def last_editor_id(mailing: Mailing) -> int | None:
    """Return whose the latest revision is, or who made the mailing when it has none."""
    latest = mailing.latest_revision
    return latest.user_id if latest is not None else mailing.created_by_id


def approvers(mailing: Mailing) -> QuerySet[User]:
    """Return everybody who may approve this mailing, besides whoever asked or edited it last."""
    backend = "django.contrib.auth.backends.ModelBackend"
    found = User.objects.with_perm(MAY_APPROVE, backend=backend)
    involved = [pk for pk in (mailing.asked_by_id, last_editor_id(mailing)) if pk is not None]
    return found.exclude(pk__in=involved).order_by("pk")


def approval_problems(mailing: Mailing) -> list[str]:
    """Return why the mailing must not go out yet, when the site asks for a second person."""
    if mailing.approved_at is not None or not site_settings().needs_second_person:
        return []
    if mailing.asked_at is not None:
        return [_("A second person has to approve this mailing before it goes out.")]
    return [_("A second person looks before a mailing goes out: ask for approval first.")]


def waiting_for(user: User, *, limit: int = 10) -> list[Mailing]:
    """Return the mailings that this person is asked to look at, the oldest question first."""
    if not user.has_perm(MAY_APPROVE):
        return []
    asked = Mailing.objects.filter(
        asked_at__isnull=False, approved_at=None, state__in=EDITABLE, is_template=False
    )
    rows = asked.exclude(asked_by=user).exclude(latest_revision__user=user)
    return list(rows.select_related("asked_by").order_by("asked_at", "pk")[:limit])


def _sent_back(mailing: Mailing) -> SentBack | None:
    """Return what was said when it was last sent back, until somebody asks again."""
    entries = ModelLogEntry.objects.for_instance(mailing)
    entry = (
        entries.filter(action__in=(ASK, SEND_BACK))
        .select_related("user")
        .order_by("-timestamp", "-pk")
        .first()
    )
    if entry is None or entry.action != SEND_BACK:
        return None
    return SentBack(str(entry.data.get("remark", "")), entry.user_display_name, entry.timestamp)
