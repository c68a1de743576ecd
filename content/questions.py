"""The questions that a session asks of its own on the sign-up form.

An editor makes them in the page; publishing keeps them on the session, a list for each language.
A translation says the same questions in other words: `id` is that of the block in both. Which
questions there are, and what their answers are, the source language says; so the answers of
everybody can be counted together, in whatever language they were given.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from content.blocks import answer_meant, same_words
from content.enums import QuestionKind
from content.models import Session, SessionPage

#: An answer as it is kept: words, "yes" or "no", an option, or a list of options.
Answer = str | list[str]

YES_NO = {"yes": _("yes"), "no": _("no")}


#: What differs from one language of the form to another, and so is not kept with a question.
_OF_A_LANGUAGE = ("labels", "language", "labels_language")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `only_if` is the id of an earlier one, to be answered `only_if_answer`.

    `options` are the answers as they are kept, `labels` how the language of the form says them.
    """

    id: str
    text: str
    kind: QuestionKind
    help: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    private: bool = False
    only_if: str = ""
    only_if_answer: str = ""
    labels: tuple[str, ...] = ()
    #: Of the text and of the labels, where it is not the language that was asked for.
    language: str = ""
    labels_language: str = ""

    def in_words(self, answer: Answer) -> str:
        """Return an answer as the language of the question says it."""
        given = answer if isinstance(answer, list) else [answer]
        said = dict(zip(self.options, self.labels, strict=True)) if self.labels else {}
        if self.kind == QuestionKind.YES_NO:
            said = {value: str(label) for value, label in YES_NO.items()}
        return ", ".join(said.get(one, one) for one in given)


def questions_of(session: Session, language: str) -> list[Question]:
    """Return the questions of a session, in the words of the language where it has them."""
    kept = session.questions
    in_source = session.source_language in kept
    own = kept[session.source_language] if in_source else kept.get(language, [])
    other = session.source_language if in_source and session.source_language != language else ""
    translated = {one["id"]: one for one in kept.get(language, [])}
    return [_question(one, translated.get(one["id"], one), other) for one in own]


def _question(source: Mapping[str, Any], words: Mapping[str, Any], other: str) -> Question:
    """`other` is the language of the source, if not that of the words: equal words are in it."""
    labels = words["options"] if len(words["options"]) == len(source["options"]) else ()
    labels = tuple(labels or source["options"])
    return Question(
        **dict(source)
        | {
            "kind": QuestionKind(source["kind"]),
            "options": tuple(source["options"]),
            "text": words["text"],
            "help": words["help"],
            "labels": labels,
            "language": other if words["text"] == source["text"] else "",
            "labels_language": other if labels == tuple(source["options"]) else "",
        }
    )


def questions_of_page(page: SessionPage) -> list[dict[str, Any]]:
    """Return the questions of a page as they are kept on the session."""
    blocks = {same_words(block.value["text"]): block for block in page.questions}
    return [
        _kept(block, blocks.get(same_words(block.value["only_if"] or "")))
        for block in page.questions
    ]


def _kept(block: Any, asked: Any | None) -> dict[str, Any]:
    """Return one block as it is kept; `asked` is the block of the question it depends on."""
    value = block.value
    answer = answer_meant(asked.value, value["only_if_answer"] or "") if asked else None
    question = Question(
        id=block.id,
        text=value["text"],
        kind=QuestionKind(value["kind"]),
        help=value["help"] or "",
        options=tuple(value["options"]),
        required=value["required"],
        private=value["private"],
        only_if=asked.id if asked and answer else "",
        only_if_answer=answer or "",
    )
    return {name: one for name, one in asdict(question).items() if name not in _OF_A_LANGUAGE}
