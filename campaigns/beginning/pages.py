"""Begin a mailing, and keep one as a template."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from campaigns.beginning.buttons import MAILING
from campaigns.beginning.forms import EMPTY, BeginForm, copied_mailing
from campaigns.models import Mailing
from campaigns.overview.pages import MailingPage, user_of
from campaigns.selectors.beginnings import session_to_invite_for
from campaigns.services.beginning import begin_mailing, copy_mailing
from campaigns.starters import STARTERS, Shelf
from content.models import SeriesPage, Session

_ADD = "campaigns.add_mailing"


class BeginView(WagtailAdminTemplateMixin, View):
    """What a new mailing begins with. `?with=` and `?session=` fill in the page beforehand."""

    viewset: Any = None
    request: HttpRequest
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(_ADD):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("New mailing")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = reverse(self.viewset.get_url_name("list"))
        return [
            *self.breadcrumbs_items,
            {"url": listing, "label": _("Mailings")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(BeginForm(initial=_asked(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BeginForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        session = form.cleaned_data["session"]
        if form.cleaned_data["begin_with"] == EMPTY:
            query = f"?{urlencode({'session': session.slug})}" if session else ""
            return redirect(reverse(self.viewset.get_url_name("add")) + query)
        try:
            mailing = self._begin(form)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self._page(form, status=422)
        messages.success(
            request,
            _("Your draft is ready. Read it and change what you like; then see who gets it."),
            buttons=[messages.button(self._url("overview", mailing), _("View and send"))],
        )
        return redirect(self._url("edit", mailing))

    def _url(self, name: str, mailing: Mailing) -> str:
        return reverse(self.viewset.get_url_name(name), args=[mailing.pk])

    def _begin(self, form: BeginForm) -> Mailing:
        values: dict[str, Any] = {
            "session": form.cleaned_data["session"],
            "series": form.cleaned_data["series"],
            "by": user_of(self.request),
            "now": timezone.now(),
        }
        if form.starter is not None:
            return begin_mailing(starter=form.starter, **values)
        number = int(form.cleaned_data["begin_with"].removeprefix(MAILING))
        return copy_mailing(mailing_id=number, **values)

    def _page(self, form: BeginForm, *, status: int = 200) -> HttpResponse:
        context = self.get_context_data() | {"form": form, "media": form.media}
        return render(self.request, "campaigns/admin/begin.html", context, status=status)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the address fills in; for an invitation, the session that asks for one."""
    chosen = request.GET.get("with", "")
    slug = request.GET.get("session", "")
    session = Session.objects.filter(slug=slug).first() if slug.isprintable() and slug else None
    copied = copied_mailing(chosen)
    if session is None and copied is not None:
        return {"begin_with": chosen, "session": copied.session, "series": copied.series}
    starter = STARTERS.get(chosen)
    if session is None and starter is not None and starter.shelf == Shelf.INVITING:
        session = session_to_invite_for(timezone.now())
    return {
        "begin_with": chosen,
        "session": session,
        "series": None if session else _series(request),
    }


def _series(request: HttpRequest) -> SeriesPage | None:
    asked = request.GET.get("series", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        return None
    return SeriesPage.objects.filter(pk=int(asked)).first()


class TemplateView(MailingPage, View):
    """Keep a copy of a mailing as a template, once somebody says so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(_ADD):
            raise PermissionDenied
        return View.dispatch(self, request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Keep as a template")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = self.get_context_data() | {
            "mailing": self.mailing,
            "overview": self.url("overview"),
        }
        return render(request, "campaigns/admin/keep_template.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            template = copy_mailing(
                mailing_id=self.mailing.pk,
                session=self.mailing.session,
                series=self.mailing.series,
                as_template=True,
                by=user_of(request),
                now=timezone.now(),
            )
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
            return self.back()
        messages.success(request, _("Kept as a template. Give it a name that says what it is for."))
        return redirect(reverse(self.viewset.get_url_name("edit"), args=[template.pk]))
