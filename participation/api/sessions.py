"""Public reads: sessions, the sign-up form as JSON Schema, and what people want to learn."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from base.cursors import page
from content.models import Session
from content.selectors import linked_page, upcoming_sessions
from participation.api.routing import router
from participation.api.shared import (
    language_of,
    public_json,
    question_out,
    session_of,
    session_out,
    sessions_out,
)
from participation.enums import ACCEPTING, Phase
from participation.form_schema import json_schema
from participation.forms import SeriesSignUpForm, SignUpForm
from participation.schemas import LearningQuestionsOut, SessionOut, SessionsOut
from participation.selectors.inventory import public_questions
from participation.selectors.series import live_series, series_choices
from participation.selectors.sessions import phase_of


@router.get("/sessions", response=SessionsOut, summary="Sessions")
def list_sessions(
    request: HttpRequest,
    series: str | None = None,
    theme: str | None = None,
    upcoming: bool | None = None,
    lang: str | None = None,
) -> HttpResponse:
    """Sessions with date, precision, place and what can be done. `upcoming=true` leaves out what
    is over, the nearest first."""
    now = timezone.now()
    sessions = Session.objects.select_related("series").prefetch_related("themes")
    if series:
        sessions = sessions.filter(series__slug=series)
    if theme:
        sessions = sessions.filter(themes__slug=theme)
    sessions = sessions.distinct()
    if upcoming:
        rows = upcoming_sessions(now, sessions)
    else:
        rows = list(sessions.order_by("first_day", "starts_at", "id"))
    if upcoming is False:
        coming = {session.pk for session in upcoming_sessions(now)}
        rows = [row for row in rows if row.pk not in coming]
    language = language_of(request, lang)
    items = sessions_out(rows, language, now=now)
    return public_json(request, {"items": items, "next": None, "count": len(items)})


@router.get("/sessions/{slug}", response=SessionOut, summary="One session")
def get_session(request: HttpRequest, slug: str, lang: str | None = None) -> HttpResponse:
    """One session."""
    data = session_out(session_of(slug), language_of(request, lang), now=timezone.now())
    return public_json(request, data)


@router.get("/sessions/{slug}/form", response=dict[str, Any], summary="The sign-up form")
def get_form(request: HttpRequest, slug: str, lang: str | None = None) -> HttpResponse:
    """The body of a sign-up as JSON Schema, with labels and `autocomplete` tokens. 404 when nobody
    can sign up here now."""
    session, now = session_of(slug), timezone.now()
    phase = phase_of(session, now)
    if phase not in ACCEPTING and phase != Phase.INTEREST:
        raise Http404
    language = language_of(request, lang)
    with translation.override(language):
        form = SignUpForm(session=session, now=now, language=language)
        schema = json_schema(form, title=session.title(language), language=language)
    return public_json(request, schema)


@router.get(
    "/series/{slug}/learning-questions",
    response=LearningQuestionsOut,
    summary="What organisations want to learn in a series",
)
def list_questions(
    request: HttpRequest, slug: str, cursor: str | None = None, limit: int | None = None
) -> HttpResponse:
    """The learning questions that may be public, page by page, each in the language in which it was
    asked. Who asked it is not among it, but for the organisations."""
    series = live_series(slug, language_of(request))
    if series is None:
        raise Http404
    found = page(public_questions(series.translation_key), cursor=cursor, limit=limit)
    items = [question_out(question) for question in found["items"]]
    return public_json(request, found | {"items": items})


@router.get("/series/{slug}/form", response=dict[str, Any], summary="The sign-up form of a series")
def get_series_form(request: HttpRequest, slug: str, lang: str | None = None) -> HttpResponse:
    """The body of a sign-up for sessions of a series as JSON Schema: `sessions` are those that can
    be named now, `session_answers` what each asks of its own. 404 when there is none to name."""
    language, now = language_of(request, lang), timezone.now()
    series = live_series(slug, language)
    choices = series_choices(series.translation_key, now) if series else []
    sessions = [choice.session for choice in choices if choice.can_tick]
    if series is None or not sessions:
        raise Http404
    with translation.override(language):
        form = SeriesSignUpForm(sessions=sessions, now=now, language=language)
        title = linked_page(series, language) or series
        schema = json_schema(form, title=title.title, language=language)
    return public_json(request, schema)
