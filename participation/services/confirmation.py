"""The address answers: what was typed becomes a sign-up, and touches the contact base.

Confirming twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.addresses import address_hash
from contacts.enums import Source
from contacts.models import Contact, Organisation, Representation
from contacts.selectors import primary_representation
from contacts.services.audit import PERSON
from contacts.services.organisations import suggest_organisation
from contacts.services.people import confirm_contact
from contacts.services.representations import represent
from contacts.services.suppressions import lift_hard_bounce, resubscribe
from content.models import Session
from participation.admission import admission
from participation.enums import Admission, Phase, RegistrationState
from participation.errors import ParticipationError, SessionGone, SignUpClosed
from participation.models import Registration
from participation.selectors.applicants import applicant, vouched_organisation
from participation.selectors.hosts import is_of_host
from participation.selectors.registrations import live_registration, live_registration_of_address
from participation.selectors.sessions import day_of, phase_of
from participation.services.interest import note_interest
from participation.services.moves import move, next_sequence, tell
from participation.services.questions import keep_question
from participation.services.seats import lock_session, seat_or_wait
from participation.services.sign_up import Typed, refuse_closed
from participation.services.transfer import hand_over, seat_to_take, take_over_while_waiting


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of one sign-up: the registration that holds now, or why there is none."""

    registration: Registration
    refusal: ParticipationError | None = None


def confirm_registrations(
    *, registrations: Sequence[Registration], now: datetime
) -> list[Confirmed]:
    """Confirm each of them that can be: the refusal of one session does not hold up the others.

    So each has a transaction of its own, which holds one session at a time. What was for a session
    that is gone is left out; raises SessionGone when that leaves nothing.
    """
    found = []
    for registration in registrations:
        try:
            held = confirm_registration(registration=registration, now=now)
        except ParticipationError as error:
            found.append(Confirmed(registration, error))
        except SessionGone:
            continue
        else:
            found.append(Confirmed(held))
    if not found:
        raise SessionGone
    return found


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
    seat = seat_to_take(registration, session, now=now)
    if seat is None and phase in (Phase.CANCELLED, Phase.OVER, Phase.PARTNER):
        raise SignUpClosed(phase)
    if seat is None and registration.takes_over_id:
        refuse_closed(phase)  # the seat went to another: as for anybody who comes now
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
    if seat is None and (registration.typed.get("interest") or phase == Phase.INTEREST):
        note_interest(session=session, contact=contact, now=now)
        move(registration, to=RegistrationState.LAPSED, now=now)
        return registration
    if live := live_registration(session, contact):
        move(registration, to=RegistrationState.LAPSED, now=now)
        return take_over_while_waiting(live, seat, now=now)
    return _enter(registration, session, contact, typed, now, seat)


def _enter(
    registration: Registration,
    session: Session,
    contact: Contact,
    typed: Typed,
    now: datetime,
    seat: Registration | None,
) -> Registration:
    """Decide how the confirmed sign-up gets in, or give it the seat of a colleague; tell them."""
    who = applicant(session=session, contact=contact, works_on_theme=typed.works_on_theme, now=now)
    organisation, representation = _organisation_of(session, contact, typed, now)
    way, more = admission(session.eligibility, who), dict[str, Any]()
    if seat is not None:
        at_once = way is Admission.AT_ONCE
        state, organisation, more = hand_over(seat, own=organisation, is_admitted=at_once, now=now)
        if representation and representation.organisation != organisation:
            representation = None
    elif way is Admission.APPROVAL:
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
        private_answers=typed.private,
        # Kept apart from here on.
        typed={name: said for name, said in registration.typed.items() if name != "private"},
        works_on_theme=typed.works_on_theme,
        is_host=is_of_host(session, organisation),
        calendar_sequence=next_sequence(session, contact),
        **more,
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


def _without_interest(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if name != "interest"}


def _record_consents(contact: Contact, typed: Typed, now: datetime) -> None:
    for purpose in typed.consent:
        resubscribe(
            contact=contact,
            purpose=purpose,
            source=Source.FORM,
            wording=typed.consent_wording,
            now=now,
        )
