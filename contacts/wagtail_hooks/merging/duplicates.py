"""The list of what may be the same, and the button that says it is not."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from contacts.enums import Kin
from contacts.errors import ContactsError
from contacts.selectors.duplicates import (
    Suggestion,
    described,
    suggested_organisations,
    suggested_people,
)
from contacts.services.merging import note_distinct
from contacts.wagtail_hooks.merging.pages import (
    LABELS,
    DuplicatesPage,
    list_url,
    may_merge,
    merge_url,
    number,
    page_of,
)

_PER_PAGE = 20

_SUGGESTED = {Kin.CONTACT: suggested_people, Kin.ORGANISATION: suggested_organisations}


class Duplicates(DuplicatesPage):
    """Pairs with their reason, the likeliest first."""

    template_name = "contacts/admin/duplicates.html"

    def get(self, request: HttpRequest, kin: Kin | None = None) -> HttpResponse:
        if kin is None:
            first = next(each for each in Kin if may_merge(request.user, each))
            return redirect(list_url(first))
        found = _SUGGESTED[kin]()
        page = Paginator(found, _PER_PAGE).get_page(request.GET.get("p"))
        return self.render_to_response(
            self.get_context_data(
                kin=kin,
                tabs=[
                    (LABELS[each], list_url(each), each == kin)
                    for each in Kin
                    if may_merge(request.user, each)
                ],
                page=page,
                pairs=self._pairs(kin, list(page.object_list)),
            )
        )

    def _pairs(self, kin: Kin, found: list[Suggestion]) -> list[dict[str, Any]]:
        ids = {pk for each in found for pk in (each.first_id, each.second_id)}
        rows = described(kin, ids, timezone.localdate())
        return [
            {
                "suggestion": each,
                "rows": [(rows[pk], page_of(kin, pk)) for pk in (each.first_id, each.second_id)],
                "merge_url": merge_url(kin, kept_id=each.first_id, gone_id=each.second_id),
            }
            for each in found
            if each.first_id in rows and each.second_id in rows
        ]


class Distinct(DuplicatesPage):
    """ "Not the same": the pair is not suggested again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, kin: Kin) -> HttpResponse:
        try:
            note_distinct(
                kin=kin,
                first_id=number(request.POST.get("first")),
                second_id=number(request.POST.get("second")),
                by=request.user,
                now=timezone.now(),
            )
        except ContactsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Noted: they are not the same. It is not asked again."))
        return redirect(list_url(kin))
