"""Merging two: what would happen, what stays, and doing it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from contacts.enums import Kin
from contacts.errors import ContactsError
from contacts.forms.merging import MergeForm, MergeWithForm
from contacts.models import Merge
from contacts.selectors.duplicates import described
from contacts.selectors.merges import MODELS, MergePreview, preview_merge
from contacts.services.merging import merge_contacts, merge_organisations
from contacts.wagtail_hooks.merging.pages import (
    DuplicatesPage,
    list_url,
    merge_url,
    number,
    page_of,
)

_MERGE = {Kin.CONTACT: merge_contacts, Kin.ORGANISATION: merge_organisations}


class MergePage(DuplicatesPage):
    """The preview, with a choice for each field in which the two differ."""

    template_name = "contacts/admin/merge.html"
    page_title = gettext_lazy("Merge")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.kin: Kin = kwargs["kin"]
        self.kept_id = number(request.GET.get("kept"))
        self.gone_id = number(request.GET.get("gone"))
        try:
            return super().dispatch(request, *args, **kwargs)
        except ContactsError as error:
            messages.error(request, str(error))
            return redirect(list_url(self.kin))

    def get(self, request: HttpRequest, kin: Kin) -> HttpResponse:
        preview = self._preview()
        return self._page(preview, MergeForm(preview=preview))

    def post(self, request: HttpRequest, kin: Kin) -> HttpResponse:
        preview = self._preview()
        form = MergeForm(request.POST, preview=preview)
        if not form.is_valid():
            return self._page(preview, form, status=422)
        merge = _MERGE[kin](
            kept_id=self.kept_id,
            gone_id=self.gone_id,
            take=form.take(),
            by=request.user,
            now=timezone.now(),
        )
        self._tell(merge, preview)
        return redirect(page_of(kin, self.kept_id))

    def _preview(self) -> MergePreview:
        return preview_merge(kin=self.kin, kept_id=self.kept_id, gone_id=self.gone_id)

    def _page(self, preview: MergePreview, form: MergeForm, status: int = 200) -> HttpResponse:
        rows = described(self.kin, {self.kept_id, self.gone_id}, timezone.localdate())
        context = self.get_context_data(
            preview=preview,
            form=form,
            kept=rows[self.kept_id],
            gone=rows[self.gone_id],
            filled=[each for each in preview.fields if not each.is_open],
            other_way=merge_url(self.kin, kept_id=self.gone_id, gone_id=self.kept_id),
            action=merge_url(self.kin, kept_id=self.kept_id, gone_id=self.gone_id),
            back=list_url(self.kin),
        )
        return self.render_to_response(context, status=status)

    def _tell(self, merge: Merge, preview: MergePreview) -> None:
        text = _("%(gone)s is now part of %(kept)s. Was that a mistake? You can undo it for a day.")
        undo = reverse("contact_duplicates:undo", args=[merge.pk])
        messages.success(
            self.request,
            text % {"gone": preview.gone, "kept": preview.kept},
            buttons=[messages.button(undo, _("Undo"))],
        )

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": _("Merge")}]


class MergeWith(DuplicatesPage):
    """Looking for the other one, starting from one."""

    template_name = "contacts/admin/merge_with.html"
    page_title = gettext_lazy("Merge with…")

    def get(self, request: HttpRequest, kin: Kin, pk: int) -> HttpResponse:
        row = MODELS[kin].objects.filter(pk=pk).first()
        if row is None:
            raise Http404
        self.row = row
        form = MergeWithForm(request.GET if "other" in request.GET else None, kin=kin)
        if form.is_bound and form.is_valid():
            return redirect(merge_url(kin, kept_id=pk, gone_id=form.cleaned_data["other"].pk))
        context = self.get_context_data(form=form, row=row, media=form.media)
        return self.render_to_response(context, status=422 if form.errors else 200)

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": _("Merge %(name)s with…") % {"name": self.row}}]
