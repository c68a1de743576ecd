"""Sign-up through the API: in public, or by an organiser with a token."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Status

from base.auth import Bearer
from base.problems import Problem
from participation.api.routing import router
from participation.api.shared import (
    refusals_as_problems,
    refuse_invalid,
    registration_out,
    session_of,
)
from participation.enums import RegistrationSource
from participation.forms import SignUpForm
from participation.limits import network_allows
from participation.schemas import RegistrationOut, SignUpIn, StateOut
from participation.services.organiser import register_typed
from participation.services.sign_up import request_registration

_organiser = Bearer("participation:write", permission="participation.add_registration")


def _public(request: HttpRequest) -> str | None:
    """Let in whoever sends no token at all; a token that is sent must be a good one."""
    return None if request.headers.get("Authorization") else "public"


@router.post(
    "/sessions/{slug}/registrations",
    auth=[_public, _organiser],
    response={202: StateOut, 201: RegistrationOut},
    summary="Sign up",
)
def sign_up(request: HttpRequest, slug: str, data: SignUpIn) -> Status[Any]:
    """Without a token: 202, the same for a known and an unknown address; a mail asks to confirm.
    With a token (`participation:write`) an organiser signs somebody up at once: 201."""
    session, now = session_of(slug), timezone.now()
    by_organiser = getattr(request, "auth", None) != "public"
    if not by_organiser and not network_allows(request.META.get("REMOTE_ADDR", ""), now=now):
        raise Problem(
            status=429,
            detail=_("Too many sign-ups from this network. Try again in an hour."),
            headers={"Retry-After": "3600"},
        )
    with translation.override(data.language):
        form = _form(data, session=session, now=now, declared=by_organiser)
        refuse_invalid(form)
        with refusals_as_problems():
            if by_organiser:
                registration = register_typed(
                    session=session, typed=form.typed(), by=request.user, now=now
                )
                return Status(201, registration_out(registration))
            request_registration(
                session=session,
                typed=form.typed(),
                act=f"api-{now:%Y%m%d%H%M}",
                source=RegistrationSource.API,
                now=now,
            )
    return Status(202, {"state": "confirm"})


def _form(data: SignUpIn, *, declared: bool, **options: Any) -> SignUpForm:
    """Fill in the form that the pages use. An organiser need not declare the theme."""
    values = data.dict(exclude={"answers", "language"}) | data.answers.dict()
    values["works_on_theme"] = declared or data.works_on_theme
    return SignUpForm(values, language=data.language, **options)
