"""What the pages about duplicates share: who may see them, and where they stand."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import register_converter, reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button

from contacts.enums import Kin
from contacts.models import Contact, Organisation

#: Merging changes one row and does away with another.
PERMISSIONS: dict[Kin, tuple[str, ...]] = {
    Kin.CONTACT: ("contacts.change_contact", "contacts.delete_contact"),
    Kin.ORGANISATION: ("contacts.change_organisation", "contacts.delete_organisation"),
}

LABELS: dict[Kin, Promise] = {
    Kin.CONTACT: gettext_lazy("People"),
    Kin.ORGANISATION: gettext_lazy("Organisations"),
}


class KinConverter:
    """People or organisations in an address of the admin."""

    regex = "people|organisations"
    _words = {"people": Kin.CONTACT, "organisations": Kin.ORGANISATION}

    def to_python(self, value: str) -> Kin:
        return self._words[value]

    def to_url(self, value: Kin | str) -> str:
        return next(word for word, kin in self._words.items() if kin == value)


register_converter(KinConverter, "kin")


def may_merge(user: Any, kin: Kin | None = None) -> bool:
    """Whether the user may merge people or organisations; without `kin`, either of them."""
    kins = [kin] if kin else list(Kin)
    return any(user.has_perms(PERMISSIONS[each]) for each in kins)


def kin_of(row: Model) -> Kin | None:
    """Return what the row is, if it is something that can be merged."""
    kinds: dict[type[Model], Kin] = {Contact: Kin.CONTACT, Organisation: Kin.ORGANISATION}
    return kinds.get(type(row))


class DuplicatesPage(WagtailAdminTemplateMixin, View):
    """A page about duplicates of a kin, or of both."""

    page_title = gettext_lazy("Duplicates")
    header_icon = "copy"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_merge(request.user, kwargs.get("kin")):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("contact_duplicates:index"), "label": _("Duplicates")},
            *self.own_breadcrumbs(),
        ]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return []


def list_url(kin: Kin | str) -> str:
    """The page of what may be the same."""
    return reverse("contact_duplicates:of", args=[kin])


def page_of(kin: Kin | str, pk: int) -> str:
    """The page of a person or an organisation."""
    return reverse(f"wagtailsnippets_contacts_{kin}:inspect", args=[pk])


def merge_url(kin: Kin | str, *, kept_id: int, gone_id: int) -> str:
    """The page on which the second is merged into the first."""
    url = reverse("contact_duplicates:merge", args=[kin])
    return f"{url}?{urlencode({'kept': kept_id, 'gone': gone_id})}"


def merge_with_url(row: Model) -> str:
    """The page on which the other one is looked for."""
    return reverse("contact_duplicates:with", args=[kin_of(row), row.pk])


def merge_buttons(row: Model, user: Any) -> list[Button]:
    """ "Merge with…", for whoever may, of what can be merged."""
    kin = kin_of(row)
    if kin is None or not may_merge(user, kin):
        return []
    return [Button(_("Merge with…"), url=merge_with_url(row), icon_name="copy", priority=40)]


def number(text: str | None) -> int:
    """Return the id in a query parameter, 0 for what is none: nobody has that."""
    is_id = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text or 0) if is_id else 0
