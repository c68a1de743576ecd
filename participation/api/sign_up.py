"""Sign-up through the API: in public, or by an organiser with a token."""

from collections.abc import Sequence
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
    refuse_too_many,
    registration_out,
    session_of,
    sign_up_form,
)
from participation.enums import RegistrationSource
from participation.forms import SeriesSignUpForm
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
        refuse_too_many(request, now)
    with translation.override(data.language):
        form = sign_up_form(data, session=session, now=now, declared=by_organiser)
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
    address. One mail asks to confirm them all. Of a session without a date you hear when it is.
    `session_answers` are to what these sessions ask of their own, by slug; the form of the series
    (`GET /api/series/{slug}/form`) names them, and any other is refused."""
    series, now = live_series(slug, data.language), timezone.now()
    if series is None:
        raise Http404
    refuse_too_many(request, now)
    choices = series_choices(series.translation_key, now)
    sessions = [choice.session for choice in choices if choice.can_tick]
    with translation.override(data.language):
        values = data.dict(exclude={"answers", "session_answers", "language"})
        values |= answers_given(data.answers, []) | _answers_by_session(data, sessions)
        form = SeriesSignUpForm(values, sessions=sessions, now=now, language=data.language)
        refuse_invalid(form)
        with refusals_as_problems():
            request_registrations(
                sessions=form.chosen(),
                typed=form.typed(),
                own=form.own_answers(),
                act=f"api-{now:%Y%m%d%H%M}",
                source=RegistrationSource.API,
                now=now,
            )
    return Status(202, {"state": "confirm"})


def _answers_by_session(data: SeriesSignUpIn, sessions: Sequence[Session]) -> dict[str, Any]:
    """Return the answers to what the named sessions ask of their own, as fields of the form."""
    named = {each.slug: each for each in sessions if each.slug in data.sessions}
    errors = [
        {
            "field": f"session_answers.{slug}",
            "code": "extra_forbidden",
            "message": _("You answer for a session that you do not sign up for."),
        }
        for slug in data.session_answers
        if slug not in named
    ]
    if errors:
        raise Problem(status=422, detail=errors[0]["message"], errors=errors)
    found: dict[str, Any] = {}
    for slug, answers in data.session_answers.items():
        session = named[slug]
        asked = questions_of(session, data.language) if is_dated(session) else []
        found |= answers_given(answers, asked, slug=slug)
    return found
