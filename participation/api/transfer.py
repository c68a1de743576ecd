"""What a colleague does with the link that was forwarded to them: see the seat, and ask for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Status

from base.problems import Problem
from participation.api.routing import router
from participation.api.shared import (
    keep_private,
    language_of,
    links_as_problems,
    refusals_as_problems,
    refuse_invalid,
    refuse_too_many,
    session_out,
    sign_up_form,
)
from participation.enums import RegistrationSource
from participation.form_schema import json_schema
from participation.forms import SignUpForm
from participation.links import read_registration
from participation.models import Registration
from participation.presentation import given_name
from participation.schemas import SignUpIn, StateOut, TransferOut
from participation.selectors.transfer import may_pass_on
from participation.services.sign_up import request_registration


@router.get("/transfers/{token}", response=TransferOut, summary="The seat of a colleague")
def get_transfer(
    request: HttpRequest, response: HttpResponse, token: str, lang: str | None = None
) -> dict[str, Any]:
    """Which session it is, the given name of whoever gives the seat, and the form as JSON Schema.
    `state` is what the colleague gets: `registered`, `waiting` (a place in line) or `pending`.
    410 once the seat is gone, or the link was revoked."""
    keep_private(response)
    seat, now = _seat(token), timezone.now()
    language = language_of(request, lang or (seat.contact.language if seat.contact else None))
    with translation.override(language):
        form = SignUpForm(session=seat.session, now=now, language=language)
        title = seat.session.title(language)
        return {
            "session": session_out(seat.session, language, now=now),
            "given_name": given_name(seat.contact) if seat.contact else "",
            "state": seat.state,
            "form": json_schema(form, title=title, language=language),
        }


@router.post("/transfers/{token}", response={202: StateOut}, summary="Take the seat of a colleague")
def claim_transfer(
    request: HttpRequest, response: HttpResponse, token: str, data: SignUpIn
) -> Status[Any]:
    """Ask for the seat with one's own details: 202, the same for a known and an unknown address.
    A mail to the typed address asks to confirm; the seat moves only then, and until then it stays
    with whoever gives it. Sign-up itself may be closed. 410 once the seat is gone."""
    keep_private(response)
    seat, now = _seat(token), timezone.now()
    refuse_too_many(request, now)
    with translation.override(data.language):
        form = sign_up_form(data, session=seat.session, now=now)
        refuse_invalid(form)
        with refusals_as_problems():
            request_registration(
                session=seat.session,
                typed=form.typed(),
                act=f"api-{now:%Y%m%d%H%M}",
                source=RegistrationSource.PERSONAL_LINK,
                takes_over=seat,
                now=now,
            )
    return Status(202, {"state": "confirm"})


def _seat(token: str) -> Registration:
    """Return the sign-up that is to be taken over. Raises a Problem when it is gone."""
    with links_as_problems():
        seat = read_registration(token, purpose="colleague")
    if not may_pass_on(seat, timezone.now()):
        detail = _("This seat is no longer free to take over.")
        raise Problem(status=410, code="seat_gone", detail=detail)
    return seat
