"""The questions that a session asks of its own on the sign-up form.

An editor makes them in the page; publishing keeps them on the session, a list for each language.
A translation says the same questions in other words: `id` is that of the block in both.
"""

from dataclasses import asdict, dataclass
from typing import Any

from content.enums import QuestionKind
from content.models import Session, SessionPage


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `only_if` is the id of an earlier one, to be answered `only_if_answer`."""

    id: str
    text: str
    kind: QuestionKind
    help: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    private: bool = False
    only_if: str = ""
    only_if_answer: str = ""


def questions_of(session: Session, language: str) -> list[Question]:
    """Return the questions in the language, else in the source language of the session."""
    kept = session.questions.get(language) or session.questions.get(session.source_language) or []
    return [
        Question(**one | {"kind": QuestionKind(one["kind"]), "options": tuple(one["options"])})
        for one in kept
    ]


def questions_of_page(page: SessionPage) -> list[dict[str, Any]]:
    """Return the questions of a page as they are kept on the session."""
    ids = {block.value["text"]: block.id for block in page.questions}
    return [
        asdict(
            Question(
                id=block.id,
                text=block.value["text"],
                kind=QuestionKind(block.value["kind"]),
                help=block.value["help"] or "",
                options=tuple(block.value["options"]),
                required=block.value["required"],
                private=block.value["private"],
                only_if=ids.get(block.value["only_if"], ""),
                only_if_answer=block.value["only_if_answer"] or "",
            )
        )
        for block in page.questions
    ]
