"""Pages behind the mailed link: all that is held of a person, as a page and as data; erasing it.

No GET changes anything. Asking for the link says the same whatever becomes of it.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from base import tokens
from base.privacy import personal_page
from contacts.addresses import masked
from contacts.enums import Source
from contacts.errors import AlreadyErased
from contacts.links import LinkExpired, LinkUnknown, PersonErased, read_access
from contacts.models import Contact
from contacts.selectors.access import document_of, parts_of, readable, retention_in_words
from contacts.selectors.erasure import consequences_of
from contacts.services.access import ask_for_access
from contacts.services.audit import PERSON
from contacts.services.erasure import erase_contact

_GONE = 410


def _own_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the person whose link it is, speak their language, and answer other links."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            contact = read_access(token)
        except PersonErased:
            return render(request, "contacts/erased.html", status=_GONE)
        except LinkExpired as error:
            return _expired(request, error.contact)
        except LinkUnknown:
            return render(request, "contacts/link_unknown.html", status=404)
        with translation.override(contact.language):
            return view(request, token, contact)

    return personal_page(opened)


def _expired(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Offer a new link; a POST mails it."""
    with translation.override(contact.language):
        if request.method == "POST":
            return _asked(request, contact)
        context = _offer(request, contact) | {"is_expired": True}
        return render(request, "contacts/access_ask.html", context, status=_GONE)


def _asked(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Mail the link, or say the same without: who asks need not hear which."""
    ask_for_access(contact=contact, now=timezone.now())
    page = "contacts/access_asked.html" if contact.email else "contacts/access_ask.html"
    return render(request, page, _offer(request, contact))


def _offer(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    return {"address": masked(contact.email) if contact.email else "", "action": request.path}


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link to the preferences: a button that mails the link to the person's address."""
    try:
        contact_id = int(tokens.read("preferences", token)[0])
    except tokens.TokenInvalid:
        return render(request, "contacts/link_unknown.html", status=404)
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        return render(request, "contacts/link_unknown.html", status=404)
    contact = contact.whoever_stayed
    with translation.override(contact.language):
        if request.method == "POST":
            return _asked(request, contact)
        return render(request, "contacts/access_ask.html", _offer(request, contact))


@require_http_methods(["GET", "HEAD", "POST"])
@_own_link
def my_data(request: HttpRequest, token: str, contact: Contact) -> HttpResponse:
    """All that is held, to read and to print. (A POST comes from a page that had expired.)"""
    context = page_of(contact, for_person=True) | {
        "json_url": reverse("contacts:access_json", args=[token]),
        "erase_url": reverse("contacts:access_erase", args=[token]),
        "preferences_url": _preferences_url(contact),
    }
    return render(request, "contacts/my_data.html", context)


@require_safe
@_own_link
def my_data_json(request: HttpRequest, token: str, contact: Contact) -> HttpResponse:
    """The same as data, to keep or to take elsewhere (GDPR, article 20)."""
    return as_file(contact, for_person=True)


@require_http_methods(["GET", "HEAD", "POST"])
@_own_link
def erase(request: HttpRequest, token: str, contact: Contact) -> HttpResponse:
    """Say in numbers what erasing does; a POST erases."""
    if request.method == "POST":
        # A second press of the button finds everything gone already.
        with suppress(AlreadyErased):
            erase_contact(contact_id=contact.pk, by=PERSON, source=Source.FORM, now=timezone.now())
        return render(request, "contacts/erased.html", {"is_done": True})
    context = {
        "consequences": consequences_of(contact, timezone.now()),
        "action": request.path,
        "back_url": reverse("contacts:access", args=[token]),
        "preferences_url": _preferences_url(contact),
    }
    return render(request, "contacts/access_erase.html", context)


def _preferences_url(contact: Contact) -> str:
    return reverse("contacts:preferences", args=[tokens.make("preferences", contact.pk)])


def page_of(contact: Contact, *, for_person: bool) -> dict[str, Any]:
    """Return what the readable copy shows, in the language that is active."""
    return {
        "contact": contact,
        "parts": readable(parts_of(contact, for_person=for_person)),
        "retention": retention_in_words(),
        "made_at": timezone.now(),
        "for_person": for_person,
    }


def as_file(contact: Contact, *, for_person: bool) -> JsonResponse:
    """Return the copy as a JSON file."""
    document = document_of(contact, for_person=for_person, now=timezone.now())
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="bijeen-{contact.pk}.json"'
    return response
