"""Pages behind personal links: unsubscribe and preferences.

Mail scanners open every link, so no GET changes anything. The links never expire (RFC 8058 asks as
much), and a page shows the address only masked.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from base import tokens
from base.privacy import personal_page
from contacts.addresses import masked
from contacts.enums import MAILING_PURPOSES, Purpose, Source
from contacts.forms.preferences import PreferencesForm
from contacts.models import Contact
from contacts.selectors.preferences import Preferences, preferences_of
from contacts.services.preferences import set_preferences
from contacts.services.suppressions import resubscribe
from contacts.services.suppressions import unsubscribe as stop_mail
from contacts.wording import PURPOSE_PHRASES

EVERYTHING = "everything"
THIS = "this"
AGAIN = "again"


@csrf_exempt  # the mail program's own button sends no cookie (RFC 8058); the page's form is checked
@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show what can be stopped; a POST stops it."""
    try:
        contact, purpose = _unsubscribe_token(token)
    except Http404:
        return _unknown_link(request)
    if request.method == "POST" and "choice" not in request.POST:
        stop_mail(contact=contact, purpose=purpose, source=Source.MAIL, now=timezone.now())
        return HttpResponse("unsubscribed\n", content_type="text/plain")
    with translation.override(contact.language):
        return _unsubscribe_page(request, contact, purpose)


@csrf_protect
def _unsubscribe_page(request: HttpRequest, contact: Contact, purpose: Purpose) -> HttpResponse:
    done = ""
    if request.method == "POST":
        done = _choose(request.POST["choice"], contact, purpose)
    preferences = preferences_of(contact, timezone.localdate())
    context = _page(request, contact, preferences) | {
        "phrase": PURPOSE_PHRASES[purpose],
        "done": done,
        "gets_it": purpose in preferences.purposes,
        "gets_anything": bool(preferences.purposes),
        "preferences_url": reverse(
            "contacts:preferences", args=[tokens.make("preferences", contact.pk)]
        ),
    }
    return render(request, "contacts/unsubscribe.html", context)


def _choose(choice: str, contact: Contact, purpose: Purpose) -> str:
    """Do what the button said; returns what was done, "" for a button that is not ours."""
    now = timezone.now()
    if choice == THIS:
        stop_mail(contact=contact, purpose=purpose, source=Source.FORM, now=now)
    elif choice == EVERYTHING:
        stop_mail(contact=contact, purpose=None, source=Source.FORM, now=now)
    elif choice == AGAIN:
        wording = str(_("Yes, send me this again"))
        resubscribe(contact=contact, purpose=purpose, source=Source.FORM, wording=wording, now=now)
    else:
        return ""
    return choice


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the person gets, and save what they choose."""
    try:
        contact = _contact(tokens.read("preferences", token))
    except (tokens.TokenInvalid, Http404):
        return _unknown_link(request)
    with translation.override(contact.language):
        is_sent = request.method == "POST"
        form = PreferencesForm(request.POST if is_sent else None, initial=_initial(contact))
        saved = False
        if is_sent and form.is_valid():
            _save_preferences(contact, form)
            saved = True
    # The language may have been chosen just now.
    with translation.override(contact.language):
        shown = preferences_of(contact, timezone.localdate())
        context = _page(request, contact, shown) | {
            "form": PreferencesForm(initial=_initial(contact)) if saved else form,
            "saved": saved,
        }
        status = 422 if form.errors else 200
        return render(request, "contacts/preferences.html", context, status=status)


def _save_preferences(contact: Contact, form: PreferencesForm) -> None:
    field = form.fields["purposes"]
    chosen = form.cleaned_data["purposes"]
    phrases = ", ".join(str(PURPOSE_PHRASES[Purpose(each)]) for each in chosen)
    set_preferences(
        contact=contact,
        wanted=chosen,
        language=form.cleaned_data["language"],
        form_of_address=form.cleaned_data["form_of_address"],
        wording=f"{field.label} {phrases}",
        now=timezone.now(),
    )


def _initial(contact: Contact) -> dict[str, Any]:
    return {
        "purposes": list(preferences_of(contact, timezone.localdate()).purposes),
        "language": contact.language,
        "form_of_address": contact.form_of_address,
    }


def _page(request: HttpRequest, contact: Contact, shown: Preferences) -> dict[str, Any]:
    return {
        "address": masked(contact.email) if contact.email else "",
        "is_blocked": shown.is_blocked,
        "action": request.path,
    }


def _unsubscribe_token(token: str) -> tuple[Contact, Purpose]:
    """Return whom and what the link is about. Raises Http404."""
    try:
        contact_id, purpose = tokens.read("unsubscribe", token)
    except (tokens.TokenInvalid, ValueError) as error:
        raise Http404 from error
    if purpose not in MAILING_PURPOSES:
        raise Http404
    return _contact([contact_id]), Purpose(purpose)


def _contact(parts: list[str]) -> Contact:
    contact = Contact.objects.filter(pk=parts[0]).first()
    if contact is None:
        raise Http404
    return contact


def _unknown_link(request: HttpRequest) -> HttpResponse:
    return render(request, "contacts/link_unknown.html", status=404)
