"""The rules: one query in which every considered contact stands with the reason not to be mailed.

The reason is empty for those who get it. The order of the rules is the order in which a person
would want to hear them: what the audience says, then what the contact base says, then the session.
"""

from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, RowNumber

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.audience import query
from campaigns.audience.parsing import DECLINED
from campaigns.enums import Basis, Exclusion, MailingKind
from campaigns.models import Delivery
from campaigns.selectors.restraint import held_back
from campaigns.selectors.terms import Terms
from contacts.enums import GROUP_PURPOSES, MailState, RepresentationRole
from contacts.models import Contact, Membership, Notice, Representation
from contacts.selectors.mailability import basis_records, has_basis, suppressed
from contacts.selectors.people import speaks
from contacts.selectors.representation import represents_member
from content.models import Session
from participation.enums import LIVE, SEATED, AgreementState, Attendance, RegistrationState
from participation.models import Interest, Registration
from participation.selectors.inventory import gave_question
from participation.selectors.polls import answered_poll

_ROLE_ORDER = Case(
    *(When(role=role, then=Value(place)) for place, role in enumerate(RepresentationRole)),
    default=Value(len(RepresentationRole)),
    output_field=IntegerField(),
)


def considered(terms: Terms) -> QuerySet[Contact]:
    """Contacts who match the audience without its top-level `not`s, each with `reason`."""
    asked, _left_out = c.split(terms.condition)
    found = Contact.objects.filter(merged_into=None).order_by()
    for condition in asked:
        found = found.filter(audience.matching(condition, terms.moment))
    if terms.is_rest:
        found = found.filter(*_without_a_row(terms))
    return _with_reason(found, terms, asked=())


def _without_a_row(terms: Terms) -> tuple[Q, ...]:
    """Who is not in the ledger of the mailing, or only as somebody who was not signed up then.

    An address that has its row already is not mailed again, whoever has it now.
    """
    rows = Delivery.objects.filter(mailing=terms.mailing_id)
    own = rows.filter(contact=OuterRef("pk")).exclude(
        state=MailState.EXCLUDED, reason=Exclusion.NOT_REGISTERED
    )
    shared = rows.filter(address_key=OuterRef("address_key")).exclude(contact=OuterRef("pk"))
    return ~Q(Exists(own)), ~Q(Exists(shared))


def everybody(terms: Terms) -> QuerySet[Contact]:
    """Every contact with `reason`: those outside the audience have one as well."""
    asked, _left_out = c.split(terms.condition)
    return _with_reason(Contact.objects.order_by(), terms, asked=asked)


def _with_reason(
    found: QuerySet[Contact], terms: Terms, *, asked: tuple[c.Condition, ...]
) -> QuerySet[Contact]:
    found = _with_representation(found, terms)
    whens = [*_left_out_by_audience(terms, asked), *_left_out_by_rules(terms)]
    own = Case(
        *(When(condition, then=Value(str(reason))) for condition, reason in whens),
        default=Value(""),
        output_field=CharField(),
    )
    if not terms.is_per_organisation or terms.is_recheck:
        return found.annotate(reason=own)
    return _one_per_organisation(found.annotate(own_reason=own))


def _one_per_organisation(found: QuerySet[Contact]) -> QuerySet[Contact]:
    """Keep the first representative of each organisation; people of none stand for themselves."""
    place = Window(
        RowNumber(),
        partition_by=[F("chosen_organisation"), F("own_reason")],
        order_by=[F("chosen_role").asc(), F("pk").asc()],
    )
    return found.annotate(place=place).annotate(
        reason=Case(
            When(
                Q(own_reason="", chosen_organisation__isnull=False, place__gt=1),
                then=Value(str(Exclusion.COLLEAGUE_CHOSEN)),
            ),
            default=F("own_reason"),
            output_field=CharField(),
        )
    )


def _with_representation(found: QuerySet[Contact], terms: Terms) -> QuerySet[Contact]:
    """Annotate for whom the person is mailed: a member first, then by role, then the oldest."""
    memberships = Membership.objects.on(terms.day).filter(organisation=OuterRef("organisation"))
    rows = (
        Representation.objects.on(terms.day)
        .filter(contact=OuterRef("pk"))
        .annotate(
            of_member=Case(
                When(Exists(memberships), then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            ),
            role_order=_ROLE_ORDER,
        )
        .order_by("of_member", "role_order", "pk")
    )
    return found.annotate(
        chosen_representation=Subquery(rows.values("pk")[:1]),
        chosen_organisation=Subquery(rows.values("organisation")[:1]),
        chosen_role=Subquery(rows.values("role_order")[:1]),
        basis=_basis(terms),
    )


def _basis(terms: Terms) -> Case | Coalesce | Value:
    """Why this person may be mailed: membership, else the latest live record; of a group, that."""
    if terms.is_about_participation:
        return Value(str(Basis.REGISTRATION), output_field=CharField())
    records = (
        basis_records(terms.purpose, terms.themes, terms.topic)
        .filter(contact=OuterRef("pk"))
        .order_by("-given_at", "-pk")
    )
    recorded = Coalesce(Subquery(records.values("basis")[:1]), Value(""))
    if terms.purpose in GROUP_PURPOSES:
        return recorded
    return Case(
        When(represents_member(terms.day), then=Value(str(Basis.MEMBERSHIP))),
        default=recorded,
        output_field=CharField(),
    )


# --- what the audience says -------------------------------------------------------------------


def _left_out_by_audience(
    terms: Terms, asked: tuple[c.Condition, ...]
) -> list[tuple[Q, Exclusion]]:
    _asked, left_out = c.split(terms.condition)
    if terms.is_recheck:
        asked = _asked
    whens: list[tuple[Q, Exclusion]] = []
    for condition in left_out:
        matches = audience.matching(condition, terms.moment, positive=False)
        whens += [
            (matches & why, reason)
            for why, reason in _telling(condition, terms.moment, positive=False)
        ]
        whens.append((matches, Exclusion.NOT_IN_AUDIENCE))
    for condition in asked:
        fails = ~audience.matching(condition, terms.moment)
        whens += [
            (fails & why, reason)
            for why, reason in _telling(condition, terms.moment, positive=True)
        ]
        whens.append((fails, Exclusion.NOT_IN_AUDIENCE))
    return whens + _unmarked(terms)


def _unmarked(terms: Terms) -> list[tuple[Q, Exclusion]]:
    """By attendance: who is not marked was neither there nor absent, unless that is asked for."""
    sessions = {
        leaf.session
        for leaf, _positive in c.leaves(terms.condition)
        if isinstance(leaf, c.Attended) and Attendance.UNMARKED not in leaf.values
    }
    unmarked = (str(Attendance.UNMARKED),)
    return [
        (query.attended(session, unmarked), Exclusion.NOT_IN_AUDIENCE)
        for session in sorted(sessions)
    ]


def _telling(
    condition: c.Condition, moment: audience.Moment, *, positive: bool
) -> list[tuple[Q, Exclusion]]:
    """Return better reasons than "left out by the audience", for what a person did."""
    whens: list[tuple[Q, Exclusion]] = []
    for leaf, is_asked in c.leaves(condition, positive=positive):
        if isinstance(leaf, c.Answered):
            whens += _telling_answer(leaf.session, set(leaf.states), is_asked=is_asked)
        elif isinstance(leaf, c.ColleagueRegistered) and not is_asked:
            matches = audience.matching(leaf, moment, positive=False)
            whens.append((matches, Exclusion.COLLEAGUE_REGISTERED))
        elif isinstance(leaf, c.GaveQuestion) and leaf.is_given != is_asked:
            whens.append((gave_question(leaf.session), Exclusion.QUESTION_GIVEN))
        elif isinstance(leaf, c.HasAgreement) and leaf.state == AgreementState.OPEN and is_asked:
            has_none = ~audience.matching(leaf, moment)
            whens.append((has_none, Exclusion.NO_AGREEMENT))
        elif isinstance(leaf, c.AnsweredPoll) and not is_asked:
            whens.append((answered_poll(leaf.poll), Exclusion.POLL_ANSWERED))
    return whens


def _telling_answer(session: str, states: set[str], *, is_asked: bool) -> list[tuple[Q, Exclusion]]:
    live = {str(state) for state in LIVE}
    speaking = live - states if is_asked else live & states
    whens = []
    if speaking:
        whens.append((query.registered(session, sorted(speaking)), Exclusion.ALREADY_REGISTERED))
    if (DECLINED in states) != is_asked:
        whens.append((query.declined(session), Exclusion.DECLINED))
    if is_asked and states <= live:
        whens.append((~query.registered(session, sorted(states)), Exclusion.NOT_REGISTERED))
    return whens


# --- what the contact base and the session say --------------------------------------------------


def _left_out_by_rules(terms: Terms) -> list[tuple[Q, Exclusion]]:
    whens = [
        (Q(erased_at__isnull=False), Exclusion.ERASED),
        (Q(merged_into__isnull=False), Exclusion.MERGED),
        (Q(address_key=None), Exclusion.NO_ADDRESS),
        (suppressed(terms.purpose, terms.topic), Exclusion.SUPPRESSED),
        (~has_basis(terms.purpose, terms.day, terms.themes, terms.topic), Exclusion.NO_BASIS),
        *held_back(terms),
    ]
    if terms.is_about_participation:
        whens.append((~_takes_part(terms), Exclusion.NOT_REGISTERED))
    if terms.is_reminder_to_registered:
        silenced = _registrations(terms).filter(no_reminders=True)
        whens.append((Q(Exists(silenced)), Exclusion.NO_REMINDERS))
    if terms.told:
        whens += _told_before(terms)
    if terms.is_rest:
        whens += _served_before(terms)
    if terms.stops_for_colleague and terms.session is not None:
        whens += _colleague_has_a_seat(terms, terms.session)
    if terms.is_over:
        whens.append((query.EVERYBODY, Exclusion.SESSION_OVER))
    return whens


def _registrations(terms: Terms) -> QuerySet[Registration]:
    rows = Registration.objects.filter(contact=OuterRef("pk"))
    if terms.session is not None:
        return rows.filter(session=terms.session)
    return rows.filter(session__series=terms.series_id) if terms.series_id else rows.none()


def _takes_part(terms: Terms) -> Q:
    """Who gets mail about a session: those signed up or marked; of a change, all who may care."""
    rows = _registrations(terms)
    if terms.kind != MailingKind.CHANGE:
        marked = ~Q(attendance=Attendance.UNMARKED)
        return Q(Exists(rows.filter(marked | Q(state=RegistrationState.REGISTERED))))
    interests = Interest.objects.filter(contact=OuterRef("pk"), session=terms.session)
    return Q(Exists(rows.filter(state__in=LIVE))) | Q(Exists(interests))


def _told_before(terms: Terms) -> list[tuple[Q, Exclusion]]:
    """Who knows already: of a change, whoever was last told the same; of a reminder that was
    planned at the same distance from the session, whoever got it with the same facts."""
    if terms.kind == MailingKind.CHANGE:
        return [(_last_told(terms, terms.told), Exclusion.ALREADY_TOLD)]
    relative = terms.plan.get("relative")
    if terms.is_reminder_to_registered and relative:
        rows = _sent_deliveries(terms).filter(
            mailing__kind=terms.kind,
            mailing__plan__relative__anchor=relative["anchor"],
            mailing__plan__relative__days=relative["days"],
            told=terms.told,
        )
        return [(Q(Exists(rows)), Exclusion.ALREADY_TOLD)]
    return []


def _colleague_has_a_seat(terms: Terms, session: Session) -> list[tuple[Q, Exclusion]]:
    """Whose organisation has a seat already, by the person's own hand or by another's."""
    seats = Registration.objects.filter(session=session, state__in=SEATED)
    own = seats.filter(contact=OuterRef("pk"))
    others = seats.filter(organisation=OuterRef("organisation"))
    return [
        (Q(Exists(own)), Exclusion.ALREADY_REGISTERED),
        (speaks(terms.day, Q(Exists(others))), Exclusion.COLLEAGUE_REGISTERED),
    ]


def _served_before(terms: Terms) -> list[tuple[Q, Exclusion]]:
    """Of the rest: who had a reminder since that said the same, and who had a colleague mailed."""
    whens = []
    mailed = Delivery.objects.exclude(state__in=(MailState.EXCLUDED, MailState.EXPIRED))
    if terms.is_reminder_to_registered and terms.session is not None:
        since = mailed.filter(
            contact=OuterRef("pk"),
            told=terms.told,
            mailing__session=terms.session,
            mailing__kind=terms.kind,
            mailing__purpose=terms.purpose,
            mailing__started_at__gt=terms.started_at,
        )
        whens.append((Q(Exists(since)), Exclusion.ALREADY_TOLD))
    if terms.is_per_organisation:
        colleagues = mailed.filter(
            mailing=terms.mailing_id, organisation=OuterRef("chosen_organisation")
        )
        whens.append((Q(Exists(colleagues)), Exclusion.COLLEAGUE_CHOSEN))
    return whens


def _sent_deliveries(terms: Terms) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(
        contact=OuterRef("pk"), mailing__session=terms.session, state=MailState.SENT
    )
    return rows.exclude(mailing=terms.mailing_id) if terms.mailing_id else rows


def _last_told(terms: Terms, told: str) -> Q:
    """Contacts whose latest mail about the session said what `told` stands for."""
    mine = Registration.objects.filter(
        contact=OuterRef(OuterRef("pk")), session=terms.session
    ).values("pk")
    notices = (
        Notice.objects.filter(contact=OuterRef("pk"), state=MailState.SENT)
        .exclude(told="")
        .annotate(
            about=Cast(KeyTextTransform("registration", "context"), BigIntegerField()),
            about_session=Cast(KeyTextTransform("session", "context"), BigIntegerField()),
        )
        .filter(Q(about__in=mine) | Q(about_session=terms.session.pk if terms.session else None))
    )
    mailings = _sent_deliveries(terms).exclude(told="")
    same = Q(Exists(notices.filter(told=told))) | Q(Exists(mailings.filter(told=told)))
    return same & Q(pk__in=_told_last(notices, mailings, told))


def _told_last(notices: QuerySet[Notice], mailings: QuerySet[Delivery], told: str) -> QuerySet[Any]:
    latest = {
        "notice_at": Subquery(notices.order_by("-sent_at").values("sent_at")[:1]),
        "notice_told": Subquery(notices.order_by("-sent_at").values("told")[:1]),
        "mail_at": Subquery(mailings.order_by("-sent_at").values("sent_at")[:1]),
        "mail_told": Subquery(mailings.order_by("-sent_at").values("told")[:1]),
    }
    by_notice = Q(mail_at=None) | Q(notice_at__gte=F("mail_at"))
    by_mail = Q(notice_at=None) | Q(mail_at__gt=F("notice_at"))
    return (
        Contact.objects.annotate(**latest)
        .filter(by_notice & Q(notice_told=told) | by_mail & Q(mail_told=told))
        .values("pk")
    )
