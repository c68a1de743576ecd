"""Why somebody gets a mailing, or does not, as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.enums import Exclusion
from campaigns.errors import AudienceInvalid
from campaigns.models import Delivery, Mailing
from campaigns.selectors.choosing import is_chosen, what_leaves_out, what_leaves_out_of
from campaigns.selectors.recipients import explain
from campaigns.selectors.terms import local_day, terms_of
from contacts.enums import MailState
from contacts.models import Contact
from contacts.selectors.outcomes import reply

#: Of so many mailings the rules are asked at once; each takes a few queries.
ASKED_MAX = 30

#: What the ledger tells of somebody who was meant to get it.
_STATES = {
    MailState.QUEUED: gettext_lazy("%(person)s gets this mail: it waits for its turn."),
    MailState.CLAIMED: gettext_lazy("%(person)s gets this mail: it is being sent."),
    MailState.DEFERRED: gettext_lazy("%(person)s gets this mail: it will be tried again."),
    MailState.SENT: gettext_lazy("%(person)s got this mail."),
    MailState.COMPLAINED: gettext_lazy("%(person)s got this mail, and reported it as unwanted."),
    MailState.BOUNCED: gettext_lazy("The mail to %(person)s came back."),
    MailState.REFUSED: gettext_lazy("The mail server refused the mail to %(person)s."),
    MailState.UNKNOWN: gettext_lazy("Perhaps %(person)s got this mail: a person decides."),
    MailState.EXPIRED: gettext_lazy("%(person)s did not get this mail: it was too late to send."),
}


def explanation(mailing: Mailing, contact: Contact, now: datetime) -> str:
    """Return a sentence on why this person gets the mailing, or got it, or why not.

    For a past mailing the ledger tells; for whoever is not in it, and for a mailing that is still
    to come, the rules do.
    """
    try:
        found = explain(mailing, contact, now)
    except AudienceInvalid as error:
        return str(error)
    words = {"person": str(contact), "why": found.words}
    if found.state in _STATES:
        return str(_STATES[MailState(found.state)]) % words
    if found.gets_it:
        return _gets_it(mailing) % words
    if found.reason == Exclusion.NOT_IN_AUDIENCE and not found.state:
        terms = terms_of(mailing, now)
        words["why"] = _left_out(*what_leaves_out_of(terms, contact)) or found.words
    if mailing.is_editable:
        return _("%(person)s does not get this mail: %(why)s.") % words
    return _("%(person)s did not get this mail: %(why)s.") % words


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence on a mailing and a person, and what the mail server said, if it refused."""

    words: str
    reply: str = ""


def explanations(
    contact: Contact, mailings: Sequence[Mailing], *, now: datetime
) -> dict[int, Told]:
    """Return by mailing why this person gets it, or got it, or why not.

    The ledger tells of all that have begun, in one query; of the others the rules do, of
    ASKED_MAX at most: a mailing beyond that is not in the answer.
    """
    rows = Delivery.objects.filter(contact=contact, mailing__in=mailings)
    found = {row.mailing_id: Told(_as_it_went(row, contact), reply(row)) for row in rows}
    asked = [mailing for mailing in mailings if mailing.pk not in found][:ASKED_MAX]
    return found | {mailing.pk: Told(explanation(mailing, contact, now)) for mailing in asked}


def _as_it_went(row: Delivery, contact: Contact) -> str:
    words = {"person": str(contact), "why": row.get_reason_display()}
    sentence = _STATES.get(
        MailState(row.state), gettext_lazy("%(person)s did not get this mail: %(why)s.")
    )
    return str(sentence) % words


def _gets_it(mailing: Mailing) -> str:
    if mailing.is_editable:
        return _("%(person)s gets this mail.")
    return _("%(person)s belongs to the audience now, but did not when the mailing started.")


def explanation_of_choice(condition: c.Condition, contact: Contact, now: datetime) -> str:
    """Return a sentence on why an audience is about this person, or not, apart from a mailing."""
    day, words = local_day(now), {"person": str(contact)}
    if is_chosen(condition, contact, day):
        return _("%(person)s is among them.") % words
    why = _left_out(*what_leaves_out(condition, contact, audience.Moment(day)))
    return _("%(person)s is not among them: %(why)s.") % (words | {"why": why})


def _left_out(lacking: Sequence[c.Condition], too_much: Sequence[c.Condition]) -> str:
    """Return what the audience asks for in vain, and what it leaves out, in words."""
    names = audience.names_of([*lacking, *too_much])
    language = get_language() or "nl"

    def said(parts: Sequence[c.Condition]) -> str:
        quoted = [f"“{audience.sentence(part, language, names)}”" for part in parts]
        return ", ".join(quoted)

    found = []
    if lacking:
        found.append(_("the audience asks for %s") % said(lacking))
    if too_much:
        found.append(_("the audience leaves out %s") % said(too_much))
    return "; ".join(found)
