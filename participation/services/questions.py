"""What people need and what they want to learn: from sign-ups and from tables."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from base.services import emit
from contacts.models import Organisation
from content.models import SeriesPage, Session
from content.questions import Answer, questions_of
from participation.enums import ENDED, QuestionState
from participation.errors import AnswersClosed, SessionGone
from participation.models import AttendanceList, LearningQuestion, Registration
from participation.services.organisations import organisations_named
from participation.tables import Line, read_table

_COLUMNS = {
    "question": ("leervraag", "vraag", "question", "learning question"),
    "organisation": ("organisatie", "naam", "organisation", "organization"),
    "remark": ("opmerking", "remark", "note"),
}
#: Two questions in one cell: a question mark, then a slash.
_NEXT_QUESTION = re.compile(r"(?<=\?)\s*/\s*")
#: Nobody has worked on it since it was given.
_AS_IT_CAME = Q(state=QuestionState.STATED) | Q(state=QuestionState.ASKED, text="")
_ENGLISH = re.compile(
    r"(what|which|how|who|why|where|when|can|could|do|does|is|are|should)\b", re.I
)


@dataclass(slots=True)
class QuestionReport:
    """What an import of questions did. `rows` says per row of the file what became of it."""

    questions: int = 0
    not_formulated: int = 0
    created: int = 0
    unchanged: int = 0
    rows: list[dict[str, str | int]] = field(default_factory=list)


@transaction.atomic
def update_answers(
    *,
    registration: Registration,
    answers: dict[str, Answer],
    private_answers: dict[str, Answer] | None = None,
    now: datetime,
) -> Registration:
    """Replace the answers of a live registration; those of an ended one stay as they are.

    A private answer is replaced by another only: the page does not show it to whoever has the link.
    Also after the session. Raises AnswersClosed once the organiser closed its list,
    and SessionGone.
    """
    if AttendanceList.objects.filter(session=registration.session_id).exists():
        raise AnswersClosed
    held = Registration.objects.select_for_update().filter(pk=registration.pk).first()
    if held is None:
        raise SessionGone
    registration = held
    asked_before = registration.answers.get("learning_question", "")
    Registration.objects.filter(pk=registration.pk).exclude(state__in=ENDED).update(
        answers=answers,
        private_answers=registration.private_answers | (private_answers or {}),
        changed_at=now,
    )
    registration.refresh_from_db()
    if registration.answers.get("learning_question", "") != asked_before:
        keep_question(registration, now=now)
    return registration


@transaction.atomic
def set_private_apart(*, session: Session) -> int:
    """Move answers that were given while their question was not private yet. Returns how many
    sign-ups had some."""
    asked = [
        question.id
        for question in questions_of(session, session.source_language)
        if question.private
    ]
    rows = Registration.objects.select_for_update().filter(session=session)
    found = {row.pk: row for name in asked for row in rows.filter(answers__has_key=name)}
    found |= {row.pk: row for name in asked for row in rows.filter(typed__answers__has_key=name)}
    for row in found.values():
        row.private_answers |= _taken(row.answers, asked)
        if typed := _taken(row.typed.get("answers", {}), asked):
            row.typed["private"] = row.typed.get("private", {}) | typed
        row.save(update_fields=["answers", "private_answers", "typed"])
    return len(found)


def _taken(answers: dict[str, Answer], names: list[str]) -> dict[str, Answer]:
    """Take the answers with these names out, and return them."""
    return {name: answers.pop(name) for name in names if name in answers}


@transaction.atomic
def keep_question(registration: Registration, *, now: datetime) -> None:
    """Let the inventory of learning questions say what this sign-up asks; "?" stands for a
    question that is not formulated yet.

    A question that somebody has worked on since is left alone. One that was public is so no longer
    when its words change: nobody agreed to publish the new ones.
    """
    answer = registration.answers.get("learning_question", "").strip()
    ours = LearningQuestion.objects.filter(registration=registration)
    question = ours.first()
    if not answer:
        if question is not None:
            announce_question(question, now=now)
            ours.filter(_AS_IT_CAME).delete()
        return
    text = "" if _is_unformulated(answer) else answer
    state = QuestionState.STATED if text else QuestionState.ASKED
    if question is None:
        question = LearningQuestion.objects.create(
            registration=registration,
            text=text,
            state=state,
            language=registration.contact.language if registration.contact else "nl",
            contact=registration.contact,
            session=registration.session,
            series=registration.session.series,
            created_at=now,
        )
    elif question.text != text and ours.filter(_AS_IT_CAME).exists():
        announce_question(question, now=now)
        question.text, question.state, question.is_public = text, state, False
        question.save(update_fields=["text", "state", "is_public"])
    if registration.organisation is not None:
        question.organisations.add(registration.organisation)


def announce_question(
    question: LearningQuestion, *, now: datetime, was_public: bool = False
) -> None:
    """Note for others that visitors see this question otherwise, or no longer: pages that are kept
    in memory are old. One that is not public, nor was, is nobody's news."""
    if question.is_public or was_public:
        emit(kind="learning_question.changed", data={"question": question.pk}, now=now)


@transaction.atomic
def import_questions(
    content: bytes,
    *,
    now: datetime,
    session: Session | None = None,
    series: SeriesPage | None = None,
) -> QuestionReport:
    """Read a table of learning questions into the inventory of a session or a series.

    A blank organisation means the row above; "X / Y" is a joint question of two; "?" is a question
    that was asked for and not formulated yet; one cell may hold two questions ("…? / …?"). A
    question that is there already is left as it is. Raises TableUnreadable.
    """
    series = series or (session.series if session else None)
    report = QuestionReport()
    above: list[Organisation] = []
    for line in read_table(content, columns=_COLUMNS, required=("question", "organisation")):
        above = _organisations(line, above, now)
        texts = _questions(line.cells["question"])
        made = sum(
            _keep(text, above, line, session=session, series=series, now=now) for text in texts
        )
        formulated = sum(bool(text) for text in texts)
        report.questions += formulated
        report.not_formulated += len(texts) - formulated
        report.created += made
        report.unchanged += len(texts) - made
        report.rows.append({"row": line.number, "questions": formulated, "created": made})
    return report


def _questions(cell: str) -> list[str]:
    """Return the questions in a cell; "" stands for one that is not formulated yet."""
    if _is_unformulated(cell):
        return [""]
    return [text for text in _NEXT_QUESTION.split(cell) if text.strip()]


def _is_unformulated(text: str) -> bool:
    return text.strip(" ?-") == ""


def _organisations(line: Line, above: list[Organisation], now: datetime) -> list[Organisation]:
    name = line.cells["organisation"]
    return organisations_named(name, now=now) if name else above


def _keep(
    text: str,
    organisations: list[Organisation],
    line: Line,
    *,
    session: Session | None,
    series: SeriesPage | None,
    now: datetime,
) -> bool:
    """Add the question unless the same organisations asked it here already."""
    same = LearningQuestion.objects.filter(text=text, session=session, series=series)
    for organisation in organisations:
        same = same.filter(organisations=organisation)
    if same.exists():
        return False
    question = LearningQuestion.objects.create(
        text=text,
        language="en" if _ENGLISH.match(text) else "nl",
        session=session,
        series=series,
        state=QuestionState.STATED if text else QuestionState.ASKED,
        remark=line.cells.get("remark", ""),
        created_at=now,
    )
    question.organisations.set(organisations)
    return True
