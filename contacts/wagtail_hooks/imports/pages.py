"""What the pages of imports share: who may see them, and where they stand."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from contacts.errors import ContactsError
from contacts.models import ContactImport

PERMISSION = "contacts.add_contact"


class ImportView(WagtailAdminTemplateMixin, View):
    """A page of imports, for who may add people."""

    page_title = gettext_lazy("Imports")
    header_icon = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("contact_imports:index"), "label": self.page_title},
            *self.own_breadcrumbs(),
        ]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return []


class OneImport(ImportView):
    """A page about one import."""

    @cached_property
    def found(self) -> ContactImport:
        imports = ContactImport.objects.select_related("created_by", "undone_by")
        return get_object_or_404(imports, pk=self.kwargs["import_id"])

    def get_page_title(self) -> str:
        return self.found.file_name

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.found.file_name}]

    def to_report(self, error: ContactsError | None = None) -> HttpResponseRedirect:
        """Go to the report, with what went wrong."""
        if error:
            messages.error(self.request, str(error))
        return redirect("contact_imports:report", self.found.pk)
