"""Public sign-up: what somebody typed waits until the address has confirmed it.

Nobody learns from the answer whether we know the address. The contact base is touched only after
confirmation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from base.limits import allow
from contacts.addresses import address_key
from contacts.enums import NoticeKind
from contacts.models import Notice
from contacts.services.notices import create_notice
from content.enums import Eligibility
from content.models import Session
from content.questions import Answer
from participation.enums import ACCEPTING, Phase, RegistrationSource, RegistrationState
from participation.errors import DeclarationMissing, SessionFull, SignUpClosed
from participation.models import Registration
from participation.selectors.applicants import claims_membership
from participation.selectors.registrations import live_registration_of_address, unconfirmed_of
from participation.selectors.sessions import phase_of
from participation.services.moves import announce, tell

#: How many mails a day one address gets because somebody typed it.
_MAILS_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on the public form. `answers` is {"need": …, "learning_question": …} and the
    answers to the session's own questions by their ids, `private` those that are kept apart;
    `consent` names purposes; `consent_wording` is the sentence that was ticked."""

    email: str
    given_name: str
    family_name: str
    family_name_prefix: str = ""
    organisation: str = ""
    function: str = ""
    language: str = "nl"
    answers: dict[str, Answer] = field(default_factory=dict)
    private: dict[str, Answer] = field(default_factory=dict)
    works_on_theme: bool = False
    consent: list[str] = field(default_factory=list)
    consent_wording: str = ""


class OwnAnswers(NamedTuple):
    """The answers to the questions of one session's own, by their ids; `private` is kept apart."""

    answers: dict[str, Answer]
    private: dict[str, Answer]


@transaction.atomic
def request_registration(
    *,
    session: Session,
    typed: Typed,
    act: str,
    now: datetime,
    source: RegistrationSource = RegistrationSource.PUBLIC_FORM,
    takes_over: Registration | None = None,
) -> None:
    """Keep what was typed and mail the address a link to confirm it with.

    Somebody who is signed up already gets a link to that sign-up instead. `takes_over` is the seat
    of a colleague that is asked for: then it does not matter whether sign-up is open. `act` names
    this one submission: sent twice, it causes one mail. An address gets at most three such mails a
    day; each confirms all that still waits for this address. Raises AddressInvalid, SignUpClosed,
    SessionFull and DeclarationMissing, all from what was typed and the state of the session alone.
    """
    if takes_over is None:
        request_registrations(sessions=[session], typed=typed, act=act, now=now, source=source)
        return
    key = address_key(typed.email)
    _refuse_undeclared(session, key, typed, now)
    live = live_registration_of_address(session, key)
    if live is not None and live.state != RegistrationState.WAITING:
        if _may_mail(key, f"{NoticeKind.LINK}:{live.pk}:{act}", now):
            tell(live, kind=NoticeKind.LINK, act=act, now=now)
        return
    _keep_typed(session, key, typed, source, False, now, takes_over=takes_over)
    mail_confirmation(key=key, language=typed.language, act=act, now=now)


@transaction.atomic
def request_registrations(
    *,
    sessions: Sequence[Session],
    typed: Typed,
    act: str,
    now: datetime,
    source: RegistrationSource = RegistrationSource.PUBLIC_FORM,
    own: Mapping[str, OwnAnswers] | None = None,
) -> None:
    """The same for several sessions of a series at once: one mail, one button.

    What is needed is kept with every sign-up, the learning question with the first alone: it is
    one question. `own` has by slug what one session asked alone, which is kept with that sign-up.
    Nothing is kept when one of the sessions refuses.
    """
    key = address_key(typed.email)
    phases = {session.pk: phase_of(session, now) for session in sessions}
    for session in sessions:
        refuse_closed(phases[session.pk])
        if phases[session.pk] != Phase.INTEREST:
            _refuse_undeclared(session, key, typed, now)
    is_asked, waits = False, False
    for session in sorted(sessions, key=lambda each: phases[each.pk] == Phase.INTEREST):
        live = live_registration_of_address(session, key)
        if live is None:
            said = _without_question(typed) if is_asked else typed
            said = _with_own(said, (own or {}).get(session.slug))
            _keep_typed(session, key, said, source, phases[session.pk] == Phase.INTEREST, now)
            is_asked = waits = True
        elif _may_mail(key, f"{NoticeKind.LINK}:{live.pk}:{act}", now):
            tell(live, kind=NoticeKind.LINK, act=act, now=now)
    if waits:
        mail_confirmation(key=key, language=typed.language, act=act, now=now)


@transaction.atomic
def resend_confirmation(
    *, email: str, sessions: Sequence[Session], act: str, now: datetime
) -> None:
    """Mail the button once more to an address for which something waits, or the link to what is
    signed up already. Anybody else hears nothing, and nobody sees which. Raises AddressInvalid."""
    key = address_key(email)
    waiting = unconfirmed_of(key, now).first()
    if waiting is not None:
        language = str(waiting.typed.get("language") or "nl")
        mail_confirmation(key=key, language=language, act=act, now=now)
        return
    for session in sessions:
        live = live_registration_of_address(session, key)
        if live and _may_mail(key, f"{NoticeKind.LINK}:{live.pk}:{act}", now):
            tell(live, kind=NoticeKind.LINK, act=act, now=now)


@transaction.atomic
def mail_confirmation(*, key: str, language: str, act: str, now: datetime) -> None:
    """Queue one mail that confirms all that waits for the address, if it may have one today."""
    waiting = list(unconfirmed_of(key, now).values_list("pk", flat=True))
    notice_key = f"{NoticeKind.CONFIRM}:{waiting[0]}:{act}"
    if _may_mail(key, notice_key, now):
        create_notice(
            kind=NoticeKind.CONFIRM,
            address=key,
            contact=None,
            language=language,
            context={"registrations": waiting},
            key=notice_key,
            now=now,
        )


def refuse_closed(phase: Phase) -> None:
    """Raise SessionFull or SignUpClosed when nobody can sign up in this phase."""
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
    takes_over: Registration | None = None,
) -> Registration:
    """Return the one unconfirmed registration of this address, with what was typed last."""
    said = asdict(typed) | {"interest": interest}
    if not typed.private:
        del said["private"]
    values = {"typed": said, "source": source, "changed_at": now}
    if takes_over is not None:
        values["takes_over"] = takes_over
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


def _without_question(typed: Typed) -> Typed:
    said = {name: text for name, text in typed.answers.items() if name != "learning_question"}
    return replace(typed, answers=said)


def _with_own(typed: Typed, own: OwnAnswers | None) -> Typed:
    if own is None:
        return typed
    return replace(typed, answers=typed.answers | own.answers, private=typed.private | own.private)


def _may_mail(key: str, notice_key: str, now: datetime) -> bool:
    if Notice.objects.filter(key=notice_key).exists():
        return False
    return allow(
        form="confirm", key_parts=[key], limit=_MAILS_A_DAY, per=timedelta(days=1), now=now
    )
