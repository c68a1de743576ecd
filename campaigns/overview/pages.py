"""What the pages about one mailing share: who may see them, and where they stand."""

import re
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from campaigns.errors import CampaignError, MailingNotReady
from campaigns.models import Mailing
from contacts.models import Contact

#: What it takes to start, stop and decide.
SEND = "campaigns.send_mailing"

PER_PAGE = 100


def user_of(request: HttpRequest) -> User:
    """Return who is logged in; the admin lets nobody else in."""
    return cast("User", request.user)


class MailingPage(WagtailAdminTemplateMixin):
    """A page about one mailing. Whoever may see it reads; only who may send changes anything."""

    viewset: Any = None
    request: HttpRequest
    kwargs: dict[str, Any]
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        needed = "campaigns.change_mailing" if request.method in ("GET", "HEAD") else SEND
        may_see = request.user.has_perm("campaigns.view_mailing")
        if not request.user.has_perm(needed) and not (request.method == "GET" and may_see):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def mailing(self) -> Mailing:
        rows = Mailing.objects.select_related("session", "series")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def may_send(self) -> bool:
        return self.request.user.has_perm(SEND)

    def url(self, name: str, *args: Any) -> str:
        return reverse(self.viewset.get_url_name(name), args=[self.mailing.pk, *args])

    def get_page_subtitle(self) -> str:
        return self.mailing.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = reverse(self.viewset.get_url_name("list"))
        return [
            *self.breadcrumbs_items,
            {"url": listing, "label": _("Mailings")},
            {"url": self.url("overview"), "label": self.mailing.title},
            {"url": "", "label": self.get_page_title()},
        ]

    def say_why_not(self, error: CampaignError) -> None:
        """Tell why an act was refused: every problem of a mailing that is not ready."""
        problems = error.problems if isinstance(error, MailingNotReady) else [str(error)]
        for problem in problems:
            messages.error(self.request, problem)

    def back(self) -> HttpResponse:
        return redirect(self.url("overview"))


def people(ids: list[int]) -> list[Contact]:
    """Return contacts in the order of the ids."""
    found = Contact.objects.in_bulk(ids)
    return [found[number] for number in ids if number in found]


def typed_number(request: HttpRequest) -> int | None:
    """Return the number of people that was typed, with or without points between the thousands."""
    typed = re.sub(r"[\s.,]", "", request.POST.get("confirm", ""))
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


def page_number(request: HttpRequest) -> int:
    """Return which page is asked for, from 1."""
    asked = request.GET.get("p", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1
