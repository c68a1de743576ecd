"""What decides, for one mailing at one moment, who is considered and who is left out and why."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from campaigns import audience
from campaigns.audience.conditions import Condition, OfTheme, leaves
from campaigns.enums import BEFORE_SESSION, MailingKind, Per
from campaigns.models import Mailing
from contacts.enums import Purpose
from content.enums import SessionStatus
from content.models import Session
from content.selectors import has_begun, told_hash


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one mailing. `day` is its start date: membership is judged on it.

    `now` is when they are looked at: before the start, at the start or just before a mail goes out.
    """

    mailing_id: int | None
    condition: Condition
    kind: str
    purpose: Purpose
    topic: str
    is_per_organisation: bool
    session: Session | None
    series_id: int | None
    themes: tuple[str, ...]
    told: str
    is_over: bool
    plan: dict[str, Any]
    started_at: datetime
    day: date
    now: datetime
    is_recheck: bool = False
    #: Asked of those who have no row yet, after everybody else was mailed (services.rest).
    is_rest: bool = False

    @property
    def moment(self) -> audience.Moment:
        return audience.Moment(day=self.day, is_recheck=self.is_recheck)

    @property
    def is_about_participation(self) -> bool:
        return self.purpose == Purpose.PARTICIPATION

    @property
    def is_held_back(self) -> bool:
        """Whether somebody who wants less mail, or none for a while, is spared this mailing."""
        return not self.is_about_participation and self.kind != MailingKind.CHANGE

    @property
    def is_reminder_to_registered(self) -> bool:
        return self.kind == MailingKind.REMINDER and self.is_about_participation

    def again(self) -> "Terms":
        """The same terms for the look just before a mail goes out: the same for a minute."""
        return replace(self, is_recheck=True, now=self.now.replace(second=0, microsecond=0))

    def for_the_rest(self) -> "Terms":
        """The same terms for whoever came after the start: membership is judged as it is now."""
        return replace(self, is_rest=True, day=local_day(self.now))


def local_day(moment: datetime) -> date:
    """Return the day it is then in the site's time zone."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def terms_of(mailing: Mailing, now: datetime) -> Terms:
    """Return the terms: of the frozen audience once it has started. Raises AudienceInvalid."""
    started_at = mailing.started_at or now
    condition = audience.parse(mailing.frozen.get("audience") or mailing.audience)
    session = mailing.session
    return Terms(
        mailing_id=mailing.pk,
        condition=condition,
        kind=mailing.kind,
        purpose=Purpose(mailing.purpose),
        topic=mailing.topic,
        is_per_organisation=mailing.per == Per.ORGANISATION,
        session=session,
        series_id=mailing.series_id,
        themes=_themes(session, condition),
        told=told_hash(session) if session else "",
        is_over=session is not None and mailing.kind in BEFORE_SESSION and is_past(session, now),
        plan=mailing.plan,
        started_at=started_at,
        day=_day(mailing, started_at),
        now=now,
    )


def _day(mailing: Mailing, started_at: datetime) -> date:
    """The start date; of a mailing that went to the rest later on, that day."""
    day = mailing.frozen.get("day")
    return date.fromisoformat(day) if day else local_day(started_at)


def is_past(session: Session, now: datetime) -> bool:
    """Whether "see you soon" would be wrong: it has begun, or was cancelled."""
    return session.status == SessionStatus.CANCELLED or has_begun(session, now)


def _themes(session: Session | None, condition: Condition) -> tuple[str, ...]:
    """Return the slugs for which a consent on a theme counts: of the session, with what they are
    part of; without a session those that the audience asks for."""
    if session is None:
        asked = leaves(condition)
        return tuple(
            {leaf.theme for leaf, positive in asked if positive and isinstance(leaf, OfTheme)}
        )
    names = ("slug", "parent__slug", "parent__parent__slug")
    rows = session.themes.values_list(*names)
    return tuple({slug for row in rows for slug in row if slug})
