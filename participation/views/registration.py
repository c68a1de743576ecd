"""One's own registration: see it, change it, cancel it, join online."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from content.questions import questions_of
from content.selectors import site_settings
from content.selectors.sessions import is_over
from participation.answers import field_name
from participation.calendar import CONTENT_TYPE, session_ics
from participation.enums import ENDED, RegistrationState
from participation.errors import CalendarImpossible, ParticipationError
from participation.forms import AnswersForm
from participation.links import (
    LinkUnknown,
    invitation_token,
    join_token,
    read_registration,
    registration_token,
)
from participation.models import Registration
from participation.presentation import masked_contact, session_facts
from participation.services.cancellation import cancel_registration
from participation.services.questions import update_answers
from participation.views.personal import SeeOther, language_of, page, personal, with_language


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """State, date and place; POST changes the answers (`act=answers`) or cancels (`act=cancel`)."""
    row = read_registration(token)
    if request.method != "POST":
        return _show(request, token, row, None)
    with translation.override(language_of(request, _language(row))):
        if request.POST.get("act") == "cancel":
            try:
                cancel_registration(registration=row, now=timezone.now())
            except ParticipationError as error:
                return _show(request, token, row, None, status=409, problem=str(error))
            return _to_registration(request, row)
        form = _form(row, language_of(request, _language(row)), request.POST)
        if not form.is_valid():
            return _show(request, token, row, form, status=422)
        update_answers(
            registration=row,
            answers=form.answers(),
            private_answers=form.private_answers(),
            now=timezone.now(),
        )
    return SeeOther(with_language(request, request.path) + "#answers")


@require_safe
@personal
def registration_ics(request: HttpRequest, token: str) -> HttpResponse:
    """This person's calendar entry: the one of the mail, so that it is never there twice."""
    row = read_registration(token)
    sender = site_settings()
    try:
        content = session_ics(
            row.session,
            language_of(request, _language(row)),
            registration=row,
            organiser_email=sender.sender_email,
            organiser_name=sender.association_name,
            now=timezone.now(),
        )
    except CalendarImpossible as error:
        raise LinkUnknown from error
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{row.session.slug}.ics"'
    return response


@require_safe
@personal
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Go to the online room, wherever it is now. Only for whoever is signed up."""
    row = read_registration(token, purpose="join")
    session = row.session
    may_join = row.state == RegistrationState.REGISTERED and bool(session.online_url)
    if may_join and not is_over(session, timezone.now()):
        response: HttpResponse = HttpResponseRedirect(session.online_url)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
    return _show(request, registration_token(row), row, None, status=409, no_room=True)


def _to_registration(request: HttpRequest, row: Registration) -> HttpResponse:
    url = reverse("participation:registration", args=[registration_token(row)])
    return SeeOther(with_language(request, url))


def _language(row: Registration) -> str | None:
    return row.contact.language if row.contact else None


def _show(
    request: HttpRequest,
    token: str,
    row: Registration,
    form: AnswersForm | None,
    *,
    status: int = 200,
    problem: str = "",
    no_room: bool = False,
) -> HttpResponse:
    language = language_of(request, _language(row))
    live = row.state not in ENDED
    over = is_over(row.session, timezone.now())
    context = session_facts(row.session, language, now=timezone.now()) | {
        "registration": row,
        "state": RegistrationState(row.state),
        "person": masked_contact(row.contact) if row.contact else {},
        "is_live": live,
        "is_registered": row.state == RegistrationState.REGISTERED,
        "can_change": live and not over,
        "asks_cancel": "cancel" in request.GET and live and not over,
        "form": form or (_form(row, language) if live else None),
        "token": token,
        "invitation_token": _again(row),
        "join_token": join_token(row)
        if row.session.online_url and row.state == RegistrationState.REGISTERED and not over
        else "",
        "problem": problem,
        "no_room": no_room,
    }
    return page(
        request, "participation/registration.html", context, language=language, status=status
    )


def _form(row: Registration, language: str, data: QueryDict | None = None) -> AnswersForm:
    with translation.override(language):
        questions = questions_of(row.session, language)
        given = {field_name(each.id): row.answers.get(each.id, "") for each in questions}
        given |= {field_name(name): answer for name, answer in row.private_answers.items()}
        return AnswersForm(data, initial=row.answers | given, questions=questions)


def _again(row: Registration) -> str:
    """The personal link by which somebody who cancelled may sign up again."""
    if row.contact is None or row.state != RegistrationState.CANCELLED:
        return ""
    return invitation_token(session_id=row.session_id, contact=row.contact)
