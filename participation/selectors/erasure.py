"""What erasing a person does here, in numbers."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.utils.translation import ngettext

from content.selectors import has_begun
from participation.enums import LIVE
from participation.models import Agreement, LearningQuestion, PollAnswer, Registration


def consequences_here(contact_ids: Collection[int], now: datetime) -> Iterator[str]:
    """The sentences of this room."""
    rows = Registration.objects.filter(contact__in=contact_ids)
    live = rows.filter(state__in=LIVE).select_related("session")
    ahead = sum(not has_begun(row.session, now) for row in live)
    if ahead:
        yield ngettext(
            "%(number)s sign-up for a session to come is cancelled; a seat goes to who waits.",
            "%(number)s sign-ups for sessions to come are cancelled; seats go to who waits.",
            ahead,
        ) % {"number": ahead}
    past = rows.count() - ahead
    if past:
        yield ngettext(
            "%(number)s earlier sign-up stays counted for its organisation, without a name.",
            "%(number)s earlier sign-ups stay counted for their organisation, without a name.",
            past,
        ) % {"number": past}
    questions = LearningQuestion.objects.filter(contact__in=contact_ids).count()
    if questions:
        yield ngettext(
            "%(number)s learning question stays with its organisation, without a name.",
            "%(number)s learning questions stay with their organisation, without a name.",
            questions,
        ) % {"number": questions}
    agreements = Agreement.objects.filter(contact__in=contact_ids).count()
    if agreements:
        yield ngettext(
            "%(number)s agreement loses its name; with no organisation to do it, it is dropped.",
            "%(number)s agreements lose their name; those no organisation can do are dropped.",
            agreements,
        ) % {"number": agreements}
    answers = PollAnswer.objects.filter(contact__in=contact_ids).count()
    if answers:
        yield ngettext(
            "%(number)s answer to a poll stays counted for its organisation, without a name.",
            "%(number)s answers to polls stay counted for their organisation, without a name.",
            answers,
        ) % {"number": answers}
