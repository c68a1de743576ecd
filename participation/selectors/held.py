"""All that this room holds of a person, kind by kind, for the copy that they may ask for."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from contacts.enums import Language
from contacts.holdings import HeldKind
from contacts.models import Contact
from content.models import Session
from content.questions import Question, questions_of
from participation.answers import beside_their_questions
from participation.enums import (
    AgreementState,
    Attendance,
    InvitationAnswer,
    QuestionState,
    RegistrationSource,
    RegistrationState,
)
from participation.models import (
    Agreement,
    Interest,
    Invitation,
    LearningQuestion,
    PollAnswer,
    PollOption,
    Registration,
)

Ids = Collection[int]
Rows = Iterator[Mapping[str, Any]]


def _invitations(ids: Ids) -> Rows:
    rows = Invitation.objects.filter(contact__in=ids)
    rows = rows.select_related("session", "organisation")
    for row in rows.order_by("invited_at", "pk"):
        yield {
            "session": _title(row.session),
            "source": row.source,
            "organisation": row.organisation.name if row.organisation else "",
            "invited_at": row.invited_at,
            "answer": InvitationAnswer(row.answer),
            "answered_at": row.answered_at,
        }


def _interests(ids: Ids) -> Rows:
    rows = Interest.objects.filter(contact__in=ids).select_related("session")
    for row in rows.order_by("since", "pk"):
        yield {"session": _title(row.session), "since": row.since, "told_at": row.told_at}


def _registrations(ids: Ids) -> Rows:
    """Sign-ups, also those that this address has not confirmed."""
    keys = Contact.objects.filter(pk__in=ids).exclude(address_key=None).values("address_key")
    rows = Registration.objects.filter(
        Q(contact__in=ids) | Q(contact=None, address_key__in=keys)
    ).select_related("session", "organisation", "representation", "moved_from__session")
    for row in rows.order_by("created_at", "pk"):
        questions = questions_of(row.session, get_language() or row.session.source_language)
        yield {
            "session": _title(row.session),
            "state": RegistrationState(row.state),
            "organisation": row.organisation.name if row.organisation else "",
            "function": row.representation.function if row.representation else "",
            "source": RegistrationSource(row.source),
            "created_at": row.created_at,
            "changed_at": row.changed_at,
            "offered_until": row.offered_until,
            "moved_from": _title(row.moved_from.session) if row.moved_from else "",
            "typed": _said(row.typed, questions),
            "answers": beside_their_questions(row.answers, questions),
            "private_answers": beside_their_questions(
                row.private_answers or row.typed.get("private", {}), questions
            ),
            "works_on_theme": row.works_on_theme,
            "is_host": row.is_host,
            "no_reminders": row.no_reminders,
            "rejection_reason": row.rejection_reason,
            "attendance": Attendance(row.attendance),
            "attendance_at": row.attendance_at,
            "attendance_source": (
                RegistrationSource(row.attendance_source) if row.attendance_source else None
            ),
            "attendance_reason": row.attendance_reason,
        }


def _said(typed: Mapping[str, Any], questions: list[Question]) -> dict[str, Any]:
    """Return what was typed, each answer beside its question. What is kept apart is told apart."""
    return {
        name: beside_their_questions(value, questions) if name == "answers" else value
        for name, value in typed.items()
        if name != "private"
    }


def _questions(ids: Ids) -> Rows:
    rows = LearningQuestion.objects.filter(contact__in=ids).select_related("session", "series")
    for row in rows.prefetch_related("organisations").order_by("created_at", "pk"):
        yield {
            "text": row.text,
            "language": Language(row.language),
            "organisations": sorted(each.name for each in row.organisations.all()),
            "session": _title(row.session) if row.session else "",
            "series": row.series.title if row.series else "",
            "state": QuestionState(row.state),
            "remark": row.remark,
            "is_public": row.is_public,
            "created_at": row.created_at,
        }


def _agreements(ids: Ids) -> Rows:
    rows = Agreement.objects.filter(contact__in=ids)
    rows = rows.select_related("session", "carried_to", "organisation")
    for row in rows.order_by("created_at", "pk"):
        yield {
            "text": row.text,
            "session": _title(row.session),
            "organisation": row.organisation.name if row.organisation else "",
            "due": row.due,
            "state": AgreementState(row.state),
            "carried_to": _title(row.carried_to) if row.carried_to else "",
            "is_public": row.is_public,
            "created_at": row.created_at,
            "changed_at": row.changed_at,
        }


def _polls(ids: Ids) -> Rows:
    rows = PollAnswer.objects.filter(contact__in=ids).select_related("poll", "organisation")
    answers = list(rows.order_by("answered_at", "pk"))
    language = get_language() or "nl"
    chosen = {pk for row in answers for pk in row.choices}
    labels = {pk: row.label(language) for pk, row in PollOption.objects.in_bulk(chosen).items()}
    for row in answers:
        yield {
            "question": row.poll.question(language),
            "organisation": row.organisation.name if row.organisation else "",
            "choices": [labels[pk] for pk in row.choices if pk in labels],
            "remark": row.remark,
            "answered_at": row.answered_at,
        }


def _title(session: Session) -> str:
    return session.title(get_language() or session.source_language)


def _names(model: Any, *fields: str) -> dict[str, Any]:
    return {name: model._meta.get_field(name).verbose_name for name in fields}


#: The admin has another word for it than those whose data it is.
_SESSION = pgettext_lazy("own data", "session")

PEOPLE_HELD = (
    HeldKind(
        "invitations",
        _("What you were invited for"),
        {
            "session": _SESSION,
            "source": _("source"),
            "organisation": _("organisation"),
            "invited_at": _("invited at"),
            "answer": _("answer"),
            "answered_at": _("answered at"),
        },
        _invitations,
    ),
    HeldKind(
        "interests",
        _("Of what you want to be kept informed"),
        {"session": _SESSION, "since": _("since"), "told_at": _("told at")},
        _interests,
    ),
    HeldKind(
        "registrations",
        _("What you signed up for"),
        {
            "session": _SESSION,
            **_names(Registration, "state", "organisation", "source", "created_at"),
            **_names(Registration, "changed_at", "answers", "works_on_theme", "is_host"),
            **_names(Registration, "no_reminders", "attendance", "offered_until"),
            "function": _("function"),
            "moved_from": _("moved here from"),
            "typed": _("what was typed on the form"),
            "private_answers": _("answers that are kept apart"),
            "rejection_reason": _("reason of the refusal"),
            "attendance_at": _("attendance noted at"),
            "attendance_source": _("attendance noted by"),
            "attendance_reason": _("private reason"),
            # What can stand inside what was typed and inside the answers.
            "email": _("e-mail address"),
            "given_name": _("given name"),
            "initials": _("initials"),
            "family_name_prefix": _("prefix"),
            "family_name": _("family name"),
            "language": _("language"),
            "consent": _("consent"),
            "consent_wording": _("wording shown"),
            "interest": _("keep me informed"),
            "need": _("need"),
            "learning_question": _("learning question"),
        },
        _registrations,
        private=frozenset({"attendance_reason", "private_answers"}),
    ),
    HeldKind(
        "questions",
        _("What you want to learn"),
        {
            "session": _SESSION,
            **_names(LearningQuestion, "text", "language", "series", "state"),
            **_names(LearningQuestion, "remark", "is_public"),
            "organisations": _("organisations"),
            "created_at": _("asked at"),
        },
        _questions,
    ),
    HeldKind(
        "agreements",
        _("What you agreed to do"),
        {
            "session": _SESSION,
            **_names(Agreement, "text", "organisation", "due", "state", "is_public"),
            **_names(Agreement, "carried_to", "created_at", "changed_at"),
        },
        _agreements,
    ),
    HeldKind(
        "polls",
        _("What you answered to polls"),
        {
            "question": _("question"),
            **_names(PollAnswer, "organisation", "choices", "remark", "answered_at"),
        },
        _polls,
    ),
)
