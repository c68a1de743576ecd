"""What this room adds to the admin."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry
from wagtail.snippets.models import register_snippet

from campaigns.dashboard import AttentionPanel
from campaigns.viewsets import viewset

register_snippet(viewset)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="campaigns", codename="send_mailing")


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("campaigns.plan", _("Plan"), _("Planned"))
    actions.register_action("campaigns.pause", _("Pause"), _("Paused"))
    actions.register_action("campaigns.resume", _("Resume"), _("Resumed"))
    actions.register_action("campaigns.cancel", _("Cancel"), _("Cancelled"))
    actions.register_action("campaigns.resolve", _("Resolve"), _("Resolved an unknown row"))


@hooks.register("construct_homepage_panels")
def add_attention(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("campaigns.view_mailing"):
        panels.append(AttentionPanel())
