"""The button of the confirm mail: one for all the sign-ups that the mail lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from content.dates import when
from participation.enums import REFUSING, RegistrationState
from participation.errors import ParticipationError, SessionFull, SignUpClosed
from participation.links import read_confirm, registration_token
from participation.models import Interest, Registration
from participation.presentation import given_name, session_facts
from participation.selectors.registrations import live_registration_of_address
from participation.selectors.sessions import phase_of
from participation.selectors.transfer import may_pass_on
from participation.services.confirmation import confirm_registrations
from participation.views.personal import SeeOther, language_of, page, personal, with_language


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sign-up of the mail as it stands: `url` leads to the sign-up that holds, if there is
    one; `problem` says why it cannot be confirmed."""

    title: str
    when: str
    is_open: bool = False
    follows: bool = False
    state: RegistrationState | None = None
    url: str = ""
    problem: str = ""
    #: A place of a colleague was asked for: it can be had, and whose it is, if they have a name.
    asked_for_seat: bool = False
    is_for_me: bool = False
    giver: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The last step of a public sign-up. Only the button (POST) confirms."""
    rows = read_confirm(token)
    language = language_of(request, rows[0].typed.get("language"))
    refused: dict[int, ParticipationError] = {}
    if request.method == "POST":
        with translation.override(language):
            confirmed = confirm_registrations(registrations=rows, now=timezone.now())
        refused = {each.registration.pk: each.refusal for each in confirmed if each.refusal}
        if not refused and (len(rows) > 1 or confirmed[0].registration.contact is None):
            return SeeOther(with_language(request, reverse("participation:confirm", args=[token])))
        if not refused:
            return _to_registration(request, confirmed[0].registration)
        rows = read_confirm(token)
    elif len(rows) == 1 and (held := _held(rows[0])):
        return _to_registration(request, held)
    return _show(request, rows, refused, language)


def _show(
    request: HttpRequest,
    rows: Sequence[Registration],
    refused: dict[int, ParticipationError],
    language: str,
) -> HttpResponse:
    with translation.override(language):
        outcomes = [_outcome(row, refused.get(row.pk), language) for row in rows]
    to_confirm = [row for row, found in zip(rows, outcomes, strict=True) if found.is_open]
    context = session_facts(rows[0].session, language, now=timezone.now()) | {
        "outcomes": outcomes,
        "typed": to_confirm[0].typed if to_confirm else None,
        "to_confirm": len(to_confirm),
        "refused": bool(refused),
    }
    status = 409 if refused else 200
    return page(request, "participation/confirm.html", context, language=language, status=status)


def _outcome(row: Registration, refusal: ParticipationError | None, language: str) -> Outcome:
    about = (row.session.title(language), when(row.session, language))
    if row.state == RegistrationState.UNCONFIRMED and (giver := row.takes_over):
        name = given_name(giver.contact) if giver.contact else ""
        if may_pass_on(giver, timezone.now()):
            problem = str(refusal or "")
            return Outcome(
                *about,
                is_open=True,
                problem=problem,
                asked_for_seat=True,
                is_for_me=True,
                giver=name,
            )
    if row.state == RegistrationState.UNCONFIRMED:
        phase = phase_of(row.session, timezone.now())
        if refusal is None and phase in REFUSING:
            refusal = SessionFull() if phase == phase.FULL else SignUpClosed(phase)
        return Outcome(
            *about,
            is_open=phase not in REFUSING,
            problem=str(refusal or ""),
            asked_for_seat=row.takes_over_id is not None,
        )
    if held := _held(row):
        url = reverse("participation:registration", args=[registration_token(held)])
        return Outcome(*about, state=RegistrationState(held.state), url=url)
    return Outcome(*about, follows=_follows(row))


def _held(row: Registration) -> Registration | None:
    """Return the sign-up that holds: this one once confirmed, or what the person had already."""
    if row.state == RegistrationState.UNCONFIRMED:
        return None
    live = live_registration_of_address(row.session, row.address_key) if row.address_key else None
    return live or (row if row.contact is not None else None)


def _follows(row: Registration) -> bool:
    return Interest.objects.filter(
        session=row.session, contact__address_key=row.address_key or "-"
    ).exists()


def _to_registration(request: HttpRequest, row: Registration) -> HttpResponse:
    url = reverse("participation:registration", args=[registration_token(row)])
    return SeeOther(with_language(request, url))
