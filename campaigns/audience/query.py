"""An audience as a condition on contacts: Exists subqueries, so that no row appears twice.

Just before a mail goes out the audience is asked again, but only what a person's own answer
changes (conditions.VOLATILE): the rest was settled when the mailing started. What is not asked
again counts as still holding.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.audience import conditions as c
from campaigns.audience.parsing import DECLINED, NO_ANSWER
from campaigns.models import Delivery
from contacts.enums import ConsentBasis, MailState
from contacts.models import Community, ConsentRecord, Contact
from contacts.selectors.communities import speaking
from contacts.selectors.people import speaks, tagged, works_on
from contacts.selectors.representation import represents_member
from participation.enums import LIVE, SEATED, Attendance, InvitationAnswer, RegistrationState
from participation.models import Interest, Invitation, Registration
from participation.selectors.agreements import owns_agreement
from participation.selectors.inventory import gave_question
from participation.selectors.polls import answered_poll

EVERYBODY = Q(pk__isnull=False)
NOBODY = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Moment:
    """The day on which membership and representations are judged, and whether this is a recheck."""

    day: date
    is_recheck: bool = False


def matching(condition: c.Condition, moment: Moment, *, positive: bool = True) -> Q:
    """Return the condition on Contact.

    `positive` is False under a `not`: what is not rechecked must then count as not holding, so
    that it still leaves nobody out.
    """
    match condition:
        case c.All(of):
            return _joined(of, moment, positive, all_of=True)
        case c.AnyOf(of):
            return _joined(of, moment, positive, all_of=False)
        case c.Not(of):
            return ~matching(of, moment, positive=not positive)
    if moment.is_recheck and not isinstance(condition, c.VOLATILE):
        return EVERYBODY if positive else NOBODY
    return _single(condition, moment.day)


def _joined(parts: tuple[c.Condition, ...], moment: Moment, positive: bool, *, all_of: bool) -> Q:
    joined = matching(parts[0], moment, positive=positive)
    for part in parts[1:]:
        other = matching(part, moment, positive=positive)
        joined = joined & other if all_of else joined | other
    return joined


def _single(condition: c.Condition, day: date) -> Q:
    match condition:
        case c.Everyone():
            return EVERYBODY
        case c.Member(is_member):
            return represents_member(day) if is_member else ~represents_member(day)
        case c.OfTheme(theme):
            return works_on(theme, day)
        case c.InCommunity(community, tiers):
            return _in_community(community, tiers, day)
        case c.OfKind(kinds):
            return speaks(day, Q(organisation__kind__in=kinds))
        case c.InCountry(countries):
            return speaks(day, Q(organisation__country__in=countries))
        case c.InRole(roles):
            return speaks(day, Q(role__in=roles))
        case c.Reads(language):
            return Q(language=language)
        case c.Tagged(tag):
            return tagged(tag)
        case c.Named(contacts):
            return Q(pk__in=contacts) | Q(pk__in=_stayed_for(contacts))
        case c.Consented(purpose, topic):
            return _consented(purpose, topic)
        case c.Answered(session, states):
            return answered(session, states)
        case c.Invited(session):
            return _exists(Invitation.objects.filter(session__slug=session))
        case c.Interested(session):
            return _exists(Interest.objects.filter(session__slug=session))
        case c.ColleagueRegistered(session):
            seats = Registration.objects.filter(
                session__slug=session, state__in=SEATED, organisation=OuterRef("organisation")
            )
            return speaks(day, Q(Exists(seats)))
        case c.Attended(session, values):
            return attended(session, values)
        case c.GaveQuestion(session, is_given):
            return gave_question(session) if is_given else ~gave_question(session)
        case c.HasAgreement(session, state):
            return owns_agreement(session, state, day)
        case c.AnsweredPoll(poll):
            return answered_poll(poll)
        case c.Received(mailing):
            arrived = (MailState.SENT, MailState.COMPLAINED)
            return _exists(Delivery.objects.filter(mailing_id=mailing, state__in=arrived))
    raise TypeError(condition)


def _stayed_for(contacts: tuple[int, ...]) -> QuerySet[Contact, int]:
    """Whoever took over what was of those named who turned out to be the same person."""
    gone = Contact.objects.filter(pk__in=contacts, merged_into__isnull=False)
    return gone.values_list("merged_into", flat=True)


def _exists(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(contact=OuterRef("pk"))))


def _in_community(slug: str, tiers: tuple[str, ...], day: date) -> Q:
    rows = speaking(day).filter(community__in=Community.objects.filter(slug=slug).values("pk"))
    return _exists(rows.filter(tier__in=tiers) if tiers else rows)


def _consented(purpose: str, topic: str) -> Q:
    live = ConsentRecord.objects.filter(purpose=purpose, withdrawn_at=None)
    if topic:
        live = live.filter(topic=topic)
    return _exists(live.exclude(basis=ConsentBasis.NONE))


def attended(session: str, values: tuple[str, ...]) -> Q:
    """Contacts who were marked so for the session."""
    rows = Registration.objects.filter(session__slug=session, attendance__in=values)
    # A cancelled registration is unmarked as well, but nobody waits to see it marked.
    unmarked = Q(attendance=Attendance.UNMARKED) & ~Q(state=RegistrationState.REGISTERED)
    return _exists(rows.exclude(unmarked))


def answered(session: str, states: tuple[str, ...]) -> Q:
    """Contacts whose answer for the session is one of `states` ("none": no answer of any kind)."""
    found = NOBODY
    if given := [state for state in states if state in RegistrationState.values]:
        found = registered(session, given)
    if DECLINED in states:
        found |= declined(session)
    if NO_ANSWER in states:
        lapsed = {RegistrationState.LAPSED}
        any_answer = registered(
            session, [state for state in RegistrationState if state not in lapsed]
        )
        found |= ~(
            any_answer | _replied(session, InvitationAnswer.DECLINED, InvitationAnswer.COLLEAGUE)
        )
    return found


def registered(session: str, states: list[str] | tuple[str, ...]) -> Q:
    """Contacts with a registration in one of `states`; an unconfirmed one by its address."""
    rows = Registration.objects.filter(session__slug=session, state__in=states)
    by_address = rows.filter(contact=None, address_key=OuterRef("address_key"))
    found = _exists(rows)
    if RegistrationState.UNCONFIRMED in states:
        found |= Q(Exists(by_address.exclude(address_key="")))
    return found


def signed_up(session: str) -> Q:
    """Contacts with any live registration for the session."""
    return registered(session, LIVE)


def declined(session: str) -> Q:
    """Contacts who said that they cannot come, and did not sign up after all."""
    return _replied(session, InvitationAnswer.DECLINED)


def _replied(session: str, *answers: InvitationAnswer) -> Q:
    return _exists(Invitation.objects.filter(session__slug=session, answer__in=answers))
