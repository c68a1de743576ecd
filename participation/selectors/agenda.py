"""What people need of a session and want to learn there, brought together for its agenda."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from content.models import Session
from content.questions import questions_of
from participation.enums import QuestionState, RegistrationState
from participation.models import LearningQuestion
from participation.selectors.desk import DeskRow, by_organisation, desk_rows
from participation.selectors.tallies import Tally, tally_answers

#: Who takes part, or would.
_COUNTED = (
    RegistrationState.PENDING,
    RegistrationState.REGISTERED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A learning question. `organisations` are all that ask it; "" stands for not formulated."""

    text: str
    organisations: tuple[str, ...]
    person: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class OrganisationWants:
    """What the people of one organisation need, as (person, text), and what it wants to learn."""

    organisation: str
    needs: list[tuple[str, str]] = field(default_factory=list)
    questions: list[AskedQuestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Agenda:
    """`answers` are the answers to the questions of the session's own, without the private ones."""

    wants: list[OrganisationWants]
    answers: list[Tally]
    sign_up_count: int
    need_count: int
    question_count: int


def agenda_of(session: Session, *, language: str, now: datetime) -> Agenda:
    """Bring together what people answered. Somebody who has cancelled has no needs any more, but
    the questions that they left stay: they are the organisation's."""
    rows = [row for row in desk_rows(session, now) if row.registration.state in _COUNTED]
    needs = _needs(rows)
    questions = _questions(session)
    names = sorted(needs.keys() | questions.keys(), key=lambda name: (not name, name.casefold()))
    asked = [each for each in questions_of(session, language) if not each.private]
    return Agenda(
        wants=[OrganisationWants(name, needs[name], questions[name]) for name in names],
        answers=tally_answers(asked, [row.registration.answers for row in rows]),
        sign_up_count=len(rows),
        need_count=sum(map(len, needs.values())),
        question_count=sum(map(len, questions.values())),
    )


def _needs(rows: Iterable[DeskRow]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for organisation, people in by_organisation(rows):
        for row in people:
            if need := str(row.registration.answers.get("need", "")).strip():
                found[organisation].append((row.name, need))
    return found


def _questions(session: Session) -> dict[str, list[AskedQuestion]]:
    """A question of several organisations stands once, under the first by name."""
    found: dict[str, list[AskedQuestion]] = defaultdict(list)
    rows = (
        LearningQuestion.objects.filter(session=session)
        .exclude(state=QuestionState.MERGED)
        .select_related("contact")
        .prefetch_related("organisations")
        .order_by("created_at", "pk")
    )
    for row in rows:
        names = sorted((each.name for each in row.organisations.all()), key=str.casefold)
        found[names[0] if names else ""].append(
            AskedQuestion(
                text=row.text,
                organisations=tuple(names),
                person=row.contact.full_name if row.contact else "",
                is_public=row.is_public,
            )
        )
    return found
