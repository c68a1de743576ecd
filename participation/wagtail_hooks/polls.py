"""Polls in the admin: the list, the form, and the page of one with what was answered."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import (
    get_language,
    gettext_lazy,
    ngettext,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    InspectView,
    SnippetViewSet,
)

from base.bulk_actions import GuardedDelete
from base.choosers import GuardedChooser
from contacts.wagtail_hooks.exports import RoundTripExport, export_response
from contacts.wagtail_hooks.listing import GuardedIndex, choice
from participation.enums import PollKind
from participation.models import Poll, PollAnswer
from participation.poll_forms import PollForm
from participation.selectors.files import poll_file, polls_file
from participation.selectors.polls import polls_with_counts, results_of
from participation.services.polls import close_poll, hold_poll, reopen_poll

_NAME = "wagtailsnippets_participation_poll"
_PER_PAGE = 100


class PollFilters(WagtailFilterSet):
    state = choice(
        gettext_lazy("status"),
        method="in_state",
        choices=[
            ("open", pgettext_lazy("poll", "open")),
            ("closed", pgettext_lazy("poll", "closed")),
        ],
    )

    class Meta:
        model = Poll
        fields = ["kind", "session"]

    def in_state(self, polls: QuerySet[Poll], name: str, state: str) -> QuerySet[Poll]:
        is_closed = Q(closes_at__lte=timezone.now())
        return polls.filter(is_closed) if state == "closed" else polls.exclude(is_closed)


def _state(poll: Poll) -> str:
    return pgettext("poll", "open") if poll.is_open(timezone.now()) else pgettext("poll", "closed")


class PollIndex(RoundTripExport, GuardedIndex):
    """The list of polls, with how many people answered."""

    export = staticmethod(polls_file)

    def get_base_queryset(self) -> QuerySet[Poll]:
        return polls_with_counts()

    def get_edit_url(self, instance: Poll) -> str | None:
        """The question leads to the answers, from which it is edited."""
        return poll_url(instance)

    def get_list_more_buttons(self, instance: Poll) -> list[Button]:
        buttons = []
        if self.user_has_permission("change"):
            edit = reverse(f"{_NAME}:edit", args=[instance.pk])
            buttons.append(Button(_("Edit"), url=edit, icon_name="edit", priority=10))
        if delete := self.get_delete_url(instance):
            buttons.append(Button(_("Delete"), url=delete, icon_name="bin", priority=50))
        return buttons


class _Added(CreateView):
    def get_initial_form_instance(self) -> Poll:
        return Poll(created_at=timezone.now())

    def get_success_url(self) -> str:
        return poll_url(self.object)


class _Edited(EditView):
    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        hold_poll(self.object.pk)  # nobody chooses an option that is being removed
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def get_success_url(self) -> str:
        return poll_url(self.object)


def _with_answers(polls: list[Any]) -> str:
    """How many answers go with these polls, in words; empty when there are none."""
    number = PollAnswer.objects.filter(poll__in=[each.pk for each in polls]).count()
    if not number:
        return ""
    words = ngettext(
        "%(number)s answer goes with it, and cannot be brought back.",
        "%(number)s answers go with it, and cannot be brought back.",
        number,
    )
    return words % {"number": number}


class _Deleted(DeleteView):
    @property
    def confirmation_message(self) -> str:
        question = _("Do you want to delete this poll?")
        return f"{question} {_with_answers([self.object])}".strip()


class DeletePolls(GuardedDelete):
    """Several polls at once, with how many answers go with them."""

    models = [Poll]
    template_name = "participation/admin/delete_polls.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        polls = [each["item"] for each in context["items"]]
        return context | {"answers_lost": _with_answers(polls)}


class PollPage(SpreadsheetExportMixin, InspectView):
    """One poll: what was chosen how often, by whom and for whom; with `?export=csv` or `xlsx` the
    answers as a file."""

    template_name = "participation/admin/poll.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            return export_response(
                poll_file(self.object, _language()),
                form=request.GET["export"],
                file_name=f"{_('poll')}-{self.object.pk}",
            )
        answer: HttpResponseBase = super().get(request, *args, **kwargs)
        return answer

    def get_page_title(self) -> str:
        return self.object.question(_language())

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse(f"{_NAME}:list"), "label": _("Polls")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("change"):
            return []
        is_open = self.object.is_open(timezone.now())
        act, text = ("close", _("Close now")) if is_open else ("reopen", _("Open again"))
        return [
            HeaderButton(text, url=reverse(f"{_NAME}:{act}", args=[self.object.pk])),
            HeaderButton(_("Edit"), url=self.get_edit_url(), icon_name="edit"),
        ]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = [
            Button(text, url=f"?export={kind}", icon_name="download", priority=15)
            for kind, text in (("xlsx", _("Answers as XLSX")), ("csv", _("Answers as CSV")))
        ]
        if delete_url := self.get_delete_url():
            buttons.append(Button(_("Delete"), url=delete_url, icon_name="bin", priority=20))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        language = _language()
        found = results_of(self.object, language)
        page = Paginator(found.answers, _PER_PAGE).get_page(self.request.GET.get("p"))
        labels = {each.option.pk: each.label for each in found.options}
        return super().get_context_data(**kwargs) | {
            "poll": self.object,
            "explanation": self.object.explanation(language),
            "session_title": self.object.session.title(language) if self.object.session else "",
            "is_open": self.object.is_open(timezone.now()),
            "found": found,
            "has_dates": self.object.kind == PollKind.DATES,
            "page": page,
            "listed": [(one, [labels[pk] for pk in labels if pk in one.choices]) for one in page],
        }


class PollAct(WagtailAdminTemplateMixin, View):
    """Close a poll or open it again: it asks first, with its consequence, and acts on POST."""

    template_name = "participation/admin/poll_act.html"
    header_icon = "clipboard-list"
    act = ""
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm("participation.change_poll"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def poll(self) -> Poll:
        return get_object_or_404(polls_with_counts(), pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Close the poll") if self.act == "close" else _("Open the poll again")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse(f"{_NAME}:list"), "label": _("Polls")},
            {"url": poll_url(self.poll), "label": self.poll.question(_language())},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = self.get_context_data(
            poll=self.poll, closes=self.act == "close", back=poll_url(self.poll)
        )
        return self.render_to_response(context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        now = timezone.now()
        if self.act == "close":
            done, words = close_poll(poll=self.poll, now=now), _("The poll is closed.")
        else:
            done, words = reopen_poll(poll=self.poll, now=now), _("The poll is open again.")
        if done:
            messages.success(request, words)
        else:
            messages.warning(request, _("Somebody did this already."))
        return redirect(poll_url(self.poll))


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "nl"


def poll_url(poll: Poll) -> str:
    """The page of a poll in the admin."""
    return reverse(f"{_NAME}:inspect", args=[poll.pk])


class PollViewSet(SnippetViewSet):
    model = Poll
    chooser_viewset_class = GuardedChooser
    menu_label = gettext_lazy("Polls")
    icon = "clipboard-list"
    menu_order = 135
    add_to_admin_menu = True
    index_view_class = PollIndex
    add_view_class = _Added
    edit_view_class = _Edited
    delete_view_class = _Deleted
    inspect_view_class = PollPage
    inspect_view_enabled = True
    copy_view_enabled = False
    filterset_class = PollFilters
    list_display = [
        "__str__",
        Column("kind", label=capfirst(gettext_lazy("kind")), accessor="get_kind_display"),
        Column("session", label=capfirst(gettext_lazy("session"))),
        NumberColumn(
            "answer_count", label=capfirst(gettext_lazy("answers")), sort_key="answer_count"
        ),
        Column("state", label=capfirst(gettext_lazy("status")), accessor=_state),
        DateColumn("closes_at", label=capfirst(gettext_lazy("closes at")), sort_key="closes_at"),
    ]
    search_fields = ["question_nl", "question_en", "explanation_nl", "explanation_en"]
    search_backend_name = None
    export_filename = "peilingen"
    edit_handler = ObjectList(
        [
            FieldPanel(
                "kind",
                help_text=gettext_lazy(
                    "Who is asked is who gets a mailing with this poll: put it in the text of one."
                ),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("question_nl"),
                    FieldPanel("question_en"),
                    FieldPanel("explanation_nl"),
                    FieldPanel("explanation_en"),
                ],
                heading=gettext_lazy("Question"),
                help_text=gettext_lazy(
                    "What you write in one language only is shown in it to everybody."
                ),
            ),
            InlinePanel(
                "options",
                panels=[
                    FieldRowPanel([FieldPanel("text_nl"), FieldPanel("text_en")]),
                    FieldRowPanel([FieldPanel("day"), FieldPanel("starts")]),
                ],
                heading=gettext_lazy("Options"),
                help_text=gettext_lazy(
                    "A text each; for a poll of dates a day, and a text only if there is more to "
                    "say. None when people answer in their own words."
                ),
                label=gettext_lazy("Option"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("session"),
                    FieldPanel("series"),
                    FieldPanel(
                        "closes_at",
                        help_text=gettext_lazy("Empty: open until you close it yourself."),
                    ),
                ],
                heading=gettext_lazy("What it is about, and until when"),
            ),
        ],
        base_form_class=PollForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("close/<int:pk>/", PollAct.as_view(act="close"), name="close"),
            path("reopen/<int:pk>/", PollAct.as_view(act="reopen"), name="reopen"),
        ]
