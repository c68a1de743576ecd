"""Sign-up for a whole series, and one's own sign-ups in it."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from content.models import SeriesPage
from participation.enums import RegistrationState
from participation.forms import SeriesPageForm
from participation.links import read_registration, registration_token
from participation.presentation import masked_contact, series_facts
from participation.selectors.series import live_series, own_in_series, series_choices
from participation.services.series import cancel_in_series
from participation.services.sign_up import request_registrations
from participation.views.personal import SeeOther, language_of, page, personal, with_language
from participation.views.public_form import shared_form, take_form


@shared_form
@require_http_methods(["GET", "HEAD", "POST"])
def series_sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """The form on a page of its own; also where the form on the page of the series is sent to."""
    language = translation.get_language() or "nl"
    series, now = _series(slug, language), timezone.now()
    show = partial(_show, request, series)
    sessions = [one.session for one in series_choices(series.translation_key, now) if one.can_tick]
    if not sessions:
        return show(None, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return show(SeriesPageForm(sessions=sessions, now=now, language=language))
    form = SeriesPageForm(request.POST, sessions=sessions, now=now, language=language)

    def ask() -> None:
        request_registrations(
            sessions=form.chosen(),
            typed=form.typed(),
            own=form.own_answers(),
            act=form.act,
            now=now,
        )

    return take_form(
        request,
        form,
        act=ask,
        show=show,
        done=reverse("sign_up:series_thanks", args=[series.slug]),
        now=now,
        refused_at="sessions",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def registration_series(request: HttpRequest, token: str) -> HttpResponse:
    """All that one has in the series; the button (POST) cancels all of it at once."""
    row = read_registration(token)
    if row.session.series is None:
        raise Http404
    language = language_of(request, row.contact.language if row.contact else None)
    if request.method == "POST":
        with translation.override(language):
            cancel_in_series(registration=row, now=timezone.now())
        return SeeOther(with_language(request, request.path))
    found = own_in_series(row, timezone.now())
    with translation.override(language):
        rows = [
            {
                "session": own.session,
                "title": own.session.title(language),
                "state": RegistrationState(own.registration.state) if own.registration else None,
                "token": registration_token(own.registration) if own.registration else "",
            }
            for own in found
        ]
    context = series_facts(row.session.series, language, now=timezone.now()) | {
        "rows": rows,
        "person": masked_contact(row.contact) if row.contact else {},
        "token": token,
        "asks_cancel": "cancel" in request.GET and bool(rows),
    }
    return page(request, "participation/registration_series.html", context, language=language)


def _series(slug: str, language: str) -> SeriesPage:
    found = live_series(slug, language)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    series: SeriesPage,
    form: SeriesPageForm | None,
    *,
    status: int = 200,
    too_many: bool = False,
) -> HttpResponse:
    language = translation.get_language() or "nl"
    context = series_facts(series, language, now=timezone.now())
    context |= {"form": form, "too_many": too_many}
    response = render(request, "participation/series_sign_up.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response
