"""Copying a plan: its mailings become drafts about another session, or another series."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.errors import CampaignError
from campaigns.models import Mailing
from campaigns.selectors.copying import Copy, Whole, copies_of, repointed, with_moment
from campaigns.services.mailings import save_mailing
from content.models import SeriesPage, Session


class CopyRefused(CampaignError):
    """A mailing of the plan cannot be copied; the text names it and says why."""


@transaction.atomic
def copy_plan(
    *,
    source: Whole,
    target: Whole,
    mailing_ids: Collection[int],
    by: User | None,
    now: datetime,
    moments: Mapping[int, datetime] | None = None,
    again: Collection[int] = (),
) -> list[Mailing]:
    """Make drafts of these mailings at the target and return them; nothing is planned or sent.

    `moments` gives those that go out at a moment their new one; without it they are refused. What
    is at the target already (the same title and kind) is made once more only when it is named in
    `again`, so that pressing twice makes nothing twice. Raises CopyRefused; then nothing is made.
    """
    _hold(target)
    made: dict[int, Mailing] = {}
    # A mailing asks who got another only after that was made.
    chosen = [copy for copy in copies_of(source, target) if copy.source.pk in mailing_ids]
    for copy in sorted(chosen, key=lambda each: each.source.pk):
        if copy.there and copy.source.pk not in again:
            continue
        made[copy.source.pk] = _make(copy, made, moments or {}, by, now)
    return list(made.values())


def _hold(target: Whole) -> None:
    """Let two who copy to one target do so one after the other."""
    rows = Session if isinstance(target, Session) else SeriesPage
    list(rows.objects.select_for_update().filter(pk=target.pk).values("pk"))


def _make(
    copy: Copy,
    known: Mapping[int, Mailing],
    moments: Mapping[int, datetime],
    by: User | None,
    now: datetime,
) -> Mailing:
    title, mailing = copy.source.title, copy.made
    if mailing is None:
        words = _("“%(title)s” has no session to go to: the other series has fewer of them.")
        raise CopyRefused(words % {"title": title})
    if copy.needs_date:
        at = moments.get(copy.source.pk)
        if at is None or at < now:
            words = _("Give “%(title)s” a moment that is still to come.")
            raise CopyRefused(words % {"title": title})
        with_moment(mailing, at)
    mailing.pk = None
    mailing.audience = repointed(
        mailing.audience, {}, {number: each.pk for number, each in known.items()}
    )
    try:
        return save_mailing(mailing=mailing, by=by, now=now)
    except ValidationError as error:
        words = _("“%(title)s” cannot be copied: %(why)s")
        raise CopyRefused(words % {"title": title, "why": " ".join(error.messages)}) from error
