"""The public sign-up of a session, and its calendar file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from content.models import Session
from content.selectors import site_settings
from participation.calendar import CONTENT_TYPE, organiser_of, session_ics
from participation.enums import ACCEPTING, Phase
from participation.errors import CalendarImpossible, ParticipationError
from participation.forms import SignUpPageForm
from participation.limits import network_allows
from participation.presentation import session_facts
from participation.selectors.sessions import phase_of
from participation.services.sign_up import request_registration
from participation.views.personal import LANGUAGES, SeeOther
from participation.views.shared_form import shared_form


@shared_form
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """The form on a page of its own; also where the form on the session's page is sent to."""
    session = get_object_or_404(Session, slug=slug)
    now = timezone.now()
    language = translation.get_language() or session.source_language
    phase = phase_of(session, now)
    if phase not in ACCEPTING and phase != Phase.INTEREST:
        return _show(request, session, phase, None, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        form = SignUpPageForm(session=session, now=now, language=language)
        return _show(request, session, phase, form)
    form = SignUpPageForm(request.POST, session=session, now=now, language=language)
    if form.is_trapped:
        return _thanks(session)
    if not form.is_valid():
        return _show(request, session, phase, form, status=422)
    if not network_allows(request.META.get("REMOTE_ADDR", ""), now=now):
        response = _show(request, session, phase, form, status=429, too_many=True)
        response.headers["Retry-After"] = "3600"
        return response
    try:
        request_registration(session=session, typed=form.typed(), act=form.act, now=now)
    except ParticipationError as error:  # the last seat, or the deadline, passed a moment ago
        form.add_error(None, str(error))
        return _show(request, session, phase_of(session, now), form, status=409)
    return _thanks(session)


@require_safe
def public_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The session as a calendar file for everybody, without the online room."""
    session = get_object_or_404(Session, slug=slug)
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else session.source_language
    email, name = organiser_of(session, site_settings())
    try:
        content = session_ics(
            session,
            language,
            organiser_email=email,
            organiser_name=name,
            now=session.published_at or timezone.now(),
        )
    except CalendarImpossible as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{session.slug}.ics"'
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _show(
    request: HttpRequest,
    session: Session,
    phase: Phase,
    form: SignUpPageForm | None,
    *,
    status: int = 200,
    too_many: bool = False,
) -> HttpResponse:
    language = translation.get_language() or session.source_language
    context = session_facts(session, language, now=timezone.now())
    context |= {"phase": phase, "form": form, "too_many": too_many}
    response = render(request, "participation/sign_up.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def _thanks(session: Session) -> HttpResponse:
    return SeeOther(reverse("sign_up:thanks", args=[session.slug]))
