"""The page on which somebody takes over the seat of a colleague: an empty form."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from participation.enums import RegistrationSource, RegistrationState
from participation.forms import SignUpPageForm
from participation.links import read_registration
from participation.models import Registration
from participation.presentation import given_name, session_facts
from participation.selectors.transfer import may_pass_on
from participation.services.sign_up import request_registration
from participation.views.personal import language_of, page, personal
from participation.views.public_form import take_form


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def colleague(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows an empty form and who gives the seat; POST mails the typed address a button.

    410 once the seat is gone, with the way to sign up like everybody.
    """
    seat, now = read_registration(token, purpose="colleague"), timezone.now()
    language = language_of(request, seat.contact.language if seat.contact else None)
    show = partial(_show, request, seat, language)
    with translation.override(language):
        if not may_pass_on(seat, now):
            return show(None, status=410)
        if request.method != "POST":
            return show(SignUpPageForm(session=seat.session, now=now, language=language))
        form = SignUpPageForm(request.POST, session=seat.session, now=now, language=language)

        def ask() -> None:
            request_registration(
                session=seat.session,
                typed=form.typed(),
                act=form.act,
                source=RegistrationSource.PERSONAL_LINK,
                takes_over=seat,
                now=now,
            )

        return take_form(
            request,
            form,
            act=ask,
            show=show,
            done=reverse("sign_up:thanks", args=[seat.session.slug]),
            now=now,
        )


def _show(
    request: HttpRequest,
    seat: Registration,
    language: str,
    form: SignUpPageForm | None,
    *,
    status: int = 200,
    too_many: bool = False,
) -> HttpResponse:
    context = session_facts(seat.session, language, now=timezone.now()) | {
        "giver": given_name(seat.contact) if seat.contact else "",
        "state": RegistrationState(seat.state),
        "form": form,
        "fields": [field for field in form.visible_fields() if field.name != "website"]
        if form
        else [],
        "sign_up_url": reverse("sign_up:sign_up", args=[seat.session.slug]),
        "too_many": too_many,
    }
    return page(request, "participation/colleague.html", context, language=language, status=status)
