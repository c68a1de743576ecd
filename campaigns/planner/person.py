"""The mail of one person: what comes, what came, and why or why not."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from campaigns.enums import EDITABLE
from campaigns.models import Mailing
from campaigns.planner.pages import PEOPLE, VIEW, PlanView, moment_in_words, when
from campaigns.selectors.expected import AHEAD, expected_mail
from campaigns.selectors.explaining import Told, explanations
from campaigns.timeline.lines import Line, LineKind
from contacts.enums import NoticeKind
from contacts.models import Contact

#: So many drafts are told of, the newest; and so many of the mailings that have begun on a page.
_DRAFTS, _PER_PAGE = 20, 20


class PersonMailPage(PlanView):
    """For who may see mailings and people; whoever was merged is shown as the one who stayed."""

    template_name = "campaigns/admin/person.html"
    page_title = gettext_lazy("Which mailings, and why")
    permissions = (VIEW, PEOPLE)
    header_icon = "mail"

    @cached_property
    def contact(self) -> Contact:
        people = Contact.objects.select_related("merged_into")
        return get_object_or_404(people, pk=self.kwargs["pk"]).whoever_stayed

    @property
    def _person_url(self) -> str:
        return reverse("wagtailsnippets_contacts_contact:inspect", args=[self.contact.pk])

    def get_page_subtitle(self) -> str:
        return str(self.contact)

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [
            {"url": self._person_url, "label": str(self.contact)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        now = timezone.now()
        found = expected_mail(self.contact, now=now)
        planned = [line.mailing for line in (*found.coming, *found.waiting) if line.mailing]
        others = Mailing.objects.filter(is_template=False).exclude(pk__in={m.pk for m in planned})
        others = others.select_related("session", "series").defer("body_nl", "body_en")
        drafts = others.filter(state__in=EDITABLE).order_by("-created_at", "-pk")[:_DRAFTS]
        begun = others.exclude(state__in=EDITABLE).order_by("-started_at", "-pk")
        earlier = Paginator(begun, _PER_PAGE).get_page(request.GET.get("p"))
        told = explanations(self.contact, list(dict.fromkeys(planned)), now=now)
        told |= explanations(self.contact, list(drafts), now=now)
        told |= explanations(self.contact, list(earlier), now=now)
        context = self.get_context_data(
            contact=self.contact,
            person_url=self._person_url,
            days=AHEAD.days,
            coming=_planned(found.coming, told),
            waiting=_planned(found.waiting, told),
            drafts=[_row(mailing, told) for mailing in drafts],
            earlier=[_row(mailing, told) for mailing in earlier],
            page=earlier,
            notices=[
                (NoticeKind(row.kind).label, moment_in_words(row.not_before, None))
                for row in found.notices
            ],
        )
        return self.render_to_response(context)


def _planned(lines: list[Line], told: dict[int, Told]) -> list[dict[str, Any]]:
    """The sentence stands at the first time: the others are for who has not answered by then."""
    return [
        _row(line.mailing, {} if line.kind == LineKind.AGAIN else told)
        | {"when": when(line), "line": line}
        for line in lines
        if line.mailing
    ]


def _row(mailing: Mailing, told: dict[int, Told]) -> dict[str, Any]:
    at = mailing.started_at or mailing.due_at
    return {
        "mailing": mailing,
        "when": moment_in_words(at, mailing.session) if at else "",
        "told": told.get(mailing.pk),
        "url": reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing.pk]),
    }
