"""What the pages about one session share: who may see them, the way between them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button

from content.dates import when
from content.models import Session
from participation.errors import AgreementGone, ParticipationError, SessionGone

VIEW_PERMISSION = "participation.view_registration"
CHANGE_PERMISSION = "participation.change_registration"
ADD_PERMISSION = "participation.add_registration"
VIEW_AGREEMENTS = "participation.view_agreement"

#: The pages between which the tabs lead, by the name of their address.
_TABS = (
    ("desk", gettext_lazy("Sign-ups")),
    ("attendance", gettext_lazy("Attendance")),
    ("agenda", gettext_lazy("Needs and questions")),
    ("invited", gettext_lazy("Invited")),
    ("agreements", pgettext_lazy("promise", "Agreements")),
)


class SessionView(WagtailAdminTemplateMixin, View):
    """A page about one session, for who may see its sign-ups (or more, by `permission`)."""

    header_icon = "date"
    permission = VIEW_PERMISSION
    #: Which of the tabs it is, or belongs to.
    tab = "desk"
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        try:
            return super().dispatch(request, *args, **kwargs)
        except (AgreementGone, SessionGone) as error:
            messages.error(request, str(error))
            return redirect("content_sessions:index")

    @cached_property
    def session(self) -> Session:
        sessions = Session.objects.select_related("series")
        return get_object_or_404(sessions, pk=self.kwargs["session_id"])

    @property
    def language(self) -> str:
        """The language in which the admin is read: that of what is quoted from the session."""
        return "en" if (get_language() or "").startswith("en") else "nl"

    def may(self, permission: str) -> bool:
        return self.request.user.has_perm(permission)

    def url(self, name: str) -> str:
        return reverse(f"session_desk:{name}", args=[self.session.pk])

    def get_page_title(self) -> str:
        return self.session.title(self.language)

    def get_page_subtitle(self) -> str:
        return when(self.session, self.language)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse("content_sessions:index"), "label": _("Sessions")}
        here = {"url": self.url("desk"), "label": self.session.title(self.language)}
        home = {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}
        return [home, listed, here, *self.own_breadcrumbs()]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": dict(_TABS)[self.tab]}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "session": self.session,
            "tabs": [
                (self.url(name), label, name == self.tab)
                for name, label in _TABS
                if name != "agreements" or self.may(VIEW_AGREEMENTS)
            ],
            "may_change": self.may(CHANGE_PERMISSION),
            "may_add": self.may(ADD_PERMISSION),
        }

    def refused(self, error: ParticipationError, to: str) -> HttpResponseRedirect:
        """Go to a page of this session, with what went wrong."""
        messages.error(self.request, str(error))
        return redirect(self.url(to))


class ConfirmView(SessionView):
    """An act that asks first, with its consequence in numbers, and acts on POST."""

    template_name = "participation/admin/confirm.html"
    permission = CHANGE_PERMISSION
    question = ""
    button: Any = ""

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        tab = {"url": self.url(self.tab), "label": dict(_TABS)[self.tab]}
        return [tab, {"url": "", "label": str(self.button)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "button": self.button,
            "back": self.url(self.tab),
        }


def buttons_of_others(
    request: HttpRequest, session: Session, name: str = "session_desk_buttons"
) -> list[Button]:
    """Return the buttons of other rooms, by a hook that gets (request, session).

    `session_desk_buttons` are about the people on the list, `session_header_buttons` about the
    session, whether anybody signed up or not.
    """
    return [button for hook in hooks.get_hooks(name) for button in hook(request, session)]
