"""Pages behind personal links: unsubscribe and preferences.

Mail scanners open every link, so no GET changes anything. The links never expire (RFC 8058 asks as
much), and a page shows the address only masked.
"""

from dataclasses import dataclass
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
from contacts.errors import AlreadyErased, GroupClosed
from contacts.forms.preferences import PreferencesForm
from contacts.models import Contact, OptInGroup
from contacts.selectors.groups import group_of
from contacts.selectors.preferences import Preferences, preferences_of
from contacts.services.groups import join_group, leave_group
from contacts.services.preferences import end_pause, set_preferences
from contacts.services.suppressions import resubscribe
from contacts.services.suppressions import unsubscribe as stop_mail
from contacts.wording import PURPOSE_PHRASES, changes_in_words, group_phrase

EVERYTHING = "everything"
THIS = "this"
AGAIN = "again"
RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Matter:
    """Whom an unsubscribe link is about, and which mail: of a purpose, or of one group."""

    contact: Contact
    purpose: Purpose
    group: OptInGroup | None = None

    @property
    def phrase(self) -> str:
        if self.group:
            return group_phrase(self.group, self.contact.language)
        return str(PURPOSE_PHRASES[self.purpose])

    def is_got(self, preferences: Preferences) -> bool:
        if self.group:
            return self.group.slug in preferences.joined
        return self.purpose in preferences.purposes

    def can_come_again(self, preferences: Preferences) -> bool:
        """Whether the person may take it up again: a closed group only if they left it."""
        offered = [choice.group for choice in preferences.groups]
        return not preferences.is_blocked and (self.group is None or self.group in offered)


@csrf_exempt  # the mail program's own button sends no cookie (RFC 8058); the page's form is checked
@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show what can be stopped; a POST stops it."""
    try:
        matter = _unsubscribe_token(token)
    except Http404:
        return _unknown_link(request)
    is_erased = matter.contact.erased_at is not None
    if request.method == "POST" and "choice" not in request.POST:
        if not is_erased:
            _stop(matter, Source.MAIL)
        return HttpResponse("unsubscribed\n", content_type="text/plain")
    if is_erased:  # there is nobody left to choose for
        return render(request, "contacts/erased.html")
    with translation.override(matter.contact.language):
        return _unsubscribe_page(request, matter)


@csrf_protect
def _unsubscribe_page(request: HttpRequest, matter: Matter) -> HttpResponse:
    done = _choose(request.POST["choice"], matter) if request.method == "POST" else ""
    contact = matter.contact
    preferences = preferences_of(contact, timezone.localdate())
    context = _page(request, contact, preferences) | {
        "phrase": matter.phrase,
        "done": done,
        "gets_it": matter.is_got(preferences),
        "gets_anything": preferences.gets_anything,
        "can_come_again": matter.can_come_again(preferences),
        "preferences_url": reverse(
            "contacts:preferences", args=[tokens.make("preferences", contact.pk)]
        ),
    }
    return render(request, "contacts/unsubscribe.html", context)


def _choose(choice: str, matter: Matter) -> str:
    """Do what the button said; returns what was done, "" for a button that is not ours."""
    if choice == THIS:
        _stop(matter, Source.FORM)
    elif choice == EVERYTHING:
        stop_mail(contact=matter.contact, purpose=None, source=Source.FORM, now=timezone.now())
    elif choice != AGAIN or not _take_up_again(matter):
        return ""
    return choice


def _stop(matter: Matter, source: Source) -> None:
    contact, now = matter.contact, timezone.now()
    if matter.group:
        leave_group(contact=contact, group=matter.group, source=source, now=now)
    else:
        stop_mail(contact=contact, purpose=matter.purpose, source=source, now=now)


def _take_up_again(matter: Matter) -> bool:
    contact, now = matter.contact, timezone.now()
    if matter.group is None:
        wording = str(_("Yes, send me this again"))
        resubscribe(
            contact=contact, purpose=matter.purpose, source=Source.FORM, wording=wording, now=now
        )
        return True
    try:
        join_group(
            contact=contact,
            group=matter.group,
            source=Source.FORM,
            language=contact.language,
            now=now,
        )
    except GroupClosed:
        return False
    return True


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the person gets, and save what they choose."""
    try:
        contact = _contact(tokens.read("preferences", token))
    except (tokens.TokenInvalid, Http404):
        return _unknown_link(request)
    try:
        return _preferences_page(request, contact, token)
    except AlreadyErased:
        return render(request, "contacts/erased.html", status=410)


def _preferences_page(request: HttpRequest, contact: Contact, token: str) -> HttpResponse:
    """Raises AlreadyErased: of somebody whose data are gone there is nothing to choose."""
    if contact.erased_at:
        raise AlreadyErased
    today = timezone.localdate()
    before = preferences_of(contact, today)
    with translation.override(before.language):
        form = PreferencesForm(_saved_data(request), shown=before, today=today)
        has_changed = request.method == "POST" and _act(request.POST.get("act", ""), contact, form)
    # The language may have been chosen just now.
    with translation.override(contact.language):
        after = preferences_of(contact, today) if has_changed else before
        context = _page(request, contact, after) | {
            "form": PreferencesForm(shown=after, today=today) if has_changed else form,
            "shown": after,
            "token": token,
            "saved": has_changed,
            "changes": list(changes_in_words(before, after)),
        }
        status = 422 if form.errors else 200
        return render(request, "contacts/preferences.html", context, status=status)


def _saved_data(request: HttpRequest) -> Any:
    """Return what the form sent; the buttons beside it send no form."""
    return request.POST if request.method == "POST" and not request.POST.get("act") else None


def _act(act: str, contact: Contact, form: PreferencesForm) -> bool:
    """Do what the button said: save, end the pause, or stop everything. False: nothing was done."""
    now = timezone.now()
    if act == RESUME:
        end_pause(contact=contact, now=now)
    elif act == EVERYTHING:
        stop_mail(contact=contact, purpose=None, source=Source.FORM, now=now)
    elif act == "" and form.is_valid():
        chosen = form.cleaned_data
        phrases = ", ".join(str(PURPOSE_PHRASES[Purpose(each)]) for each in chosen["purposes"])
        wording = f"{form.fields['purposes'].label} {phrases}"
        set_preferences(
            contact=contact,
            wording=wording,
            now=now,
            **{"groups": [], **chosen},
        )
    else:
        return False
    return True


def _page(request: HttpRequest, contact: Contact, shown: Preferences) -> dict[str, Any]:
    return {
        "address": masked(contact.email) if contact.email else "",
        "is_blocked": shown.is_blocked,
        "action": request.path,
    }


def _unsubscribe_token(token: str) -> Matter:
    """Return whom and what the link is about. Raises Http404."""
    try:
        contact_id, purpose, *topics = tokens.read("unsubscribe", token)
    except (tokens.TokenInvalid, ValueError) as error:
        raise Http404 from error
    contact = _contact([contact_id])
    if purpose in MAILING_PURPOSES and not topics:
        return Matter(contact, Purpose(purpose))
    group = group_of(purpose, topics[0]) if len(topics) == 1 else None
    if group is None:
        raise Http404
    return Matter(contact, Purpose(purpose), group)


def _contact(parts: list[str]) -> Contact:
    """Return the person; of one who was merged into another, that one. Raises Http404."""
    contact = Contact.objects.select_related("merged_into").filter(pk=parts[0]).first()
    if contact is None:
        raise Http404
    return contact.whoever_stayed


def _unknown_link(request: HttpRequest) -> HttpResponse:
    return render(request, "contacts/link_unknown.html", status=404)
