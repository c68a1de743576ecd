"""By personal link: what it knows, decline, and one's own registration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from base.problems import Problem
from content.questions import questions_of
from participation.api.routing import router
from participation.api.shared import (
    answers_given,
    keep_private,
    language_of,
    links_as_problems,
    refusals_as_problems,
    refuse_invalid,
    session_out,
)
from participation.enums import InvitationAnswer, RegistrationState
from participation.forms import AnswersForm
from participation.links import (
    InvitationLink,
    colleague_token,
    link,
    read_confirm,
    read_invitation,
    read_registration,
)
from participation.models import Invitation, Registration
from participation.presentation import masked_contact
from participation.schemas import (
    ColleagueLinkOut,
    ConfirmOut,
    InvitationOut,
    MyAnswersPatch,
    MyRegistrationOut,
    StateOut,
)
from participation.selectors.registrations import live_registration
from participation.services.cancellation import cancel_registration
from participation.services.confirmation import Confirmed, confirm_registrations
from participation.services.invitations import decline_invitation, needs_declaration
from participation.services.offers import accept_offer
from participation.services.questions import update_answers
from participation.services.transfer import send_colleague_link


@router.get("/invitations/{token}", response=InvitationOut, summary="What a personal link knows")
def get_invitation(
    request: HttpRequest, response: HttpResponse, token: str, lang: str | None = None
) -> dict[str, Any]:
    """The session, half the address, and whether the person has answered."""
    keep_private(response)
    link = _invitation(token)
    now = timezone.now()
    person = masked_contact(link.contact)
    return {
        "session": session_out(
            link.session, language_of(request, lang or link.contact.language), now=now
        ),
        "given_name": person["name"],
        "address": person["address"],
        "language": link.contact.language,
        "answer": _answer(link),
        "needs_declaration": needs_declaration(session=link.session, contact=link.contact, now=now),
    }


@router.post("/invitations/{token}/decline", response=StateOut, summary="Decline")
def decline(request: HttpRequest, response: HttpResponse, token: str) -> dict[str, str]:
    """“I cannot come”. 409 for somebody who is signed up: cancel that instead."""
    keep_private(response)
    link = _invitation(token)
    if live_registration(link.session, link.contact):
        raise Problem(
            status=409,
            code="registered",
            detail=_("You are signed up. Cancel your sign-up instead."),
        )
    decline_invitation(session=link.session, contact=link.contact, now=timezone.now())
    return {"state": InvitationAnswer.DECLINED}


@router.get("/my/registrations/{token}", response=MyRegistrationOut, summary="My registration")
def get_mine(
    request: HttpRequest, response: HttpResponse, token: str, lang: str | None = None
) -> dict[str, Any]:
    """One's own registration, by its personal token."""
    keep_private(response)
    return _mine(request, _registration(token), lang)


@router.patch("/my/registrations/{token}", response=MyRegistrationOut, summary="Change my answers")
def change_mine(
    request: HttpRequest, response: HttpResponse, token: str, data: MyAnswersPatch
) -> dict[str, Any]:
    """Replace the answers. None is required here."""
    keep_private(response)
    registration = _registration(token)
    preferred = registration.contact.language if registration.contact else None
    questions = questions_of(registration.session, language_of(request, preferred))
    form = AnswersForm(answers_given(data.answers, questions), questions=questions)
    refuse_invalid(form)
    with refusals_as_problems():
        changed = update_answers(
            registration=registration,
            answers=form.answers(),
            private_answers=form.private_answers(),
            now=timezone.now(),
        )
    return _mine(request, changed, None)


@router.post("/my/registrations/{token}/confirm", response=ConfirmOut, summary="Confirm")
def confirm_mine(request: HttpRequest, response: HttpResponse, token: str) -> dict[str, Any]:
    """Confirm what the confirm mail lists, by its token. Twice is once. What one session refuses
    does not hold up the others; 409 when all of them refuse."""
    keep_private(response)
    with links_as_problems():
        registrations = read_confirm(token)
    language = registrations[0].typed.get("language", settings.LANGUAGE_CODE)
    with translation.override(language), refusals_as_problems():
        found = confirm_registrations(registrations=registrations, now=timezone.now())
        done = [each for each in found if each.refusal is None]
        if not done and found[0].refusal:
            raise found[0].refusal
    return {
        "state": _state_of(done[0]),
        "registrations": [
            {
                "session": each.registration.session.slug,
                "state": _state_of(each),
                "problem": str(each.refusal or ""),
            }
            for each in found
        ],
    }


@router.post("/my/registrations/{token}/cancel", response=MyRegistrationOut, summary="Cancel")
def cancel_mine(request: HttpRequest, response: HttpResponse, token: str) -> dict[str, Any]:
    """Cancel. Twice is once."""
    keep_private(response)
    registration = _registration(token)
    with refusals_as_problems():
        cancelled = cancel_registration(registration=registration, now=timezone.now())
    return _mine(request, cancelled, None)


@router.post("/my/registrations/{token}/accept", response=MyRegistrationOut, summary="Accept")
def accept_mine(request: HttpRequest, response: HttpResponse, token: str) -> dict[str, Any]:
    """Take the seat that is offered. Twice is once; 409 when there is none (any more)."""
    keep_private(response)
    registration = _registration(token)
    with refusals_as_problems():
        accepted = accept_offer(registration=registration, now=timezone.now())
    if accepted.state != RegistrationState.REGISTERED:
        detail = _("The time to take the seat is over.")
        raise Problem(status=409, code="offer_lapsed", detail=detail)
    return _mine(request, accepted, None)


@router.post(
    "/my/registrations/{token}/transfer", response=ColleagueLinkOut, summary="Send a colleague"
)
def pass_on_mine(request: HttpRequest, response: HttpResponse, token: str) -> dict[str, str]:
    """Mail the person the link for a colleague, and return it. The colleague claims the seat with
    `POST /api/transfers/{token}`; it moves once their address has confirmed."""
    keep_private(response)
    registration = _registration(token)
    with refusals_as_problems():
        send_colleague_link(registration=registration, now=timezone.now())
    return {"url": link("colleague", colleague_token(registration))}


def _invitation(token: str) -> InvitationLink:
    with links_as_problems():
        return read_invitation(token)


def _registration(token: str) -> Registration:
    with links_as_problems():
        return read_registration(token)


def _state_of(confirmed: Confirmed) -> str:
    row = confirmed.registration
    return row.state if row.contact or confirmed.refusal else "interest"


def _answer(link: InvitationLink) -> str:
    row = Invitation.objects.filter(session=link.session, contact=link.contact).first()
    return row.answer if row else InvitationAnswer.NONE


def _mine(request: HttpRequest, registration: Registration, lang: str | None) -> dict[str, Any]:
    contact, organisation = registration.contact, registration.organisation
    person = masked_contact(contact) if contact else {"name": "", "address": ""}
    preferred = lang or (contact.language if contact else None)
    return {
        "session": session_out(
            registration.session, language_of(request, preferred), now=timezone.now()
        ),
        "state": registration.state,
        "offered_until": registration.offered_until
        if registration.state == RegistrationState.OFFERED
        else None,
        "given_name": person["name"],
        "address": person["address"],
        "organisation": organisation.name if organisation else "",
        "answers": registration.answers,
        "reason": registration.rejection_reason,
    }
