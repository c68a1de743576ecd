"""What this room tells on a timeline: of a person line by line, of an organisation in counts."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from contacts.holdings import Happening, TimelineSource
from content.models import Session
from participation.enums import Attendance, InvitationAnswer, RegistrationState
from participation.models import (
    Agreement,
    Interest,
    Invitation,
    LearningQuestion,
    PollAnswer,
    Registration,
)

Ids = Collection[int]
Lines = Iterator[Happening]

_SUMMARY = 80


def _invited(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Invitation.objects.filter(contact__in=ids, invited_at__lte=until)
    for row in rows.select_related("session").order_by("-invited_at", "-pk")[:limit]:
        text = _("Invited for %(session)s") % {"session": _title(row.session)}
        yield Happening(at=row.invited_at, kind="invitation", text=text, detail=row.source)


def _answered(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Invitation.objects.filter(contact__in=ids, answered_at__lte=until)
    rows = rows.exclude(answer=InvitationAnswer.NONE).select_related("session")
    for row in rows.order_by("-answered_at", "-pk")[:limit]:
        said = {"session": _title(row.session), "answer": row.get_answer_display()}
        if row.answered_at:
            text = _("Answer to the invitation for %(session)s: %(answer)s") % said
            yield Happening(at=row.answered_at, kind="invitation", text=text)


def _interested(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Interest.objects.filter(contact__in=ids, since__lte=until)
    for row in rows.select_related("session").order_by("-since", "-pk")[:limit]:
        text = _("Wants to hear when the date of %(session)s is known")
        yield Happening(
            at=row.since, kind="invitation", text=text % {"session": _title(row.session)}
        )


def _signed_up(ids: Ids, until: datetime, limit: int) -> Lines:
    for row in _registrations(ids, "created_at", until)[:limit]:
        names = (row.organisation.name if row.organisation else "", row.get_source_display())
        yield Happening(
            at=row.created_at,
            kind="registration",
            text=_("Signed up for %(session)s") % {"session": _title(row.session)},
            detail=" · ".join(filter(None, map(str, names))),
            url=_url(row),
        )


def _changed(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = _registrations(ids, "changed_at", until).exclude(changed_at=F("created_at"))
    for row in rows[:limit]:
        said = {"session": _title(row.session), "state": row.get_state_display()}
        yield Happening(
            at=row.changed_at,
            kind="registration",
            text=_("Sign-up for %(session)s: %(state)s") % said,
            detail=row.rejection_reason,
            url=_url(row),
        )


def _attended(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = _registrations(ids, "attendance_at", until).exclude(attendance=Attendance.UNMARKED)
    for row in rows[:limit]:
        said = {"session": _title(row.session), "attendance": row.get_attendance_display()}
        if row.attendance_at:
            # The reason of an absence is private: it is not told here.
            text = _("%(session)s: %(attendance)s") % said
            yield Happening(at=row.attendance_at, kind="attendance", text=text, url=_url(row))


def _asked(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = LearningQuestion.objects.filter(contact__in=ids, created_at__lte=until)
    for row in rows.order_by("-created_at", "-pk")[:limit]:
        words = Truncator(str(row)).chars(_SUMMARY)
        yield Happening(
            at=row.created_at,
            kind="question",
            text=_("Learning question: %(question)s") % {"question": words},
            detail=row.get_state_display(),
        )


def _agreed(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = Agreement.objects.filter(contact__in=ids, created_at__lte=until)
    for row in rows.select_related("session").order_by("-created_at", "-pk")[:limit]:
        yield Happening(
            at=row.created_at,
            kind="agreement",
            text=_("Agreement: %(agreement)s") % {"agreement": row},
            detail=f"{row.get_state_display()} · {_title(row.session)}",
            url=reverse("session_desk:agreements", args=[row.session_id]),
        )


def _answered_poll(ids: Ids, until: datetime, limit: int) -> Lines:
    rows = PollAnswer.objects.filter(contact__in=ids, answered_at__lte=until)
    for row in rows.select_related("poll", "organisation").order_by("-answered_at", "-pk")[:limit]:
        question = Truncator(row.poll.question(get_language() or "nl")).chars(_SUMMARY)
        yield Happening(
            at=row.answered_at,
            kind="poll",
            text=_("Answered the poll: %(question)s") % {"question": question},
            detail=row.organisation.name if row.organisation else "",
            url=reverse("wagtailsnippets_participation_poll:inspect", args=[row.poll_id]),
        )


def _registrations(ids: Ids, moment: str, until: datetime) -> QuerySet[Registration]:
    """Registrations of these people with this moment at `until` or before, newest first."""
    rows = Registration.objects.filter(contact__in=ids, **{f"{moment}__lte": until})
    return rows.select_related("session", "organisation").order_by(f"-{moment}", "-pk")


def _url(row: Registration) -> str:
    return reverse("wagtailsnippets_participation_registration:inspect", args=[row.pk])


def _title(session: Session) -> str:
    return session.title(get_language() or session.source_language)


def _sessions_in_counts(ids: Ids, until: datetime, limit: int) -> Lines:
    """A line a session: how many of the organisation signed up for it, and how many came."""
    counted = Registration.objects.filter(organisation__in=ids).order_by().values("session")
    rows = list(
        counted.annotate(
            at=Max("created_at"),
            signed_up=Count("pk", filter=Q(state=RegistrationState.REGISTERED)),
            present=Count("pk", filter=Q(attendance=Attendance.PRESENT)),
        )
        .filter(at__lte=until)
        .order_by("-at", "-session")[:limit]
    )
    sessions = Session.objects.in_bulk([row["session"] for row in rows])
    for row in rows:
        yield Happening(
            at=row["at"],
            kind="registration",
            text=_title(sessions[row["session"]]),
            detail=_counts(row),
        )


def _counts(row: Mapping[str, Any]) -> str:
    parts = [
        ngettext("%(number)s person signed up", "%(number)s people signed up", row["signed_up"])
        % {"number": row["signed_up"]}
    ]
    if row["present"]:
        parts.append(_("%(number)s present") % {"number": row["present"]})
    return ", ".join(parts)


_INVITATIONS = gettext_lazy("invitations and answers")
_SIGN_UPS = gettext_lazy("sign-ups")
_VIEW = "participation.view_registration"

PEOPLE_SOURCES = (
    TimelineSource("invitation", _INVITATIONS, _VIEW, _invited),
    TimelineSource("invitation", _INVITATIONS, _VIEW, _answered),
    TimelineSource("invitation", _INVITATIONS, _VIEW, _interested),
    TimelineSource("registration", _SIGN_UPS, _VIEW, _signed_up),
    TimelineSource("registration", _SIGN_UPS, _VIEW, _changed),
    TimelineSource("attendance", gettext_lazy("attendance"), _VIEW, _attended),
    TimelineSource("question", gettext_lazy("learning questions"), _VIEW, _asked),
    TimelineSource(
        "agreement",
        pgettext_lazy("promise", "agreements"),
        "participation.view_agreement",
        _agreed,
    ),
    TimelineSource("poll", gettext_lazy("polls"), "participation.view_poll", _answered_poll),
)

ORGANISATION_SOURCES = (TimelineSource("registration", _SIGN_UPS, _VIEW, _sessions_in_counts),)
