"""Chosen sign-ups of a session get a mailing of their own: a draft, to just these people."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from campaigns.audience.parsing import CONTACTS_MAX
from campaigns.models import Mailing
from campaigns.services.beginning import begin_for_people
from participation.bulk_actions import RegistrationAction
from participation.models import Registration


class MailChosen(RegistrationAction):
    permission = "view"
    display_name = _("Mail")
    aria_label = _("Write a mailing to the chosen people")
    action_type = "mail"
    action_priority = 65
    button = _("Begin a draft")
    question = _("Write a mailing to these %(count)d sign-ups? You get a draft; nothing is sent.")

    @classmethod
    def is_allowed(cls, user: Any, model: type[Model]) -> bool:
        return user.has_perm("campaigns.add_mailing") and super().is_allowed(user, model)

    def prepare_action(
        self, objects: Sequence[Registration], objects_without_access: Any
    ) -> HttpResponseBase | None:
        people = sorted({each.contact_id for each in objects if each.contact_id is not None})
        sessions = {each.session for each in objects}
        if not 0 < len(people) <= CONTACTS_MAX or len(sessions) != 1:
            text = gettext("Choose confirmed sign-ups of one session, %(most)s at most.")
            messages.error(self.request, text % {"most": CONTACTS_MAX})
            return redirect(self.next_url)
        mailing = begin_for_people(
            session=sessions.pop(), people=people, by=self.request.user, now=timezone.now()
        )
        return redirect(reverse(Mailing.snippet_viewset.get_url_name("edit"), args=[mailing.pk]))
