"""Answers to a session's own questions, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from content.enums import QuestionKind
from content.questions import YES_NO, Answer, Question


@dataclass(frozen=True, slots=True)
class Tally:
    """What was answered to one question: how often each option, or the texts as they were written.

    Options are said in the language of the question; those that nobody took are in it, with 0.
    """

    question: Question
    options: list[tuple[str, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def tally_answers(
    questions: Iterable[Question], given: Iterable[Mapping[str, Answer]]
) -> list[Tally]:
    """Count the answers to each question. `given` are answers by the id of their question."""
    answers = list(given)
    return [
        _tally(each, [one[each.id] for one in answers if one.get(each.id)]) for each in questions
    ]


def _tally(question: Question, answers: list[Answer]) -> Tally:
    if question.kind in (QuestionKind.LINE, QuestionKind.TEXT):
        return Tally(question, texts=[str(answer) for answer in answers])
    chosen = Counter(
        one for answer in answers for one in (answer if isinstance(answer, list) else [answer])
    )
    offered = YES_NO if question.kind == QuestionKind.YES_NO else question.options
    # An option that the editor took away since is still an answer.
    listed = [
        *offered,
        *(option for option, _count in chosen.most_common() if option not in offered),
    ]
    return Tally(question, options=[(question.in_words(one), chosen[one]) for one in listed])
