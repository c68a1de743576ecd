"""What every room's pages in the admin share."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from base.bulk_actions import GuardedDelete

# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", GuardedDelete, order=1)


@hooks.register("insert_global_admin_css")
def narrow_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("bijeen/admin/narrow.css"))
