"""One's own registration: see it, change it, cancel it, join online."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from content.dates import moment_in_words
from content.questions import questions_of
from content.selectors import site_settings
from content.selectors.sessions import is_over
from participation.answers import field_name
from participation.calendar import CONTENT_TYPE, organiser_of, session_ics
from participation.enums import ENDED, RegistrationState
from participation.errors import CalendarImpossible, ParticipationError
from participation.forms import AnswersForm
from participation.links import (
    LinkUnknown,
    colleague_token,
    invitation_token,
    join_token,
    link,
    read_registration,
    registration_token,
)
from participation.models import AttendanceList, Registration
from participation.presentation import masked_contact, session_facts
from participation.selectors.sessions import has_public_form
from participation.selectors.transfer import may_pass_on
from participation.services.cancellation import cancel_registration
from participation.services.offers import accept_offer
from participation.services.questions import update_answers
from participation.services.transfer import send_colleague_link
from participation.views.personal import (
    LANGUAGES,
    SeeOther,
    language_of,
    page,
    personal,
    with_language,
)

#: From these somebody may sign up again by themselves.
_MAY_COME_BACK = (
    RegistrationState.CANCELLED,
    RegistrationState.LAPSED,
    RegistrationState.TRANSFERRED,
)


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """State, date and place. POST does what `act` says: answers, cancel, accept or transfer."""
    row = read_registration(token)
    if request.method != "POST":
        return _show(request, token, row, None)
    with translation.override(language_of(request, _language(row))):
        try:
            return _act(request, token, row)
        except ParticipationError as error:
            row.refresh_from_db()
            return _show(request, token, row, None, status=409, problem=str(error))


def _act(request: HttpRequest, token: str, row: Registration) -> HttpResponse:
    now = timezone.now()
    act = request.POST.get("act")
    if act == "cancel":
        cancel_registration(registration=row, now=now)
    elif act == "accept":
        accept_offer(registration=row, now=now)
    elif act == "transfer":
        send_colleague_link(registration=row, now=now)
        asked = request.GET.get("lang", "")
        language = f"&lang={asked}" if asked in LANGUAGES else ""
        return SeeOther(f"{request.path}?colleague=1{language}#colleague")
    else:
        form = _form(row, language_of(request, _language(row)), request.POST)
        if not form.is_valid():
            return _show(request, token, row, form, status=422)
        update_answers(
            registration=row,
            answers=form.answers(),
            private_answers=form.private_answers(),
            now=now,
        )
        return SeeOther(with_language(request, request.path) + "#answers")
    return _to_registration(request, row)


@require_safe
@personal
def registration_ics(request: HttpRequest, token: str) -> HttpResponse:
    """This person's calendar entry: the one of the mail, so that it is never there twice."""
    row = read_registration(token)
    email, name = organiser_of(row.session, site_settings())
    try:
        content = session_ics(
            row.session,
            language_of(request, _language(row)),
            registration=row,
            organiser_email=email,
            organiser_name=name,
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
    language, now = language_of(request, _language(row)), timezone.now()
    live = row.state not in ENDED
    over = is_over(row.session, now)
    can_pass_on = may_pass_on(row, now)
    with translation.override(language):
        sign_up_url = reverse("sign_up:sign_up", args=[row.session.slug])
    facts = session_facts(row.session, language, now=now)
    context = facts | {
        "registration": row,
        "state": RegistrationState(row.state),
        "person": masked_contact(row.contact) if row.contact else {},
        "is_live": live,
        "is_registered": row.state == RegistrationState.REGISTERED,
        "can_change": live and not over,
        "can_answer": live and not AttendanceList.objects.filter(session=row.session).exists(),
        "has_private_answers": bool(row.private_answers),
        "can_pass_on": can_pass_on,
        "colleague_url": _colleague_url(request, row) if can_pass_on else "",
        "kept_until": _kept_until(row, language, now),
        "offer_lapsed": row.state == RegistrationState.LAPSED and row.offered_until is not None,
        "sign_up_url": sign_up_url,
        "public_form": has_public_form(facts["phase"]),
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
        return AnswersForm(data, initial=row.answers | given, questions=questions)


def _colleague_url(request: HttpRequest, row: Registration) -> str:
    """The link to forward, once it was asked for."""
    return link("colleague", colleague_token(row)) if "colleague" in request.GET else ""


def _kept_until(row: Registration, language: str, now: datetime) -> str:
    """In words, until when the offered seat is kept; empty when it is not, or no longer."""
    until = row.offered_until
    if row.state != RegistrationState.OFFERED or until is None or until <= now:
        return ""
    return moment_in_words(until, row.session.time_zone, language)


def _again(row: Registration) -> str:
    """The personal link by which somebody who is out may sign up again."""
    if row.contact is None or row.state not in _MAY_COME_BACK:
        return ""
    return invitation_token(session_id=row.session_id, contact=row.contact)
