"""What happens after a public form was sent, and the mail with the button once more.

Both say the same to everybody: nothing about who signed up.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from content.models import Session
from participation.forms import ResendForm
from participation.presentation import series_facts, session_facts
from participation.selectors.series import live_series, series_choices
from participation.services.sign_up import resend_confirmation
from participation.views.public_form import take_form


@require_http_methods(["GET", "HEAD", "POST"])
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens next. POST mails the button once more to the address that is typed again."""
    session = get_object_or_404(Session, slug=slug)
    language = translation.get_language() or session.source_language
    context = session_facts(session, language, now=timezone.now())
    return _answer(request, context | {"back_url": context["session_url"]()}, [session])


@require_http_methods(["GET", "HEAD", "POST"])
def series_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """The same after a sign-up for a series."""
    language, now = translation.get_language() or "nl", timezone.now()
    series = live_series(slug, language)
    if series is None:
        raise Http404
    context = series_facts(series, language, now=now)
    choices = series_choices(series.translation_key, now)
    sessions = [choice.session for choice in choices]
    return _answer(request, context | {"back_url": context["series_url"]}, sessions)


def _answer(
    request: HttpRequest, context: dict[str, Any], sessions: Sequence[Session]
) -> HttpResponse:
    now = timezone.now()
    show = partial(_page, request, context)
    if request.method != "POST":
        return show(ResendForm(now=now), is_again="again" in request.GET)
    form = ResendForm(request.POST, now=now)

    def ask() -> None:
        email = form.cleaned_data["email"]
        resend_confirmation(email=email, sessions=sessions, act=form.act, now=now)

    return take_form(
        request,
        form,
        act=ask,
        show=show,
        done=f"{request.path}?again=1",
        now=now,
    )


def _page(
    request: HttpRequest,
    context: dict[str, Any],
    form: ResendForm,
    *,
    status: int = 200,
    too_many: bool = False,
    is_again: bool = False,
) -> HttpResponse:
    context |= {"form": form, "too_many": too_many, "is_again": is_again}
    response = render(request, "participation/thanks.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
