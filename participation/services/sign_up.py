"""Public sign-up: what somebody typed waits until the address has confirmed it.

Nobody learns from the answer whether we know the address. The contact base is touched only after
confirmation.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from base.limits import allow
from contacts.addresses import address_hash, address_key
from contacts.enums import NoticeKind, Source
from contacts.models import Contact, Notice, Organisation, Representation
from contacts.selectors import primary_representation
from contacts.services.audit import PERSON
from contacts.services.notices import create_notice
from contacts.services.organisations import suggest_organisation
from contacts.services.people import confirm_contact
from contacts.services.representations import represent
from contacts.services.suppressions import lift_hard_bounce, resubscribe
from content.enums import Eligibility
from content.models import Session
from participation.admission import admission
from participation.enums import (
    ACCEPTING,
    Admission,
    Phase,
    RegistrationSource,
    RegistrationState,
)
from participation.errors import DeclarationMissing, SessionFull, SignUpClosed
from participation.models import Registration
from participation.selectors.applicants import (
    applicant,
    claims_membership,
    vouched_organisation,
)
from participation.selectors.hosts import is_of_host
from participation.selectors.registrations import live_registration, live_registration_of_address
from participation.selectors.sessions import day_of, phase_of
from participation.services.interest import note_interest
from participation.services.moves import announce, move, next_sequence, tell
from participation.services.questions import keep_question
from participation.services.seats import lock_session, seat_or_wait

#: How many mails a day one address gets because somebody typed it.
_MAILS_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on the public form. `answers` is {"need": …, "learning_question": …};
    `consent` names purposes; `consent_wording` is the sentence that was ticked."""

    email: str
    given_name: str
    family_name: str
    family_name_prefix: str = ""
    organisation: str = ""
    function: str = ""
    language: str = "nl"
    answers: dict[str, str] = field(default_factory=dict)
    works_on_theme: bool = False
    consent: list[str] = field(default_factory=list)
    consent_wording: str = ""


@transaction.atomic
def request_registration(
    *,
    session: Session,
    typed: Typed,
    act: str,
    now: datetime,
    source: RegistrationSource = RegistrationSource.PUBLIC_FORM,
) -> None:
    """Keep what was typed and mail the address a link to confirm it with.

    Somebody who is signed up already gets a link to that sign-up instead. `act` names this one
    submission: sent twice, it causes one mail. An address gets at most three such mails a day.
    Raises AddressInvalid, SignUpClosed, SessionFull and DeclarationMissing, all from what was typed
    and the state of the session alone.
    """
    key = address_key(typed.email)
    phase = phase_of(session, now)
    _refuse_closed(phase)
    if phase != Phase.INTEREST:
        _refuse_undeclared(session, key, typed, now)
    live = live_registration_of_address(session, key)
    if live is not None:
        if _may_mail(key, f"{NoticeKind.LINK}:{live.pk}:{act}", now):
            tell(live, kind=NoticeKind.LINK, act=act, now=now)
        return
    registration = _keep_typed(session, key, typed, source, phase == Phase.INTEREST, now)
    notice_key = f"{NoticeKind.CONFIRM}:{registration.pk}:{act}"
    if _may_mail(key, notice_key, now):
        create_notice(
            kind=NoticeKind.CONFIRM,
            address=key,
            contact=None,
            language=typed.language,
            context={"registrations": [registration.pk]},
            key=notice_key,
            now=now,
        )


@transaction.atomic
def confirm_registration(*, registration: Registration, now: datetime) -> Registration:
    """Take the sign-up into the contact base and decide on it. Confirming twice changes nothing.

    Returns the registration that now holds: this one, or the one the person had already. For a
    session without a date it is lapsed, without contact: what holds then is an Interest.
    Raises SignUpClosed and SessionFull; the sign-up then stays unconfirmed.
    """
    session = lock_session(registration.session_id)
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    if registration.state != RegistrationState.UNCONFIRMED:
        return live_registration_of_address(session, registration.address_key) or registration
    phase = phase_of(session, now)
    if phase in (Phase.CANCELLED, Phase.OVER, Phase.PARTNER):
        raise SignUpClosed(phase)
    typed = Typed(**_without_interest(registration.typed))
    contact = confirm_contact(
        email=typed.email,
        given_name=typed.given_name,
        family_name_prefix=typed.family_name_prefix,
        family_name=typed.family_name,
        language=typed.language,
        address_source="sign-up" if typed.language == "en" else "aanmelding",
        now=now,
    )
    # The address answers; whoever merely types it proves nothing.
    lift_hard_bounce(address_hash=address_hash(registration.address_key))
    _record_consents(contact, typed, now)
    if registration.typed.get("interest") or phase == Phase.INTEREST:
        note_interest(session=session, contact=contact, now=now)
        move(registration, to=RegistrationState.LAPSED, now=now)
        return registration
    if live := live_registration(session, contact):
        move(registration, to=RegistrationState.LAPSED, now=now)
        return live
    return _enter(registration, session, contact, typed, now)


def _enter(
    registration: Registration, session: Session, contact: Contact, typed: Typed, now: datetime
) -> Registration:
    """Decide how the confirmed sign-up gets in, and tell the person."""
    who = applicant(session=session, contact=contact, works_on_theme=typed.works_on_theme, now=now)
    organisation, representation = _organisation_of(session, contact, typed, now)
    if admission(session.eligibility, who) is Admission.APPROVAL:
        state = RegistrationState.PENDING
    else:
        state = seat_or_wait(session, organisation, now=now)
    move(
        registration,
        to=state,
        now=now,
        contact=contact,
        organisation=organisation,
        representation=representation,
        answers=typed.answers,
        works_on_theme=typed.works_on_theme,
        is_host=is_of_host(session, organisation),
        calendar_sequence=next_sequence(session, contact),
    )
    keep_question(registration, now=now)
    tell(registration, now=now)
    return registration


def _organisation_of(
    session: Session, contact: Contact, typed: Typed, now: datetime
) -> tuple[Organisation | None, Representation | None]:
    """Return for whom the person comes.

    Only the mail domain of a member makes somebody its representative here. What was typed stays
    on the registration until an organiser approves it: a representative of a member is in at once
    the next time, and typing a name must not buy that.
    """
    vouched = vouched_organisation(contact=contact, session=session, now=now)
    named = suggest_organisation(name=typed.organisation, now=now) if typed.organisation else None
    day = day_of(session, now)
    if vouched is not None and named in (None, vouched):
        return vouched, represent(
            contact=contact, organisation=vouched, function=typed.function, by=PERSON, now=now
        )
    known = primary_representation(contact, day)
    if known is not None and named in (None, known.organisation):
        return known.organisation, known
    own = Representation.objects.on(day).filter(contact=contact, organisation=named).first()
    return named, own


def _refuse_closed(phase: Phase) -> None:
    if phase == Phase.FULL:
        raise SessionFull
    if phase not in ACCEPTING and phase != Phase.INTEREST:
        raise SignUpClosed(phase)


def _refuse_undeclared(session: Session, key: str, typed: Typed, now: datetime) -> None:
    if session.eligibility != Eligibility.THEME or typed.works_on_theme:
        return
    if not claims_membership(
        session=session, address_key=key, organisation=typed.organisation, now=now
    ):
        raise DeclarationMissing


def _keep_typed(
    session: Session,
    key: str,
    typed: Typed,
    source: RegistrationSource,
    interest: bool,
    now: datetime,
) -> Registration:
    """Return the one unconfirmed registration of this address, with what was typed last."""
    values = {"typed": asdict(typed) | {"interest": interest}, "source": source, "changed_at": now}
    registration, created = Registration.objects.update_or_create(
        session=session,
        address_key=key,
        state=RegistrationState.UNCONFIRMED,
        defaults=values,
        create_defaults=values | {"created_at": now},
    )
    if created:
        announce(registration, now=now)
    return registration


def _without_interest(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if name != "interest"}


def _may_mail(key: str, notice_key: str, now: datetime) -> bool:
    if Notice.objects.filter(key=notice_key).exists():
        return False
    return allow(
        form="confirm", key_parts=[key], limit=_MAILS_A_DAY, per=timedelta(days=1), now=now
    )


def _record_consents(contact: Contact, typed: Typed, now: datetime) -> None:
    for purpose in typed.consent:
        resubscribe(
            contact=contact,
            purpose=purpose,
            source=Source.FORM,
            wording=typed.consent_wording,
            now=now,
        )
