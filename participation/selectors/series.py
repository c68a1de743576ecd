"""The sessions of a series as somebody who signs up for the series meets them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from content.models import SeriesPage, Session
from content.selectors import is_over, series_sessions
from participation.enums import ACCEPTING, LIVE, Phase, RegistrationState
from participation.models import Interest, Invitation, Registration
from participation.selectors.sessions import phase_of, phases_of


@dataclass(frozen=True, slots=True)
class Choice:
    """One session of a series: `phase` says what can be done about it."""

    session: Session
    phase: Phase

    @property
    def can_tick(self) -> bool:
        """Whether a sign-up for the series can include it: to join, or to hear when it is."""
        return self.phase in ACCEPTING or self.phase == Phase.INTEREST


@dataclass(frozen=True, slots=True)
class Own:
    """A session of the series for somebody who is signed up for it, or follows it."""

    session: Session
    registration: Registration | None


def series_choices(series_key: Any, now: datetime) -> list[Choice]:
    """Return the sessions of the series with this translation key that are not over, in order.

    A partner's session is the partner's here, also while it has no date.
    """
    return _choices(_coming(series_key, now), now)


def _coming(series_key: Any, now: datetime) -> list[Session]:
    return [each for each in series_sessions(series_key) if not is_over(each, now)]


def _choices(
    sessions: Sequence[Session], now: datetime, *, invited: Collection[int] = ()
) -> list[Choice]:
    phases = phases_of(sessions, now, invited=invited)
    for session in sessions:
        if session.is_partner_hosted and phases[session.pk] == Phase.INTEREST:
            phases[session.pk] = Phase.PARTNER
    return [Choice(each, phases[each.pk]) for each in sessions]


def live_series(slug: str, language: str) -> SeriesPage | None:
    """Return the live page of a series with this address, that in the language first."""
    found = list(SeriesPage.objects.live().filter(slug=slug).select_related("locale"))
    found.sort(key=lambda page: page.locale.language_code != language)
    return found[0] if found else None


def other_choices(session: Session, contact_id: int, now: datetime) -> list[Choice]:
    """Return the other sessions of its series that the person can join or follow, and does not.

    A session by invitation is open to whoever was invited for it. For anybody else it is among
    them too, as one that cannot be ticked.
    """
    if session.series is None:
        return []
    coming = _coming(session.series.translation_key, now)
    ids = [each.pk for each in coming]
    asked = Invitation.objects.filter(session__in=ids, contact=contact_id)
    choices = _choices(coming, now, invited=set(asked.values_list("session", flat=True)))
    mine = Registration.objects.filter(session__in=ids, contact=contact_id, state__in=LIVE)
    followed = Interest.objects.filter(session__in=ids, contact=contact_id)
    known = {session.pk, *mine.values_list("session", flat=True)}
    followed_ids = set(followed.values_list("session", flat=True))
    return [
        choice
        for choice in choices
        if (choice.can_tick or choice.phase == Phase.INVITED_ONLY)
        and choice.session.pk not in known
        and not (choice.phase == Phase.INTEREST and choice.session.pk in followed_ids)
    ]


def own_in_series(registration: Registration, now: datetime) -> list[Own]:
    """Return what the person of a sign-up has in its series, as far as it can be cancelled."""
    session, contact = registration.session, registration.contact
    if session.series is None or contact is None:
        return []
    choices = series_choices(session.series.translation_key, now)
    sessions = {choice.session.pk: choice.session for choice in choices}
    rows = Registration.objects.filter(session__in=sessions, contact=contact, state__in=LIVE)
    rows = rows.exclude(state=RegistrationState.UNCONFIRMED)
    mine = {row.session_id: row for row in rows.select_related("contact", "session")}
    interests = Interest.objects.filter(session__in=sessions, contact=contact)
    followed = set(interests.values_list("session", flat=True))
    return [
        Own(each, mine.get(pk))
        for pk, each in sessions.items()
        if pk in mine or (pk in followed and phase_of(each, now) == Phase.INTEREST)
    ]
