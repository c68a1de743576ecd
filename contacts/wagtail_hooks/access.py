"""An access request in the admin: let the person see what is held, or hand over a copy.

Whoever takes a copy stands in the log, so a copy is asked for by a button, not by an address.
"""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from contacts.errors import NoAddress
from contacts.models import Contact
from contacts.my_data import as_file, page_of
from contacts.services.access import note_export, send_access

_PEOPLE = "wagtailsnippets_contacts_contact"


class AccessView(WagtailAdminTemplateMixin, TemplateView):
    """Three ways to answer somebody who asks what we hold of them."""

    template_name = "contacts/admin/access.html"
    header_icon = "download"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm("contacts.change_contact"):
            raise PermissionDenied
        self.contact = get_object_or_404(Contact.objects.present(), pk=kwargs["contact_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("What we hold of this person")

    def get_page_subtitle(self) -> str:
        return str(self.contact)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        person = reverse(f"{_PEOPLE}:inspect", args=[self.contact.pk])
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{_PEOPLE}:list"), "label": _("People")},
            {"url": person, "label": str(self.contact)},
            {"url": "", "label": self.get_page_title(), "sublabel": str(self.contact)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "contact": self.contact,
            "person_url": reverse(f"{_PEOPLE}:inspect", args=[self.contact.pk]),
        }

    def post(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        match request.POST.get("act"):
            case "mail":
                return self._mail()
            case "json":
                self._note("JSON")
                with translation.override(self.contact.language):
                    return as_file(self.contact, for_person=False)
            case "page":
                self._note(_("page"))
                with translation.override(self.contact.language):
                    context = page_of(self.contact, for_person=False)
                    return render(request, "contacts/my_data.html", context)
        return redirect("contact_access:choose", contact_id)

    def _mail(self) -> HttpResponse:
        try:
            send_access(contact=self.contact, by=self._user, now=timezone.now())
        except NoAddress as error:
            messages.error(self.request, str(error))
        else:
            text = _("A link to their data goes to %(address)s; it works for 24 hours.")
            messages.success(self.request, text % {"address": self.contact.email})
        return redirect("contact_access:choose", self.contact.pk)

    def _note(self, form: str) -> None:
        note_export(contact=self.contact, by=self._user, form=form, now=timezone.now())

    @property
    def _user(self) -> User:
        return cast("User", self.request.user)


def access_url(contact: Contact) -> str:
    """The page on which an access request is answered."""
    return reverse("contact_access:choose", args=[contact.pk])


class AccessViewSet(ViewSet):
    name = "contact_access"
    url_prefix = "contacts/access"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("<int:contact_id>/", AccessView.as_view(), name="choose")]


@hooks.register("register_admin_viewset")
def register_access() -> AccessViewSet:
    return AccessViewSet()
