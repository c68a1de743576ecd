"""The banner on pages of the admin while mail is held."""

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template import Context
from django.urls import reverse

from campaigns.release import PERMISSION
from campaigns.selectors.hold import current_hold

register = template.Library()


@register.inclusion_tag("campaigns/admin/hold.html", takes_context=True)
def mail_hold(context: Context) -> dict[str, Any]:
    """Show since when and why mail is held, and the way to release it for who may; else nothing."""
    request = context.get("request")
    user = request.user if request is not None else AnonymousUser()
    release = reverse("mail_release:index") if user.has_perm(PERMISSION) else ""
    return {"hold": current_hold(), "release": release}
