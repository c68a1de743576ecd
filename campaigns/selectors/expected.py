"""What one person will get: on a time line, and of everything in the coming weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.enums import MailingState
from campaigns.errors import AudienceInvalid
from campaigns.models import Delivery, Mailing
from campaigns.selectors.explaining import ASKED_MAX
from campaigns.selectors.happenings import what_became_of
from campaigns.selectors.recipients import explain
from campaigns.selectors.timeline import mailing_lines
from campaigns.timeline.lines import Line, in_order
from campaigns.timeline.profiles import Answer, Verdict
from contacts.enums import MAIL_OPEN, MailState
from contacts.models import Contact, Notice

#: So far is looked ahead.
AHEAD = timedelta(days=60)

_NOT_REACHED = (MailState.EXCLUDED, MailState.EXPIRED, MailState.REFUSED, MailState.BOUNCED)
_COMING = (MailingState.PLANNED, MailingState.SENDING, MailingState.PAUSED)


@dataclass(frozen=True, slots=True)
class ExpectedMail:
    """What comes in order, what waits for its moment, and the person's own mail that is ready."""

    coming: list[Line]
    waiting: list[Line]
    notices: list[Notice]


def verdicts(contact: Contact, mailings: Sequence[Mailing], *, now: datetime) -> dict[int, Verdict]:
    """Return by mailing whether the person gets it, or got it, and why not.

    The ledger tells of all that have begun, in one query; of the others the rules do.
    """
    rows = Delivery.objects.filter(contact=contact, mailing__in=mailings)
    found = {row.mailing_id: _as_it_went(row) for row in rows}
    asked = [each for each in mailings if each.pk not in found][:ASKED_MAX]
    return found | {mailing.pk: _as_it_would(mailing, contact, now) for mailing in asked}


def _as_it_went(row: Delivery) -> Verdict:
    if row.state in _NOT_REACHED:
        return Verdict(Answer.NO, _why_not(row))
    return Verdict(Answer.YES, str(MailState(row.state).label))


def _why_not(row: Delivery) -> str:
    """Return the reason of who was left out, else what the mail server said."""
    return str(row.get_reason_display()) if row.reason else what_became_of(row)


def _as_it_would(mailing: Mailing, contact: Contact, now: datetime) -> Verdict:
    try:
        found = explain(mailing, contact, now)
    except AudienceInvalid as error:
        return Verdict(Answer.DEPENDS, str(error))
    return Verdict(Answer.YES) if found.gets_it else Verdict(Answer.NO, found.words)


def expected_mail(contact: Contact, *, now: datetime) -> ExpectedMail:
    """Return what is sent in the coming AHEAD, whether this person gets it or not.

    Of a mailing that is repeated each time stands on its own line: whoever answers drops out.
    """
    mailings = Mailing.objects.filter(state__in=_COMING, is_template=False)
    lines = in_order(mailing_lines(mailings))
    waiting = [line for line in lines if line.waits]
    held = {line.mailing for line in waiting}
    return ExpectedMail(
        coming=[line for line in lines if line.mailing not in held and _is_soon(line, now)],
        waiting=waiting,
        notices=list(
            Notice.objects.filter(contact=contact, state__in=MAIL_OPEN).order_by("not_before", "pk")
        ),
    )


def _is_soon(line: Line, now: datetime) -> bool:
    """What is under way comes as well, whenever it began."""
    return line.place is not None and line.place <= now + AHEAD
