"""The public sign-up of a session, and its calendar file."""

from functools import partial

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
from participation.errors import CalendarImpossible
from participation.forms import SignUpPageForm
from participation.presentation import session_facts
from participation.selectors.sessions import phase_of
from participation.services.sign_up import request_registration
from participation.views.personal import LANGUAGES
from participation.views.public_form import shared_form, take_form


@shared_form
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """The form on a page of its own; also where the form on the session's page is sent to."""
    session = get_object_or_404(Session, slug=slug)
    now = timezone.now()
    language = translation.get_language() or session.source_language
    show = partial(_show, request, session)
    phase = phase_of(session, now)
    if phase not in ACCEPTING and phase != Phase.INTEREST:
        return show(None, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return show(SignUpPageForm(session=session, now=now, language=language))
    form = SignUpPageForm(request.POST, session=session, now=now, language=language)

    def ask() -> None:
        request_registration(session=session, typed=form.typed(), act=form.act, now=now)

    return take_form(
        request,
        form,
        act=ask,
        show=show,
        done=reverse("sign_up:thanks", args=[session.slug]),
        now=now,
    )


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
    form: SignUpPageForm | None,
    *,
    status: int = 200,
    too_many: bool = False,
) -> HttpResponse:
    language = translation.get_language() or session.source_language
    context = session_facts(session, language, now=timezone.now())
    context |= {"form": form, "too_many": too_many}
    response = render(request, "participation/sign_up.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response
