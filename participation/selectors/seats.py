"""Seats that are taken and free. Only a caller that holds the session's lock may rely on it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q

from contacts.enums import MailState, NoticeKind
from contacts.models import Notice, Organisation
from content.enums import SessionStatus
from content.models import Session
from content.selectors.sessions import LONGEST_PERIOD
from participation.enums import SEATED, RegistrationState
from participation.models import Registration


def seats_left(session: Session) -> int | None:
    """Return how many seats are free, or None when there is no limit."""
    return seats_left_of([session])[session.pk]


def seats_left_of(sessions: Iterable[Session]) -> dict[int, int | None]:
    """The same for several sessions, by their ids: one query, or none where nothing is limited."""
    capacities = {session.pk: session.capacity for session in sessions}
    limited = [pk for pk, capacity in capacities.items() if capacity is not None]
    seated = Registration.objects.filter(session__in=limited, state__in=SEATED).order_by()
    rows = seated.values_list("session").annotate(Count("pk")) if limited else ()
    taken: dict[int, int] = dict(rows)
    return {
        pk: None if capacity is None else max(0, capacity - taken.get(pk, 0))
        for pk, capacity in capacities.items()
    }


def organisation_has_room(session: Session, organisation: Organisation | None) -> bool:
    """Whether the organisation may have one more seat."""
    if session.seats_per_organisation is None or organisation is None:
        return True
    taken = Registration.objects.filter(
        session=session, state__in=SEATED, organisation=organisation
    ).count()
    return taken < session.seats_per_organisation


def free_seat(session: Session, organisation: Organisation | None) -> bool:
    """Whether somebody of this organisation can have a seat now."""
    return seats_left(session) != 0 and organisation_has_room(session, organisation)


def is_unsent(registration: Registration) -> bool:
    """Whether the mail that offers the seat has not left yet: mail is held, or a server is down."""
    return Notice.objects.filter(
        kind=NoticeKind.OFFERED,
        contact=registration.contact_id,
        context__registration=registration.pk,
        state__in=(MailState.QUEUED, MailState.CLAIMED, MailState.DEFERRED),
    ).exists()


def sessions_to_settle(now: datetime) -> list[int]:
    """Return the ids of sessions of which an offer ran out, or a free seat waits for somebody.

    Whether a seat is free for those who wait, under the seats per organisation, is for whoever
    holds the session to see.
    """
    theirs = Registration.objects.filter(session=OuterRef("pk"))
    offered = theirs.filter(state=RegistrationState.OFFERED)
    ran_out = Q(has_past_offer=True) | Q(has_offer=True, starts_at__lte=now)
    recent = now.date() - LONGEST_PERIOD
    to_come = Q(starts_at__gt=now) | Q(starts_at=None) & (
        Q(first_day=None) | Q(first_day__gte=recent)
    )
    has_seats = Q(capacity=None) | Q(taken__lt=F("capacity"))
    sessions = Session.objects.exclude(status=SessionStatus.CANCELLED).annotate(
        has_offer=Exists(offered),
        has_past_offer=Exists(offered.filter(offered_until__lte=now)),
        has_waiting=Exists(theirs.filter(state=RegistrationState.WAITING)),
        taken=Count("registrations", filter=Q(registrations__state__in=SEATED)),
    )
    due = sessions.filter(ran_out | Q(has_waiting=True) & to_come & has_seats)
    return list(due.order_by("pk").values_list("pk", flat=True))
