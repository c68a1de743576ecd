"""Merges of the last day, and undoing one."""

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
from contacts.models import Merge
from contacts.selectors.merges import names_of, undoable_merges
from contacts.services.merging import undo_merge
from contacts.wagtail_hooks.merging.pages import DuplicatesPage, may_merge, page_of


def _shown(merge: Merge) -> dict[str, Any]:
    kept, gone = names_of(merge)
    url = page_of(merge.kin, merge.kept_id)
    return {"merge": merge, "kept": kept, "gone": gone, "kept_url": url}


class MergeList(DuplicatesPage):
    """What was merged since yesterday."""

    template_name = "contacts/admin/merges.html"
    page_title = gettext_lazy("Merged in the last day")

    def get(self, request: HttpRequest) -> HttpResponse:
        kins = [each for each in Kin if may_merge(request.user, each)]
        merges = undoable_merges(timezone.now()).filter(kin__in=kins)
        return self.render_to_response(self.get_context_data(merges=map(_shown, merges)))

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]


class UndoMerge(DuplicatesPage):
    """Asks once more, and undoes it."""

    template_name = "contacts/admin/merge_undo.html"
    page_title = gettext_lazy("Undo a merge")

    def get(self, request: HttpRequest, merge_id: int) -> HttpResponse:
        merge = undoable_merges(timezone.now()).filter(pk=merge_id).first()
        if merge is None or not may_merge(request.user, Kin(merge.kin)):
            messages.error(request, _("This merge can be undone no more."))
            return redirect("contact_duplicates:merges")
        return self.render_to_response(self.get_context_data(**_shown(merge)))

    def post(self, request: HttpRequest, merge_id: int) -> HttpResponse:
        merge = Merge.objects.filter(pk=merge_id).first()
        if merge is None or not may_merge(request.user, Kin(merge.kin)):
            raise Http404
        try:
            undone = undo_merge(merge_id=merge_id, by=request.user, now=timezone.now())
        except ContactsError as error:
            messages.error(request, str(error))
            return redirect("contact_duplicates:merges")
        messages.success(request, _("Undone: they are two again."))
        for sentence in undone.left:
            messages.warning(request, sentence)
        return redirect(page_of(merge.kin, merge.gone_id))

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        merges = reverse("contact_duplicates:merges")
        return [
            {"url": merges, "label": _("Merged in the last day")},
            {"url": "", "label": self.page_title},
        ]
