"""Imports in the admin: upload, say what the columns are, look at what it would do, then do it.

The worker runs every step that takes long; the pages only ask for it and tell how far it is.
"""

from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from contacts.wagtail_hooks.imports.acts import ImportApply, ImportCancel, ImportUndo
from contacts.wagtail_hooks.imports.mapping import ImportMapping, ImportSheet
from contacts.wagtail_hooks.imports.pages import PERMISSION
from contacts.wagtail_hooks.imports.report import ImportProgress, ImportReport, ImportRowsFile
from contacts.wagtail_hooks.imports.uploading import ImportIndex, ImportUpload


class ImportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)


class ImportViewSet(ViewSet):
    name = "contact_imports"
    url_prefix = "contacts/imports"
    icon = "upload"
    menu_label = gettext_lazy("Imports")
    menu_name = "contact-imports"
    menu_item_class = ImportMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        of_one = {
            "": ("report", ImportReport),
            "columns/": ("mapping", ImportMapping),
            "sheet/": ("sheet", ImportSheet),
            "progress/": ("progress", ImportProgress),
            "rows.csv": ("rows", ImportRowsFile),
            "apply/": ("apply", ImportApply),
            "cancel/": ("cancel", ImportCancel),
            "undo/": ("undo", ImportUndo),
        }
        return [
            path("", ImportIndex.as_view(), name="index"),
            path("new/", ImportUpload.as_view(), name="new"),
            *(
                path(f"<int:import_id>/{tail}", view.as_view(), name=name)
                for tail, (name, view) in of_one.items()
            ),
        ]
