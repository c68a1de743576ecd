"""What a report tells of its session by itself: counted, never typed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from contacts.models import Organisation, Representation
from contacts.selectors.ledger import may_be_named
from content.models import Session
from content.selectors import pages_of_sessions
from participation.enums import AgreementState, Attendance, QuestionState
from participation.models import Agreement, LearningQuestion, Registration
from participation.selectors.agreements import listed_agreements
from participation.selectors.attendance import attendance_counts
from participation.selectors.sessions import day_of

#: The organisations that may be named, with the person by whose consent, if it takes that.
Named = dict[int, int | None]


def report_facts(session: Session, *, language: str, now: datetime) -> dict[str, Any]:
    """Return what a report in this language freezes at publication, as JSON:

    {"present", "guests", "hosts", "excused" (said so, before or after), "no_show",
     "organisations": [{"name", "by_consent_of": a contact or None}], "unnamed": how many more,
     "question_count", "questions": [{"text", "language"}],
     "agreements": [{"text", "owners": like the organisations, "due": "2026-03-12" or None,
     "is_done", "carried_to": the title of a session, or empty}]}.

    A person is named as who does what was agreed, by their consent to publication, and nowhere
    else. An organisation of which we know one person stands for that person, and is named by their
    consent alone.
    """
    counts = attendance_counts(session)
    rows = Registration.objects.filter(session=session, attendance=Attendance.PRESENT)
    present = _people(rows.exclude(organisation=None))
    agreements = list(_agreements_of(session))
    named = _named(_with_owners(present, agreements), day_of(session, now))
    theirs = Organisation.objects.filter(pk__in=present.keys() & named.keys())
    organisations = [
        {"name": organisation.name, "by_consent_of": named[organisation.pk]}
        for organisation in theirs.order_by("name_key", "pk")
    ]
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
        "agreements": _told(agreements, named, language),
    }


def _named(found: dict[int, set[int]], day: date) -> Named:
    """Return which of these organisations may be named, by who was found there for each."""
    theirs = Representation.objects.filter(organisation__in=found.keys())
    known, ever = _people(theirs.on(day)), _people(theirs)
    alone: dict[int, int] = {}
    for pk, there in found.items():
        people = there | known.get(pk, set()) or ever.get(pk, set())
        if len(people) == 1:
            (alone[pk],) = people
    agreed = may_be_named(alone.values())
    named: Named = dict.fromkeys(found.keys() - alone.keys())
    return named | {pk: contact for pk, contact in alone.items() if contact in agreed}


def _people(rows: QuerySet[Any]) -> dict[int, set[int]]:
    """Return by organisation who are there for it."""
    found: dict[int, set[int]] = {}
    for organisation, contact in rows.values_list("organisation", "contact"):
        found.setdefault(organisation, set()).add(contact)
    return found


def _with_owners(
    present: dict[int, set[int]], agreements: Iterable[Agreement]
) -> dict[int, set[int]]:
    """Return who was there by organisation, with who does for which what was agreed."""
    found = {pk: set(there) for pk, there in present.items()}
    for each in agreements:
        if each.organisation:
            people = found.setdefault(each.organisation.pk, set())
            people.update([each.contact.pk] if each.contact else [])
    return found


def _questions_of(session: Session) -> QuerySet[LearningQuestion]:
    """Return the learning questions of a session; those not formulated, or merged, are none."""
    asked = LearningQuestion.objects.filter(session=session).exclude(text="")
    return asked.exclude(state=QuestionState.MERGED)


def _agreements_of(session: Session) -> QuerySet[Agreement]:
    """Return what was agreed there and may be told; what was dropped is left out."""
    told = listed_agreements().filter(session=session, is_public=True)
    return told.exclude(state=AgreementState.DROPPED)


def _told(agreements: Sequence[Agreement], named: Named, language: str) -> list[dict[str, Any]]:
    """Return the agreements as a report has them."""
    agreed = may_be_named({each.contact.pk for each in agreements if each.contact})
    later = {each.carried_to for each in agreements if each.carried_to}
    shown = pages_of_sessions(later, language)
    titles = {  # a session that was taken offline is not named
        session.pk: session.title(language)
        for session in later
        if session.page_key is None or session.pk in shown
    }
    return [
        {
            "text": each.text,
            "owners": list(_owners(each, agreed, named)),
            "due": each.due and each.due.isoformat(),
            "is_done": each.state == AgreementState.DONE,
            "carried_to": titles.get(each.carried_to.pk, "") if each.carried_to else "",
        }
        for each in agreements
    ]


def _owners(agreement: Agreement, agreed: set[int], named: Named) -> Iterator[dict[str, Any]]:
    """Yield who does it: the person and the organisation, as far as they may be named."""
    if agreement.contact and agreement.contact.pk in agreed:
        yield {"name": agreement.contact.full_name, "by_consent_of": agreement.contact.pk}
    if agreement.organisation and agreement.organisation.pk in named:
        by_consent_of = named[agreement.organisation.pk]
        yield {"name": agreement.organisation.name, "by_consent_of": by_consent_of}
