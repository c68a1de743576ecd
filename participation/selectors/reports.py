"""What a report tells of its session by itself: counted, never typed."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from contacts.models import Organisation, Representation
from contacts.selectors.ledger import may_be_named
from content.models import Session
from participation.enums import Attendance, QuestionState
from participation.models import LearningQuestion, Registration
from participation.selectors.attendance import attendance_counts
from participation.selectors.sessions import day_of


def report_facts(session: Session, *, now: datetime) -> dict[str, Any]:
    """Return what the report freezes at publication, as JSON:

    {"present", "guests", "hosts", "excused" (said so, before or after), "no_show",
     "organisations": [{"name", "by_consent_of": a contact or None}], "unnamed": how many more,
     "question_count", "questions": [{"text", "language"}]}.

    No person is named. An organisation of which we know one person stands for that person, and is
    named by their consent to publication alone.
    """
    counts = attendance_counts(session)
    organisations = _organisations(session, day_of(session, now))
    questions = _questions_of(session)
    public = questions.filter(is_public=True).order_by("pk")
    return {
        "present": counts.present,
        "guests": counts.guests,
        "hosts": counts.hosts,
        "excused": counts.absent_with_notice,
        "no_show": counts.no_show,
        "organisations": organisations,
        "unnamed": counts.organisations - len(organisations),
        "question_count": questions.count(),
        "questions": list(public.values("text", "language")),
    }


def _organisations(session: Session, day: date) -> list[dict[str, Any]]:
    """Return the organisations that had somebody present and may be named, by their names."""
    rows = Registration.objects.filter(session=session, attendance=Attendance.PRESENT)
    present = _people(rows.exclude(organisation=None))
    known = _people(Representation.objects.on(day).filter(organisation__in=present.keys()))
    alone = {pk for pk, people in present.items() if len(people | known.get(pk, set())) == 1}
    agreed = may_be_named({contact for pk in alone for contact in present[pk]})
    named: dict[int, int | None] = dict.fromkeys(present.keys() - alone)
    named |= {pk: contact for pk in alone for contact in present[pk] & agreed}
    return [
        {"name": organisation.name, "by_consent_of": named[organisation.pk]}
        for organisation in Organisation.objects.filter(pk__in=named).order_by("name_key", "pk")
    ]


def _people(rows: QuerySet[Any]) -> dict[int, set[int]]:
    """Return by organisation who are there for it."""
    found: dict[int, set[int]] = {}
    for organisation, contact in rows.values_list("organisation", "contact"):
        found.setdefault(organisation, set()).add(contact)
    return found


def _questions_of(session: Session) -> QuerySet[LearningQuestion]:
    """Return the learning questions of a session; those not formulated, or merged, are none."""
    asked = LearningQuestion.objects.filter(session=session).exclude(text="")
    return asked.exclude(state=QuestionState.MERGED)
