"""What was agreed: of a session, overdue, and whose it is.

An agreement is of the session at which it was made and, once carried forward, of that one as well.
The person who is named in it has to do it. Where only an organisation is named, its primary
representatives have to; where it has none that day, those of its representatives who are signed up
for the session at which it was made.
"""

from datetime import date
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from contacts.enums import RepresentationRole
from contacts.selectors.representation import spoken_on
from content.enums import SessionStatus
from content.models import Session
from participation.enums import LIVE, AgreementState
from participation.models import Agreement, Registration

#: What has to be done of an agreement, and before which day, if there is one.
Task = tuple[str, date | None]


def listed_agreements() -> QuerySet[Agreement]:
    """Agreements with what a list shows of them, in one query: open ones first, by due date."""
    rows = Agreement.objects.select_related("session", "carried_to", "organisation", "contact")
    open_first = Case(When(state=AgreementState.OPEN, then=0), default=1)
    return rows.order_by(open_first, F("due").asc(nulls_last=True), "pk")


def is_overdue(today: date) -> Q:
    """Agreements of which the day has passed and that are still open."""
    return Q(state=AgreementState.OPEN, due__lt=today)


def of_session(session: str) -> Q:
    """Agreements of the session with this slug, those carried forward to it among them."""
    return Q(session__slug=session) | Q(carried_to__slug=session)


def owns_agreement(session: str, state: str, day: date) -> Q:
    """A condition on contacts: has such an agreement of the session with this slug on `day`."""
    own, theirs = _owned(Agreement.objects.filter(of_session(session), state=state), day)
    return Q(pk__in=own.values("contact")) | Q(pk__in=theirs.values(_SPEAKER))


def open_tasks(session: Session, day: date) -> dict[int, list[Task]]:
    """Return by person what they still have to do for the session, by its day. One query."""
    own, theirs = _owned(
        Agreement.objects.filter(of_session(session.slug), state=AgreementState.OPEN), day
    )
    found: dict[int, list[tuple[date, int, Task]]] = {}
    rows = own.values_list("contact", "pk", "text", "due").union(
        theirs.values_list(_SPEAKER, "pk", "text", "due")
    )
    for contact_id, pk, text, due in rows:
        found.setdefault(contact_id, []).append((due or date.max, pk, (text, due)))
    return {
        contact_id: [task for _due, _pk, task in sorted(tasks)]
        for contact_id, tasks in found.items()
    }


_SPEAKER = "organisation__representations__contact"


def _owned(
    agreements: QuerySet[Agreement], day: date
) -> tuple[QuerySet[Agreement], QuerySet[Agreement]]:
    """Return those that name a person, and the others once for each who has to do it."""
    own = agreements.filter(contact__isnull=False).order_by()
    theirs = agreements.filter(
        contact=None, organisation__representations__in=_answering(day)
    ).order_by()
    return own, theirs


def _answering(day: date) -> QuerySet[Any]:
    """Representations by which somebody has to do what an organisation agreed to do, in a query on
    agreements."""
    primary = spoken_on(day).filter(role=RepresentationRole.PRIMARY)
    has_primary = Exists(primary.filter(organisation=OuterRef("organisation")))
    signed_up = Registration.objects.filter(
        contact=OuterRef("contact"), session=OuterRef(OuterRef("session")), state__in=LIVE
    )
    return spoken_on(day).filter(
        Q(role=RepresentationRole.PRIMARY) | ~Q(has_primary) & Q(Exists(signed_up))
    )


def later_sessions(session: Session) -> QuerySet[Session]:
    """Sessions to which what was agreed here can be carried: later ones of the series, and those
    that have no date yet. Of a session in no series, other such sessions."""
    found = Session.objects.filter(series=session.series_id).exclude(pk=session.pk)
    found = found.exclude(status=SessionStatus.CANCELLED)
    day = session.day()
    if day is not None:
        found = found.filter(Q(first_day=None) | Q(first_day__gte=day))
    return found.order_by(F("first_day").asc(nulls_last=True), "pk")
