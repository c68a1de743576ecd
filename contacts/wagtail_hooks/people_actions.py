"""What is done with many people at once."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy
from wagtail import hooks

from contacts.forms.bulk import CommunityForm, KnownTagForm, StopForm, TagForm
from contacts.models import Contact
from contacts.selectors.streams import EVERYTHING
from contacts.selectors.suppressions import STOPPED_ALL, stopped
from contacts.services.representatives import name_people
from contacts.services.stopping import stop_people
from contacts.services.tagging import tag_people, untag_people
from contacts.wagtail_hooks.bulk_actions import ChangingAction


class PeopleAction(ChangingAction):
    models = [Contact]


class TagPeople(PeopleAction):
    display_name = _("Tag")
    aria_label = _("Give the chosen people a tag")
    action_type = "tag"
    action_priority = 10
    form_class = TagForm
    question = ngettext_lazy(
        "Give %(count)d person a tag?", "Give %(count)d people a tag?", "count"
    )
    done = ngettext_lazy("%(count)d person was tagged.", "%(count)d people were tagged.", "count")

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        return tag_people(
            contact_ids=ids, tag=values["tag"], by=self.request.user, now=timezone.now()
        )


class UntagPeople(PeopleAction):
    display_name = _("Remove a tag")
    aria_label = _("Take a tag from the chosen people")
    action_type = "untag"
    action_priority = 50
    form_class = KnownTagForm
    question = ngettext_lazy(
        "Take a tag from %(count)d person?", "Take a tag from %(count)d people?", "count"
    )
    done = ngettext_lazy(
        "The tag was taken from %(count)d person.",
        "The tag was taken from %(count)d people.",
        "count",
    )

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        return untag_people(
            contact_ids=ids, tag=values["tag"], by=self.request.user, now=timezone.now()
        )


class NamePeople(PeopleAction):
    display_name = _("Add to a community")
    aria_label = _("Let the chosen people speak for their organisation in a community")
    action_type = "community"
    action_priority = 20
    form_class = CommunityForm
    requires = ("contacts.change_community",)
    question = ngettext_lazy(
        "Let %(count)d person speak for their organisation in a community?",
        "Let %(count)d people speak for their organisation in a community?",
        "count",
    )
    done = ngettext_lazy(
        "%(count)d person speaks in the community from now on.",
        "%(count)d people speak in the community from now on.",
        "count",
    )

    def consequences(self, rows: QuerySet[Contact]) -> list[str]:
        return [
            str(_("Only those whose organisation is in the community; the others are left out."))
        ]

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        return name_people(
            community=values["community"],
            contact_ids=ids,
            by=self.request.user,
            now=timezone.now(),
        )


class StopPeople(PeopleAction):
    display_name = _("Stop mail")
    aria_label = _("Stop mail to the chosen people")
    action_type = "stop"
    action_priority = 40
    classes = {"serious"}
    is_serious = True
    form_class = StopForm
    requires = ("contacts.add_suppression",)
    question = ngettext_lazy(
        "Stop mail to %(count)d person? Only that person can undo it.",
        "Stop mail to %(count)d people? Only these people themselves can undo it.",
        "count",
    )
    done = ngettext_lazy(
        "Mail to %(count)d address is stopped.", "Mail to %(count)d addresses is stopped.", "count"
    )

    def consequences(self, rows: QuerySet[Contact]) -> list[str]:
        silent = rows.filter(address_hash="").count()
        already = rows.filter(stopped(STOPPED_ALL)).count()
        lines = []
        if silent:
            words = ngettext(
                "%(count)d of them has no address.", "%(count)d of them have no address.", silent
            )
            lines.append(words % {"count": silent})
        if already:
            words = ngettext(
                "%(count)d of them gets no mailings already.",
                "%(count)d of them get no mailings already.",
                already,
            )
            lines.append(words % {"count": already})
        return lines

    def act(self, ids: Collection[int], values: dict[str, Any]) -> int:
        what = values["what"]
        return stop_people(
            contact_ids=ids,
            purpose=None if what == EVERYTHING else what,
            reason=values["reason"],
            by=self.request.user,
            now=timezone.now(),
        )


for action in (TagPeople, UntagPeople, NamePeople, StopPeople):
    hooks.register("register_bulk_action", action)
