"""What one person will get in the coming weeks, and why not."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from campaigns.planner.pages import PEOPLE, VIEW, PlanView, moment_in_words, when
from campaigns.selectors.expected import AHEAD, Expected, expected_mail
from contacts.enums import NoticeKind
from contacts.models import Contact


class ExpectedMailPage(PlanView):
    """For who may see mailings and people; whoever was merged is shown as the one who stayed."""

    template_name = "campaigns/admin/expected.html"
    page_title = gettext_lazy("Mail to expect")
    permissions = (VIEW, PEOPLE)
    header_icon = "mail"

    @cached_property
    def contact(self) -> Contact:
        people = Contact.objects.select_related("merged_into")
        return get_object_or_404(people, pk=self.kwargs["pk"]).whoever_stayed

    def get_page_subtitle(self) -> str:
        return str(self.contact)

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        person = reverse("wagtailsnippets_contacts_contact:inspect", args=[self.contact.pk])
        return [
            {"url": person, "label": str(self.contact)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = expected_mail(self.contact, now=timezone.now())
        context = self.get_context_data(
            contact=self.contact,
            days=AHEAD.days,
            coming=[_row(each) for each in found.coming],
            waiting=[_row(each) for each in found.waiting],
            notices=[
                (NoticeKind(row.kind).label, moment_in_words(row.not_before, None))
                for row in found.notices
            ],
        )
        return self.render_to_response(context)


def _row(expected: Expected) -> dict[str, Any]:
    line = expected.line
    mailing = line.mailing.pk if line.mailing else 0
    return {
        "line": line,
        "when": when(line),
        "verdict": expected.verdict,
        "url": reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing]),
    }
