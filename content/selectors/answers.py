"""The Q&A as visitors may read it, agreed entries alone; and what is to be looked at again."""

import re
from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from content.enums import AnswerState
from content.models.answers import QAPage
from content.models.shown_page import any_restricted

_WORD = re.compile(r"\w+")


def agreed_answers(index: Page | None = None) -> QuerySet[QAPage]:
    """Return the public entries, all or those under `index`, in tree order.

    One on which an editor put a password or a group is not public.
    """
    answers = QAPage.objects.live().filter(state=AnswerState.AGREED)
    if any_restricted():
        answers = answers.public()
    if index is not None:
        answers = answers.child_of(index)
    return answers.select_related("locale").prefetch_related("themes").order_by("path")


def answers_to_review(today: date, limit: int = 10) -> list[QAPage]:
    """Return the published entries whose day of review has passed, the longest ago first.

    Copies of an entry in another language are looked at with the entry itself.
    """
    due = QAPage.objects.live().filter(review_by__lt=today, alias_of=None)
    return list(due.order_by("review_by", "pk")[:limit])


def find_answers(*, words: str, among: Collection[int]) -> list[int]:
    """Return the ids of the entries `among` these with these words.

    Signs are no words: a search for nothing but signs finds nothing. Whole words are found in the
    question, the answer, the claim and the story; the best match comes first. Then come those in
    which the question or the short answer has a word that begins so, in the order of `among`; and
    that says which entries a visitor may see.
    """
    words = " ".join(_WORD.findall(words))  # a quotation mark would be syntax to SQLite
    if not words:
        return []
    backend, every = get_search_backend(), QAPage.objects.order_by().only("pk")
    whole = backend.search(words, every, operator="and")
    # Without order: to rank them as well would cost as much as the rest of a search.
    begun = backend.autocomplete(words, every, operator="and", order_by_relevance=False)
    begins = {hit.pk for hit in begun}
    hits = [*(hit.pk for hit in whole if hit.pk in among), *(pk for pk in among if pk in begins)]
    return list(dict.fromkeys(hits))
