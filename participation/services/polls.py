"""Polls: what makes one that can be asked, answering one, and its end."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Contact
from contacts.selectors import primary_representation
from participation.enums import PollKind
from participation.errors import PollClosed, PollInvalid
from participation.links import LinkUnknown
from participation.models import Poll, PollAnswer, PollOption

#: Longer lists are not read to their end.
OPTIONS_MAX = 30


@dataclass(frozen=True, slots=True)
class WantedOption:
    """An option as it is to be; without an id it is a new one."""

    pk: int | None = None
    text_nl: str = ""
    text_en: str = ""
    day: date | None = None
    starts: time | None = None


@transaction.atomic
def save_poll(*, poll: Poll, options: Sequence[WantedOption] | None = None) -> Poll:
    """Store a new or changed poll, with these options in this order; None leaves them.

    Raises PollInvalid.
    """
    hold_poll(poll.pk)
    wanted = _options_of(poll) if options is None else list(options)
    if problems := poll_problems(poll, wanted):
        raise PollInvalid(problems)
    poll.save()
    if options is not None:
        poll.options.exclude(pk__in=[each.pk for each in wanted if each.pk]).delete()
        for place, each in enumerate(wanted):
            values = {
                "text_nl": each.text_nl,
                "text_en": each.text_en,
                "day": each.day,
                "starts": each.starts,
                "sort_order": place,
            }
            PollOption.objects.update_or_create(pk=each.pk, poll=poll, defaults=values)
    return Poll.objects.get(pk=poll.pk)


def hold_poll(poll_id: int | None) -> Poll | None:
    """Lock a poll, so that nobody answers an option that is being removed; None when it is gone."""
    return Poll.objects.select_for_update().filter(pk=poll_id).first()


def _options_of(poll: Poll) -> list[WantedOption]:
    rows = PollOption.objects.filter(poll=poll.pk)
    return [
        WantedOption(each.pk, each.text_nl, each.text_en, each.day, each.starts) for each in rows
    ]


def poll_problems(poll: Poll, options: Sequence[WantedOption]) -> list[tuple[str, str]]:
    """Return why a poll cannot be asked like this: (field, message); empty when it can."""
    return [*_own_problems(poll), *_option_problems(poll, options), *_lost_answers(poll, options)]


def _own_problems(poll: Poll) -> Iterator[tuple[str, str]]:
    if not poll.question_nl.strip() and not poll.question_en.strip():
        yield "question", _("Write the question, in Dutch or in English.")
    before = Poll.objects.filter(pk=poll.pk).first()
    is_other_kind = before is not None and before.kind != poll.kind
    if is_other_kind and PollAnswer.objects.filter(poll=poll.pk).exists():
        yield "kind", _("There are answers already, so the kind stays: make a new poll for this.")


def _option_problems(poll: Poll, options: Sequence[WantedOption]) -> Iterator[tuple[str, str]]:
    has_dates = poll.kind == PollKind.DATES
    if poll.kind == PollKind.OPEN:
        if options:
            yield (
                "options",
                _("Who answers in their own words chooses nothing: remove the options."),
            )
        return
    least = 1 if has_dates else 2
    if len(options) < least:
        words = ngettext("Give at least %s option.", "Give at least %s options.", least)
        yield "options", words % least
    if len(options) > OPTIONS_MAX:
        yield "options", _("At most %s options.") % OPTIONS_MAX
    if has_dates and any(each.day is None for each in options):
        yield "options", _("Give each option of this poll a day.")
    if not has_dates and any(each.day or each.starts for each in options):
        yield "options", _("Only a poll of dates has days: choose that kind, or empty the days.")
    if not has_dates and any(not (each.text_nl or each.text_en) for each in options):
        yield "options", _("Give each option a text.")
    keys = [(each.day, each.starts, each.text_nl, each.text_en) for each in options]
    if len(set(keys)) < len(keys):
        yield "options", _("Two options are the same: change or remove one.")


def _lost_answers(poll: Poll, options: Sequence[WantedOption]) -> Iterator[tuple[str, str]]:
    kept = {each.pk for each in options if each.pk}
    before = list(PollOption.objects.filter(poll=poll.pk))
    for unknown in sorted(kept - {row.pk for row in before}):
        yield "options", _("There is no option %s in this poll.") % unknown
    gone = [row for row in before if row.pk not in kept]
    if not gone:
        return
    given = PollAnswer.objects.filter(poll=poll.pk).values_list("choices", flat=True)
    chosen = [pk for choices in given for pk in choices]
    for option in gone:
        if number := chosen.count(option.pk):
            words = ngettext(
                "“%(option)s” was chosen by %(number)s person, so it stays. Make a new poll to ask "
                "it otherwise.",
                "“%(option)s” was chosen by %(number)s people, so it stays. Make a new poll to ask "
                "it otherwise.",
                number,
            )
            yield "options", words % {"option": option, "number": number}


@transaction.atomic
def answer_poll(
    *, poll: Poll, contact: Contact, choices: Collection[int], remark: str, now: datetime
) -> PollAnswer:
    """Store what this person answers, in the place of what they answered before.

    What is chosen was validated by the form; an option that was removed meanwhile is left out.
    Raises PollClosed, and LinkUnknown when the poll was removed a moment ago.
    """
    held = hold_poll(poll.pk)
    if held is None:
        raise LinkUnknown
    if not held.is_open(now):
        raise PollClosed
    known = PollOption.objects.filter(poll=held, pk__in=choices).values_list("pk", flat=True)
    place = primary_representation(contact, timezone.localdate(now))
    answer, _created = PollAnswer.objects.update_or_create(
        poll=held,
        contact=contact,
        defaults={
            "organisation": place.organisation if place else None,
            "choices": list(known),
            "remark": remark,
            "answered_at": now,
        },
    )
    return answer


def close_poll(*, poll: Poll, now: datetime) -> bool:
    """End the answering now; False when it was closed already."""
    still_open = Q(closes_at=None) | Q(closes_at__gt=now)
    return bool(Poll.objects.filter(still_open, pk=poll.pk).update(closes_at=now))


def reopen_poll(*, poll: Poll, now: datetime) -> bool:
    """Let people answer again, until somebody closes it; False when it was open."""
    return bool(Poll.objects.filter(pk=poll.pk, closes_at__lte=now).update(closes_at=None))
