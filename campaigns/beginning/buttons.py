"""Where a new mailing begins, and the buttons that lead there."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button

from campaigns.models import Mailing

#: Before the id of a mailing, in the value that says what to begin with.
MAILING = "mailing:"


def choice_of(mailing: Mailing) -> str:
    """Return the value with which a mailing is begun from this one."""
    return f"{MAILING}{mailing.pk}"


def begin_url(**query: str) -> str:
    """Return the address of the page; `query` (`with`, `session`, `series`) is what it fills in."""
    address = reverse(Mailing.snippet_viewset.get_url_name("begin"))
    return f"{address}?{urlencode(query)}" if query else address


def copy_url(mailing: Mailing) -> str:
    return begin_url(**{"with": choice_of(mailing)})


def keep_button(mailing: Mailing) -> Button:
    """Return the button that leads to keeping a copy of a mailing as a template."""
    url = reverse(Mailing.snippet_viewset.get_url_name("keep"), args=[mailing.pk])
    return Button(_("Keep as a template"), url=url, icon_name="snippet", priority=25)


def more_buttons(mailing: Mailing, user: Any) -> list[Button]:
    """Return what may be begun from a mailing by this user."""
    if not user.has_perm("campaigns.add_mailing"):
        return []
    copy = Button(_("Copy"), url=copy_url(mailing), icon_name="copy", priority=20)
    return [copy] if mailing.is_template else [copy, keep_button(mailing)]
