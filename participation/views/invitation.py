"""The personal invitation: join with one button, decline with another."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from content.dates import when
from content.questions import questions_of
from participation.enums import ACCEPTING, InvitationAnswer, Phase, RegistrationState
from participation.errors import DeclarationMissing, ParticipationError, SessionGone
from participation.forms import InvitationForm
from participation.links import InvitationLink, read_invitation, registration_token
from participation.models import Interest, Invitation, Registration
from participation.presentation import masked_contact, session_facts
from participation.selectors.registrations import live_registration
from participation.selectors.series import other_choices
from participation.selectors.sessions import has_public_form, phase_by_link
from participation.services.invitations import (
    BY_ONESELF,
    decline_invitation,
    needs_declaration,
    send_colleague,
    show_interest,
)
from participation.services.series import register_with_others
from participation.views.personal import SeeOther, language_of, page, personal, with_language


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page that an invitation links to. GET shows; POST joins, follows or sends another."""
    link = read_invitation(token)
    live = live_registration(link.session, link.contact)
    if live is not None and live.state != RegistrationState.UNCONFIRMED:
        return _to_registration(request, live)
    if request.method != "POST":
        return _show(request, token, link, None)
    with translation.override(language_of(request, link.contact.language)):
        if request.POST.get("act") == "colleague":
            return _send_colleague(request, token, link)
        return _join(request, token, link)


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """“I cannot come”. GET shows the button, because mail programs follow links by themselves."""
    link = read_invitation(token)
    live = live_registration(link.session, link.contact)
    if live is not None and live.state != RegistrationState.UNCONFIRMED:
        return _to_registration(request, live)
    if request.method != "POST":
        return _show(request, token, link, None, template="participation/decline.html")
    decline_invitation(session=link.session, contact=link.contact, now=timezone.now())
    return SeeOther(with_language(request, reverse("participation:invitation", args=[token])))


def _join(request: HttpRequest, token: str, link: InvitationLink) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("act") == "interest":
        try:
            show_interest(session=link.session, contact=link.contact, now=now)
        except ParticipationError as error:
            return _show(request, token, link, None, status=409, problem=str(error))
        return SeeOther(request.get_full_path())
    form = _form(link, language_of(request, link.contact.language), request)
    if not form.is_valid():
        return _show(request, token, link, form, status=422)
    try:
        registration = register_with_others(
            session=link.session,
            others=form.chosen(),
            contact=link.contact,
            answers=form.answers(),
            private_answers=form.private_answers(),
            own=form.own_answers(),
            works_on_theme=form.cleaned_data.get("works_on_theme", False),
            now=now,
        )
    except DeclarationMissing as error:  # one of the other sessions asks for it
        form.add_error("works_on_theme", str(error))
        return _show(request, token, link, form, status=422)
    except ParticipationError as error:
        return _show(request, token, link, form, status=409, problem=str(error))
    except SessionGone as error:  # this one, or one of the others: then the form is without it
        link = read_invitation(token)
        return _show(request, token, link, None, status=409, problem=str(error))
    return _to_registration(request, registration)


def _send_colleague(request: HttpRequest, token: str, link: InvitationLink) -> HttpResponse:
    try:
        send_colleague(session=link.session, contact=link.contact, now=timezone.now())
    except ParticipationError as error:
        return _show(request, token, link, None, status=409, problem=str(error))
    return SeeOther(f"{request.get_full_path()}#colleague")


def _to_registration(request: HttpRequest, registration: Registration) -> HttpResponse:
    url = reverse("participation:registration", args=[registration_token(registration)])
    return SeeOther(with_language(request, url))


def _form(
    link: InvitationLink, language: str, request: HttpRequest | None = None
) -> InvitationForm:
    needed = needs_declaration(session=link.session, contact=link.contact, now=timezone.now())
    others = other_choices(link.session, link.contact.pk, timezone.now())
    offered = [choice.session for choice in others if choice.can_tick]
    with translation.override(language):
        return InvitationForm(
            request.POST if request else None,
            needs_declaration=needed,
            others=offered,
            language=language,
            questions=questions_of(link.session, language),
        )


def _show(
    request: HttpRequest,
    token: str,
    link: InvitationLink,
    form: InvitationForm | None,
    *,
    template: str = "participation/invitation.html",
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    language = language_of(request, link.contact.language)
    now = timezone.now()
    phase = phase_by_link(link.session, now)
    asked = Invitation.objects.filter(session=link.session, contact=link.contact)
    follows = Interest.objects.filter(session=link.session, contact=link.contact).exists()
    facts = session_facts(link.session, language, now=now)
    public_phase = facts["phase"]
    with translation.override(language):
        sign_up_url = reverse("sign_up:sign_up", args=[link.session.slug])
    context = facts | {
        "person": masked_contact(link.contact),
        "phase": phase,
        "can_join": phase in ACCEPTING,
        "can_follow": phase == Phase.INTEREST,
        "follows": follows,
        "is_invited": asked.exclude(source=BY_ONESELF).exists(),
        "can_send_colleague": public_phase in ACCEPTING,
        "public_form": has_public_form(public_phase),
        "colleague": asked.filter(answer=InvitationAnswer.COLLEAGUE).exists(),
        "public_url": f"{settings.SITE_URL}{sign_up_url}",
        "declined": asked.filter(answer=InvitationAnswer.DECLINED).exists(),
        "by_invitation": [
            {"title": each.session.title(language), "when": when(each.session, language)}
            for each in other_choices(link.session, link.contact.pk, now)
            if not each.can_tick
        ],
        "form": form or (_form(link, language) if phase in ACCEPTING else None),
        "token": token,
        "problem": problem,
        "sign_up_url": sign_up_url,
    }
    return page(request, template, context, language=language, status=status)
