"""Sign-up through the API: in public, or by an organiser with a token."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Status

from base.auth import Bearer
from base.problems import Problem
from content.models import Session
from content.questions import questions_of
from participation.api.routing import router
from participation.api.shared import (
    answers_given,
    refusals_as_problems,
    refuse_invalid,
    registration_out,
    session_of,
)
from participation.enums import RegistrationSource
from participation.forms import SeriesSignUpForm, SignUpForm
from participation.limits import network_allows
from participation.schemas import RegistrationOut, SeriesSignUpIn, SignUpIn, StateOut
from participation.selectors.series import live_series, series_choices
from participation.selectors.sessions import is_dated
from participation.services.organiser import register_typed
from participation.services.sign_up import request_registration, request_registrations

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
    if not by_organiser:
        _refuse_too_many(request, now)
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


@router.post(
    "/series/{slug}/registrations",
    auth=[_public],
    response={202: StateOut},
    summary="Sign up for sessions of a series",
)
def sign_up_for_series(request: HttpRequest, slug: str, data: SeriesSignUpIn) -> Status[Any]:
    """One sign-up for the sessions named, by slug: 202, the same for a known and an unknown
    address. One mail asks to confirm them all. Of a session without a date you hear when it is."""
    series, now = live_series(slug, data.language), timezone.now()
    if series is None:
        raise Http404
    _refuse_too_many(request, now)
    choices = series_choices(series.translation_key, now)
    with translation.override(data.language):
        values = data.dict(exclude={"answers", "language"})
        form = SeriesSignUpForm(
            values | answers_given(data.answers, []),
            sessions=[choice.session for choice in choices if choice.can_tick],
            now=now,
            language=data.language,
        )
        refuse_invalid(form)
        with refusals_as_problems():
            request_registrations(
                sessions=form.chosen(),
                typed=form.typed(),
                act=f"api-{now:%Y%m%d%H%M}",
                source=RegistrationSource.API,
                now=now,
            )
    return Status(202, {"state": "confirm"})


def _refuse_too_many(request: HttpRequest, now: datetime) -> None:
    if not network_allows(request.META.get("REMOTE_ADDR", ""), now=now):
        raise Problem(
            status=429,
            detail=_("Too many sign-ups from this network. Try again in an hour."),
            headers={"Retry-After": "3600"},
        )


def _form(data: SignUpIn, *, session: Session, now: datetime, declared: bool) -> SignUpForm:
    """Fill in the form that the pages use. An organiser need not declare the theme, nor answer."""
    questions = questions_of(session, data.language) if is_dated(session) else []
    values = data.dict(exclude={"answers", "language"}) | answers_given(data.answers, questions)
    values["works_on_theme"] = declared or data.works_on_theme
    return SignUpForm(
        values, session=session, now=now, language=data.language, is_asked=not declared
    )
