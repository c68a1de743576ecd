"""What others refer to is not deleted: the admin says so, instead of failing."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Model
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks

from contacts.models import Community, OptInGroup, Organisation, Theme
from contacts.selectors.groups import was_joined


@hooks.register("before_delete_snippet")
def keep_what_is_in_use(
    request: HttpRequest, instances: Sequence[Model]
) -> HttpResponseBase | None:
    """Turn back from deleting, one or several at once, with the names of those in use."""
    used = [each for each in instances if _is_in_use(each)]
    if not used:
        return None
    names = ", ".join(str(each) for each in used)
    text = _("Still in use, so not deleted: %(names)s.") % {"names": names}
    messages.error(request, text)
    options = used[0]._meta
    return redirect(f"wagtailsnippets_{options.app_label}_{options.model_name}:list")


def _is_in_use(instance: Model) -> bool:
    if isinstance(instance, OptInGroup):
        return was_joined(instance)
    if not isinstance(instance, (Community, Organisation, Theme)):
        return False
    try:
        Collector(using="default", origin=instance).collect([instance])
    except (ProtectedError, RestrictedError):
        return True
    return False
