"""What the operations of this room share: a session by its slug, its data, refusals as problems."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from ninja.responses import NinjaJSONEncoder

from base.problems import Problem
from contacts.models import Organisation
from content.dates import when, where
from content.enums import QuestionKind
from content.models import Session
from content.questions import Question, questions_of
from content.selectors import has_begun, report_urls, session_urls
from participation.answers import ALWAYS_ASKED, field_name
from participation.enums import Phase
from participation.errors import (
    DeclarationMissing,
    ParticipationError,
    ReasonMissing,
    TableUnreadable,
)
from participation.forms import SignUpForm
from participation.limits import network_allows
from participation.links import LinkExpired, LinkUnknown
from participation.models import LearningQuestion, Registration
from participation.schemas import AnswersIn, SignUpIn
from participation.selectors.seats import seats_left_of
from participation.selectors.sessions import is_dated, phases_of

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)

#: Of which field of the request an error is.
_FIELD = {DeclarationMissing: "works_on_theme", ReasonMissing: "reason", TableUnreadable: "file"}


def session_of(slug: str) -> Session:
    """Return the published session. Raises Http404."""
    session = Session.objects.filter(slug=slug).select_related("series").first()
    if session is None:
        raise Http404
    return session


def language_of(request: HttpRequest, lang: str | None = None) -> str:
    """Return the language of the answer: `lang`, else that of Accept-Language, else Dutch."""
    if lang in LANGUAGES:
        return lang or ""
    found = translation.get_language_from_request(request)
    return found if found in LANGUAGES else settings.LANGUAGE_CODE


@contextmanager
def refusals_as_problems() -> Iterator[None]:
    """Turn an expected refusal into a 409, or into a 422 when it is about one field."""
    try:
        yield
    except ParticipationError as error:
        field = _FIELD.get(type(error))
        errors = [{"field": field, "code": error.code, "message": str(error)}] if field else []
        raise Problem(
            status=422 if field else 409, code=error.code, detail=str(error), errors=errors
        ) from error


@contextmanager
def links_as_problems() -> Iterator[None]:
    """Answer a bad link as a problem: 410 when it expired or was revoked, else 404."""
    try:
        yield
    except LinkExpired as error:
        detail = _("This link no longer works. Use the link of the latest mail.")
        raise Problem(status=410, detail=detail) from error
    except LinkUnknown as error:
        detail = _("This link does not work. Copy the whole of it from the mail.")
        raise Problem(status=404, detail=detail) from error


def refuse_too_many(request: HttpRequest, now: datetime) -> None:
    """Raise a 429 when too many sign-ups came from this network."""
    if not network_allows(request.META.get("REMOTE_ADDR", ""), now=now):
        raise Problem(
            status=429,
            detail=_("Too many sign-ups from this network. Try again in an hour."),
            headers={"Retry-After": "3600"},
        )


def sign_up_form(
    data: SignUpIn, *, session: Session, now: datetime, declared: bool = False
) -> SignUpForm:
    """Fill in the form that the pages use. An organiser need not declare the theme, nor answer."""
    questions = questions_of(session, data.language) if is_dated(session) else []
    values = data.dict(exclude={"answers", "language"}) | answers_given(data.answers, questions)
    values["works_on_theme"] = declared or data.works_on_theme
    return SignUpForm(
        values, session=session, now=now, language=data.language, is_asked=not declared
    )


def refuse_invalid(form: BaseForm) -> None:
    """Raise a 422 with every error of a form, by field. Answers are named `answers.x`."""
    if form.is_valid():
        return
    errors = [
        {
            "field": _api_name(name),
            "code": error["code"],
            "message": f"{_about(form, name)}{error['message']}",
        }
        for name, found in form.errors.get_json_data().items()
        for error in found
    ]
    raise Problem(status=422, detail=errors[0]["message"], errors=errors)


def answers_given(
    data: AnswersIn, questions: Iterable[Question], *, slug: str | None = None
) -> dict[str, Any]:
    """Return the answers as fields of a form. Raises a 422 on one to a question nobody asks.

    `slug` is of the session whose own questions these are, where a form asks for several.
    """
    always = {} if slug is not None else dict.fromkeys(ALWAYS_ASKED, QuestionKind.TEXT)
    kinds = always | {question.id: question.kind for question in questions}
    own = slug or ""
    place = f"session_answers.{slug}" if slug is not None else "answers"
    errors = [
        {"field": f"{place}.{name}", "code": "extra_forbidden", "message": _("Nobody asks this.")}
        for name in data
        if name not in kinds
    ]
    errors += [
        {"field": f"{place}.{name}", "code": "type", "message": _("Give one answer, no list.")}
        for name, answer in data.items()
        if isinstance(answer, list) and kinds.get(name, QuestionKind.CHOICES) != "choices"
    ]
    if errors:
        raise Problem(status=422, detail=errors[0]["message"], errors=errors)
    return {
        name if name in always else field_name(name, own): answer for name, answer in data.items()
    }


def _about(form: BaseForm, name: str) -> str:
    """Say of which session and question an error is, where a form asks for several sessions."""
    field = form.fields.get(name)
    title = getattr(field, "session_title", "")
    return f"{title} – {field.label}: " if field and title else ""


def _api_name(name: str) -> str:
    if name.startswith(field_name("")):
        own = name.removeprefix(field_name(""))
        return f"session_answers.{own}" if "." in own else f"answers.{own}"
    if name in ALWAYS_ASKED:
        return f"answers.{name}"
    return "" if name == "__all__" else name


def keep_private(response: HttpResponse) -> None:
    """What a personal token shows stays out of every cache."""
    response.headers["Cache-Control"] = "private, no-store"


def public_json(request: HttpRequest, data: Any) -> HttpResponse:
    """Answer a public read: cacheable for a minute, with an ETag, and 304 when nothing changed."""
    response: HttpResponse = JsonResponse(data, encoder=NinjaJSONEncoder)
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag, response=response) or response
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=60"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def session_out(session: Session, language: str, *, now: datetime) -> dict[str, Any]:
    """Return the public data of a session. The address of the online room is not among it."""
    return sessions_out([session], language, now=now)[0]


def sessions_out(
    sessions: Sequence[Session], language: str, *, now: datetime
) -> list[dict[str, Any]]:
    """The same for several sessions, in two queries beside their themes; one more when a
    report can be there."""
    left = seats_left_of(sessions)
    phases = phases_of(sessions, now, left=left)
    urls = session_urls(sessions, language)
    reports = report_urls([each for each in sessions if has_begun(each, now)], language)
    return [
        _session_out(session, language, phases[session.pk], left[session.pk])
        | {"url": urls[session.pk], "report_url": reports.get(session.pk)}
        for session in sessions
    ]


def _session_out(session: Session, language: str, phase: Phase, left: int | None) -> dict[str, Any]:
    return {
        "slug": session.slug,
        "title": session.title(language),
        "languages": sorted(session.titles),
        "series": session.series.slug if session.series else None,
        "themes": sorted(theme.slug for theme in session.themes.all()),
        "precision": session.precision,
        "starts_at": session.local_start,
        "ends_at": session.local_end,
        "first_day": session.first_day.isoformat() if session.first_day else None,
        "time_zone": session.time_zone,
        "when": when(session, language),
        "where": where(session, language),
        "venue": session.venue,
        "address": session.address,
        "accessibility": session.accessibility,
        "online": bool(session.online_url),
        "status": session.status,
        "eligibility": session.eligibility,
        "registration": phase,
        "seats_left": left,
        "waiting_list": session.waiting_list,
        "registration_opens_at": session.registration_opens_at,
        "registration_closes_at": session.registration_closes_at,
        "host": {"name": session.host_name, "url": session.host_url} if session.host_url else None,
        "roles": session.roles,
        "calendar_url": settings.SITE_URL
        + reverse("participation:session_ics", args=[session.slug]),
    }


def question_out(question: LearningQuestion) -> dict[str, Any]:
    """Return what everybody may read of a public learning question: never who asked it."""
    return {
        "text": question.text,
        "language": question.language,
        "organisations": [organisation.name for organisation in question.organisations.all()],
        "session": question.session.slug if question.session else None,
        "state": question.state,
    }


def registration_out(registration: Registration) -> dict[str, Any]:
    """Return what an organiser sees of a registration. The private reason is not among it."""
    contact, typed = registration.contact, registration.typed
    organisation: Organisation | None = registration.organisation
    function = registration.representation.function if registration.representation else ""
    return {
        "id": registration.pk,
        "session": registration.session.slug,
        "state": registration.state,
        "source": registration.source,
        "name": contact.full_name if contact else _typed_name(typed),
        "email": contact.email if contact else typed.get("email", ""),
        "organisation": organisation.name if organisation else typed.get("organisation", ""),
        "function": function or typed.get("function", ""),
        "answers": registration.answers or typed.get("answers", {}),
        "works_on_theme": registration.works_on_theme or typed.get("works_on_theme", False),
        "is_host": registration.is_host,
        "attendance": registration.attendance,
        "created_at": registration.created_at,
        "changed_at": registration.changed_at,
    }


def _typed_name(typed: dict[str, Any]) -> str:
    parts: Sequence[str] = ("given_name", "family_name_prefix", "family_name")
    return " ".join(filter(None, (typed.get(part, "") for part in parts)))
