"""Erasing a person in the admin: what it does, in numbers, and then it is done."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import Button

from contacts.errors import AlreadyErased
from contacts.forms.erasure import EraseForm
from contacts.models import Contact
from contacts.selectors.erasure import consequences_of
from contacts.services.erasure import erase_contact

PERMISSION = "contacts.delete_contact"
_PEOPLE = "wagtailsnippets_contacts_contact"


class ErasePerson(WagtailAdminTemplateMixin, View):
    """What erasing this person does, and the button that does it."""

    template_name = "contacts/admin/erase.html"
    page_title = gettext_lazy("Erase data")
    header_icon = "bin"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        self.contact = get_object_or_404(Contact, pk=kwargs["contact_id"]).whoever_stayed
        if self.contact.erased_at is not None:
            return self._erased_already(AlreadyErased())
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse(f"{_PEOPLE}:list"), "label": _("People")},
            {"url": self._person_url(), "label": str(self.contact)},
            {"url": "", "label": self.page_title, "sublabel": str(self.contact)},
        ]

    def get(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        return self._page(EraseForm())

    def post(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        form = EraseForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            erase_contact(
                contact_id=self.contact.pk,
                by=request.user,
                source=form.cleaned_data["source"],
                now=timezone.now(),
            )
        except AlreadyErased as error:  # by a colleague, a moment ago
            return self._erased_already(error)
        messages.success(request, _("The data of this person were erased. The figures stay."))
        return redirect(f"{_PEOPLE}:list")

    def _page(self, form: EraseForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            contact=self.contact,
            consequences=consequences_of(self.contact, timezone.now()),
            person_url=self._person_url(),
        )
        return self.render_to_response(context, status=status)

    def _person_url(self) -> str:
        return reverse(f"{_PEOPLE}:inspect", args=[self.contact.pk])

    def _erased_already(self, error: AlreadyErased) -> HttpResponse:
        messages.warning(self.request, str(error))
        return redirect(f"{_PEOPLE}:list")


class ErasureViewSet(ViewSet):
    name = "contact_forget"
    url_prefix = "contacts/people/erase"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("<int:contact_id>/", ErasePerson.as_view(), name="confirm")]


@hooks.register("register_admin_viewset")
def register_erasure() -> ErasureViewSet:
    return ErasureViewSet("contact_forget")


@hooks.register("register_snippet_listing_buttons")
def offer_erasure(snippet: object, user: User, next_url: str | None = None) -> Iterator[Button]:
    """Offer it in the list of people, to whoever may do it."""
    if isinstance(snippet, Contact) and snippet.is_present and user.has_perm(PERMISSION):
        yield Button(_("Erase data"), url=erase_url(snippet), icon_name="bin", priority=90)


def erase_url(contact: Contact) -> str:
    """The page on which the person can be erased."""
    return reverse("contact_forget:confirm", args=[contact.pk])
