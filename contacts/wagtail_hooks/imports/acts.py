"""What a person does with an import: write what was looked at, stop it, undo it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from base.figures import figure
from contacts.errors import ContactsError
from contacts.models import ContactImport
from contacts.services.imports import apply_rehearsed, cancel_import, undo_import
from contacts.wagtail_hooks.imports.pages import OneImport
from contacts.wagtail_hooks.imports.standing import (
    change_count,
    may_stop,
    may_undo,
    standing,
)


class ImportApply(OneImport):
    """Really import what was looked at."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        try:
            staged = apply_rehearsed(
                import_id=self.found.pk, created_by=request.user, now=timezone.now()
            )
        except ContactsError as error:
            return self.to_report(error)
        return redirect("contact_imports:report", staged.pk)


class Confirmed(OneImport):
    """An act that asks first, with its consequence in numbers."""

    template_name = "contacts/admin/import_confirm.html"
    act: str
    #: Whether it can be done with an import as it stands now.
    is_possible: Callable[[ContactImport, datetime], bool]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        report = reverse("contact_imports:report", args=[self.found.pk])
        return [
            {"url": report, "label": self.found.file_name},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, import_id: int) -> HttpResponse:
        if not type(self).is_possible(self.found, timezone.now()):
            return self.to_report()
        counts = {name: figure(count) for name, count in self.found.counts.items()}
        context = self.get_context_data(
            found=self.found,
            act=self.act,
            counts=counts,
            change_count=change_count(self.found),
            written=figure(change_count(self.found)),
            standing=standing(self.found),
        )
        return self.render_to_response(context)


class ImportCancel(Confirmed):
    """Stop an import; what was written stays."""

    act = "cancel"
    is_possible = staticmethod(may_stop)

    def get_page_title(self) -> str:
        return _("Stop this import?")

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        try:
            cancel_import(import_id=self.found.pk, now=timezone.now())
        except ContactsError as error:
            return self.to_report(error)
        messages.success(request, _("The import is stopped, and its file is thrown away."))
        return self.to_report()


class ImportUndo(Confirmed):
    """Take back what an import did."""

    act = "undo"
    is_possible = staticmethod(may_undo)

    def get_page_title(self) -> str:
        return _("Undo this import?")

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        try:
            undo_import(import_id=self.found.pk, by=request.user, now=timezone.now())
        except ContactsError as error:
            return self.to_report(error)
        return self.to_report()
