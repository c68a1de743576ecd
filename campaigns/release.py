"""Releasing held mail in the admin: what waits, what to do with it, and then it goes."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from campaigns.errors import MailNotHeld
from campaigns.forms import ReleaseForm
from campaigns.selectors.hold import current_hold, waiting_mail
from campaigns.services.release import release_mail

PERMISSION = "base.release_mail"


class ReleaseMail(WagtailAdminTemplateMixin, View):
    """Looking at it releases nothing."""

    template_name = "campaigns/admin/release.html"
    page_title = gettext_lazy("Release mail")
    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        home = {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}
        return [home, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(ReleaseForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ReleaseForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            release_mail(
                sends_waiting=form.sends_waiting,
                by=cast("User", request.user),
                now=timezone.now(),
            )
        except MailNotHeld as error:  # a colleague was first
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Mail goes out again within some seconds."))
        return redirect("wagtailadmin_home")

    def _page(self, form: ReleaseForm, status: int = 200) -> HttpResponse:
        hold = current_hold()
        waiting = waiting_mail(since=hold.since, now=timezone.now()) if hold else None
        context = self.get_context_data(form=form, hold=hold, waiting=waiting)
        return self.render_to_response(context, status=status)


class ReleaseViewSet(ViewSet):
    name = "mail_release"
    url_prefix = "mail/release"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", ReleaseMail.as_view(), name="index")]
