"""Answers to a session's own questions, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from content.enums import QuestionKind
from content.models import Session
from content.questions import Question, questions_of

_YES = (True, "yes", "true", "on", "ja")


@dataclass(frozen=True, slots=True)
class Tally:
    """What was answered to one question: how often each option, or the texts as they were written.

    Of a yes-or-no question the options are "yes" and "no". Options nobody took are in it, with 0.
    """

    question: Question
    options: list[tuple[str, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def tally_answers(
    session: Session, questions: Iterable[Question], given: Iterable[Mapping[str, Any]]
) -> list[Tally]:
    """Count the answers to each question; an option counts as one in any language."""
    same = _options_in_all_languages(session)
    answers = list(given)
    return [
        _tally(
            each, [one[each.id] for one in answers if one.get(each.id) not in (None, "", [])], same
        )
        for each in questions
    ]


def _tally(question: Question, answers: list[Any], same: dict[tuple[str, str], int]) -> Tally:
    if question.kind in (QuestionKind.LINE, QuestionKind.TEXT):
        return Tally(question, texts=[str(answer) for answer in answers])
    if question.kind == QuestionKind.YES_NO:
        yes = sum(answer in _YES for answer in answers)
        return Tally(question, options=[("yes", yes), ("no", len(answers) - yes)])
    counted: Counter[str] = Counter()
    for answer in answers:
        for chosen in answer if isinstance(answer, list) else [answer]:
            place = same.get((question.id, str(chosen)))
            known = place is not None and place < len(question.options)
            counted[question.options[place or 0] if known else str(chosen)] += 1
    listed = [(option, counted.pop(option, 0)) for option in question.options]
    return Tally(question, options=[*listed, *counted.most_common()])


def _options_in_all_languages(session: Session) -> dict[tuple[str, str], int]:
    """Return the place of an option by the question's id and the words of it in any language."""
    return {
        (question.id, option): place
        for language in session.questions
        for question in questions_of(session, language)
        for place, option in enumerate(question.options)
    }
