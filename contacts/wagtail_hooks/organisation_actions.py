"""What is done with many organisations at once."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy
from wagtail import hooks

from contacts.forms.bulk import ThemeChoiceForm, TierForm
from contacts.models import Organisation
from contacts.services.organisation_marks import add_theme, mark_reviewed, place_in_tier
from contacts.wagtail_hooks.bulk_actions import ChangingAction


class OrganisationAction(ChangingAction):
    models = [Organisation]


class AddTheme(OrganisationAction):
    display_name = _("Add a theme")
    aria_label = _("Let the chosen organisations work on a theme")
    action_type = "theme"
    action_priority = 10
    form_class = ThemeChoiceForm
    question = ngettext_lazy(
        "Add a theme to %(count)d organisation?", "Add a theme to %(count)d organisations?", "count"
    )
    done = ngettext_lazy(
        "%(count)d organisation works on the theme from now on.",
        "%(count)d organisations work on the theme from now on.",
        "count",
    )

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        return add_theme(
            organisation_ids=ids,
            theme=values["theme"],
            by=self.request.user,
            now=timezone.now(),
        )


class PlaceInTier(OrganisationAction):
    display_name = _("Place in a community")
    aria_label = _("Place the chosen organisations in a community")
    action_type = "tier"
    action_priority = 20
    form_class = TierForm
    requires = ("contacts.change_community",)
    question = ngettext_lazy(
        "Place %(count)d organisation in a community?",
        "Place %(count)d organisations in a community?",
        "count",
    )
    done = ngettext_lazy(
        "%(count)d organisation was placed.", "%(count)d organisations were placed.", "count"
    )

    def consequences(self, rows: QuerySet[Organisation]) -> list[str]:
        return [str(_("One that is in another tier of that community moves to this one."))]

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        return place_in_tier(
            organisation_ids=ids,
            community=values["community"],
            tier=values["tier"],
            by=self.request.user,
            now=timezone.now(),
        )


class MarkReviewed(OrganisationAction):
    display_name = _("Mark as reviewed")
    aria_label = _("Say that the chosen organisations have been looked at")
    action_type = "reviewed"
    action_priority = 30
    question = ngettext_lazy(
        "Mark %(count)d organisation as reviewed?",
        "Mark %(count)d organisations as reviewed?",
        "count",
    )
    done = ngettext_lazy(
        "%(count)d organisation is marked as reviewed.",
        "%(count)d organisations are marked as reviewed.",
        "count",
    )

    def consequences(self, rows: QuerySet[Organisation]) -> list[str]:
        new = rows.filter(reviewed=False).count()
        words = ngettext(
            "%(count)d of them was not reviewed yet.",
            "%(count)d of them were not reviewed yet.",
            new,
        )
        return [words % {"count": new}]

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        return mark_reviewed(organisation_ids=ids, by=self.request.user, now=timezone.now())


for action in (AddTheme, PlaceInTier, MarkReviewed):
    hooks.register("register_bulk_action", action)
