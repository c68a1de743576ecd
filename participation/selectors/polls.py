"""What people answered to polls: counted, by organisation, and one by one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from contacts.models import Organisation
from participation.enums import PollKind
from participation.models import Poll, PollAnswer, PollOption


@dataclass(frozen=True, slots=True)
class OptionResult:
    """One option with who chose it."""

    option: PollOption
    label: str
    answers: list[PollAnswer]

    @property
    def count(self) -> int:
        return len(self.answers)


@dataclass(frozen=True, slots=True)
class PollResults:
    """The answers to one poll, those who answered last first.

    `none` are the answers of whom no date suits. `organisations` has a row an organisation (None:
    without one): how many answered, and how many chose each option, in the order of `options`.
    """

    options: list[OptionResult]
    answers: list[PollAnswer]
    none: list[PollAnswer] = field(default_factory=list)
    organisations: list[tuple[Organisation | None, int, list[int]]] = field(default_factory=list)


def polls_with_counts() -> QuerySet[Poll]:
    """Polls with `answer_count`, the newest first."""
    rows = Poll.objects.select_related("session", "series")
    return rows.annotate(answer_count=Count("answers")).order_by("-created_at", "-pk")


def answered_poll(poll_id: int) -> Q:
    """A condition on contacts: answered the poll with this id."""
    return Q(Exists(PollAnswer.objects.filter(poll=poll_id, contact=OuterRef("pk"))))


def open_poll(poll_id: int, now: datetime) -> Poll | None:
    """Return the poll with this id, as long as it can be answered."""
    poll = Poll.objects.filter(pk=poll_id).first()
    return poll if poll and poll.is_open(now) else None


def labels_of(poll: Poll, language: str) -> dict[int, str]:
    """Return the options in words, by id, in their order."""
    return {each.pk: each.label(language) for each in PollOption.objects.filter(poll=poll)}


def choices_language(poll: Poll, language: str) -> str:
    """Return the other language when all options are said in that; else empty."""
    other = "nl" if language == "en" else "en"
    rows = list(PollOption.objects.filter(poll=poll))
    is_other = poll.kind != PollKind.DATES and bool(rows)
    is_other &= not any(getattr(each, f"text_{language}") for each in rows)
    return other if is_other else ""


def results_of(poll: Poll, language: str) -> PollResults:
    """Return what was answered, in two queries."""
    rows = poll.answers.select_related("contact", "organisation")
    answers = list(rows.order_by("-answered_at", "-pk"))
    options = [
        OptionResult(each, each.label(language), [one for one in answers if each.pk in one.choices])
        for each in PollOption.objects.filter(poll=poll)
    ]
    is_choice = poll.kind != PollKind.OPEN
    return PollResults(
        options=options,
        answers=answers,
        none=[one for one in answers if is_choice and not one.choices],
        organisations=_by_organisation(answers, options),
    )


def _by_organisation(
    answers: list[PollAnswer], options: list[OptionResult]
) -> list[tuple[Organisation | None, int, list[int]]]:
    organisations = {one.organisation_id: one.organisation for one in answers}
    answered = Counter(one.organisation_id for one in answers)
    chosen = Counter((one.organisation_id, pk) for one in answers for pk in one.choices)
    listed = sorted(
        organisations.items(),
        key=lambda pair: (pair[1] is None, pair[1].name_key if pair[1] else ""),
    )
    return [
        (organisation, answered[pk], [chosen[pk, each.option.pk] for each in options])
        for pk, organisation in listed
    ]
