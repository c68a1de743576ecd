"""Mailings in the admin: the list and the editor. The overview of one mailing is in `overview`."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button, HeaderButton
from wagtail.models import Revision
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from base.choosers import GuardedChooser
from base.figures import figure
from campaigns import overview
from campaigns.beginning.buttons import begin_url, copy_url, keep_button
from campaigns.beginning.pages import BeginView, TemplateView
from campaigns.builder.mailings import AudiencePage
from campaigns.builder.panels import AudiencePanel
from campaigns.editor import FieldPicker, ProofPanel
from campaigns.enums import MailingKind, MailingState
from campaigns.errors import MoveForbidden
from campaigns.forms import MailingForm
from campaigns.models import Mailing
from campaigns.overview.proofs import ProofsView
from campaigns.presets import Preset, to_audience
from campaigns.selectors.ledger import counts_of
from campaigns.services.mailings import return_to_draft
from contacts.enums import Purpose
from content.models import Session

ARCHIVE_HELP = gettext_lazy(
    "For everybody to read, once it has started: without anybody's name or personal links. Only "
    "for invitations and announcements."
)


def _text_tab(language: str, heading: Any) -> ObjectList:
    return ObjectList(
        [
            FieldPanel(
                f"subject_{language}",
                help_text=gettext_lazy("Up to some 50 characters is read on a phone."),
            ),
            FieldPanel(
                f"preheader_{language}",
                help_text=gettext_lazy("Stands after the subject in the list of mails."),
            ),
            FieldPicker(language),
            FieldPanel(f"body_{language}"),
        ],
        heading=heading,
    )


def edit_handler() -> TabbedInterface:
    """Return the tabs of the editor."""
    about = ObjectList(
        [
            FieldPanel("title", help_text=gettext_lazy("For yourselves: nobody gets to see it.")),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("purpose"), FieldPanel("topic")]),
            FieldPanel("session"),
            FieldPanel("series"),
            MultiFieldPanel(
                [
                    FieldPanel("preset"),
                    AudiencePanel(),
                    FieldPanel("theme"),
                    FieldPanel("community"),
                    FieldPanel("tiers"),
                    FieldPanel("leave_out_answered"),
                    FieldPanel("per"),
                ],
                heading=gettext_lazy("Audience"),
            ),
        ],
        heading=gettext_lazy("Audience"),
    )
    planning = ObjectList(
        [
            FieldPanel("when"),
            FieldPanel("at"),
            FieldPanel("anchor"),
            FieldRowPanel([FieldPanel("days"), FieldPanel("clock")]),
            FieldPanel("in_their_zone"),
            FieldRowPanel([FieldPanel("late_number"), FieldPanel("late_unit")]),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("repeat_times"), FieldPanel("repeat_days")]),
                    FieldPanel("stops_for_colleague"),
                ],
                heading=gettext_lazy("Until people answer"),
            ),
            FieldPanel("waits_for"),
            FieldPanel("in_archive", help_text=ARCHIVE_HELP),
            MultiFieldPanel(
                [
                    FieldPanel("sender_name"),
                    FieldPanel("reply_to"),
                    FieldPanel("with_calendar"),
                ],
                heading=gettext_lazy("Sender and calendar file"),
            ),
            FieldPanel(
                "attachments",
                help_text=format_lazy(
                    gettext_lazy(
                        "Together at most {limit}. They go out as they are when the mailing "
                        "starts. A link in the text is kinder to people with a full mailbox."
                    ),
                    limit=filesizeformat(settings.MAIL_ATTACHMENTS_MAX),
                ),
            ),
            MultiFieldPanel([FieldPanel("is_template")], heading=gettext_lazy("Template")),
        ],
        heading=gettext_lazy("Planning"),
    )
    return TabbedInterface(
        [
            _text_tab("nl", gettext_lazy("Text in Dutch")),
            _text_tab("en", gettext_lazy("Text in English")),
            about,
            planning,
        ],
        base_form_class=MailingForm,
    )


class MailingIndexView(IndexView):
    """The list, without templates; the numbers of all its rows come in one query."""

    shows_templates = False

    def get_base_queryset(self) -> QuerySet[Mailing]:
        rows: QuerySet[Mailing] = super().get_base_queryset()
        return rows.filter(is_template=self.shows_templates)

    def get_add_url(self) -> str | None:
        return begin_url() if self.user_has_permission("add") else None

    def get_copy_url(self, instance: Mailing) -> str | None:
        return copy_url(instance) if self.user_has_permission("add") else None

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        listed = context["object_list"]
        numbers = counts_of([mailing.pk for mailing in listed])
        for mailing in listed:
            mailing.numbers = numbers.get(mailing.pk, {})
        return context | {"shows_templates": self.shows_templates}

    def get_list_more_buttons(self, instance: Mailing) -> list[Button]:
        buttons = [
            Button(_("View and send"), url=overview_url(instance), icon_name="mail", priority=5),
            *super().get_list_more_buttons(instance),
        ]
        if not instance.is_template and self.user_has_permission("add"):
            buttons.append(keep_button(instance))
        return buttons

    def get_edit_url(self, instance: Mailing) -> str | None:
        return super().get_edit_url(instance) if instance.is_editable else overview_url(instance)


class MailingTemplatesView(MailingIndexView):
    """The site's own templates."""

    page_title = gettext_lazy("Templates of mailings")
    shows_templates = True

    def get_edit_url(self, instance: Mailing) -> str | None:
        return IndexView.get_edit_url(self, instance)


class MailingCreateView(CreateView):
    """A new mailing belongs to whoever makes it; `?session=` begins one to its participants."""

    def get_initial_form_instance(self) -> Mailing:
        mailing = Mailing(created_at=timezone.now(), created_by=self.request.user)
        slug = self.request.GET.get("session", "")
        if slug.isprintable() and (session := Session.objects.filter(slug=slug).first()):
            mailing.session, mailing.kind = session, MailingKind.REMINDER
            mailing.purpose = Purpose.PARTICIPATION
            mailing.audience = to_audience(Preset.REGISTERED, session=session.slug)
        return mailing

    def get_success_url(self) -> str:
        return _builder_url(self.form) or super().get_success_url()


class MailingEditView(EditView):
    """Editing returns the mailing to draft; what is being sent can only be looked at.

    Only a draft saves itself while one writes: a plan is given up by a person who means it. What
    is saved by itself replaces the revision before it, and is another one: whoever looked at that
    and starts, approves or edits it has not seen this (services.revisions).
    """

    #: Wagtail would write into the revision that somebody may be looking at.
    overwrite_revision = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not self._is_draft:
            self.autosave_enabled = False

    @property
    def _is_draft(self) -> bool:
        return bool(self.object.state == MailingState.DRAFT)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.is_editable:
            messages.warning(request, _("This mailing has been started: its text stands."))
            return redirect(overview_url(self.object))
        if self.object.state == MailingState.PLANNED:
            messages.warning(
                request, _("This mailing is planned. Once you save it, it has to be planned anew.")
            )
        return super().get(request, *args, **kwargs)

    def is_valid(self, form: Any) -> bool:
        if self.expects_json_response and not self._is_draft:
            self.produced_error_code = "planned"
            self.produced_error_message = _(
                "This mailing is not a draft any more: reload the page."
            )
            return False
        return bool(super().is_valid(form))

    def get_side_panels(self) -> MediaContainer:
        found = super().get_side_panels()
        if self.expects_json_response:
            return found
        url = reverse(viewset.get_url_name("proofs"), args=[self.object.pk])
        panel = ProofPanel(self.object, self.request, url=url, overview=overview_url(self.object))
        return MediaContainer([*found, panel])

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return_to_draft(mailing_id=self.object.pk)
                return super().form_valid(form)
        except MoveForbidden as error:
            self.produced_error_code = "started"
            self.produced_error_message = str(error)
            form.add_error(None, str(error))
            return self.form_invalid(form)

    def save_instance(self) -> Mailing:
        replaced = self._replaced()
        saved: Mailing = super().save_instance()
        if replaced is not None:
            replaced.delete()
        return saved

    def _replaced(self) -> Revision | None:
        """The revision of this editor that this one takes the place of.

        Raises PermissionDenied, which Wagtail tells as a conflict, when somebody saved after it.
        """
        number = self.request.POST.get("overwrite_revision_id", "")
        if not number:
            return None
        latest = Mailing.objects.get(pk=self.object.pk).latest_revision
        if latest is None or str(latest.pk) != number or latest.user_id != self.request.user.pk:
            raise PermissionDenied(_("Somebody saved another version meanwhile: reload the page."))
        return latest

    def get_success_url(self) -> str:
        return _builder_url(self.form) or super().get_success_url()

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(label=_("View and send"), url=overview_url(self.object), icon_name="mail")
        ]

    def get_copy_url(self) -> str | None:
        return copy_url(self.object) if self.user_has_permission("add") else None

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = list(super().header_more_buttons)
        if not self.object.is_template and self.user_has_permission("add"):
            buttons.append(keep_button(self.object))
        return buttons

    def get_success_buttons(self) -> list[Any]:
        return [messages_button(overview_url(self.object), _("View and send"))]


def _builder_url(form: MailingForm) -> str:
    """Return where the audience is put together, when that was just asked for."""
    if not form.opens_builder:
        return ""
    return reverse(viewset.get_url_name("audience"), args=[form.instance.pk])


def messages_button(url: str, text: str) -> tuple[str, str, bool]:
    """Return a button for Wagtail's messages."""
    return (url, text, False)


def overview_url(mailing: Mailing) -> str:
    """Return the address of the overview of a mailing."""
    return reverse(viewset.get_url_name("overview"), args=[mailing.pk])


def _numbers(mailing: Mailing) -> str:
    numbers = getattr(mailing, "numbers", {})
    sent = numbers.get("sent", 0)
    total = sum(numbers.values()) - numbers.get("excluded", 0)
    return f"{figure(sent)} / {figure(total)}" if total else "–"


def _due(mailing: Mailing) -> Any:
    return mailing.started_at or mailing.due_at


class MailingViewSet(SnippetViewSet):
    """Mailings."""

    model = Mailing
    chooser_viewset_class = GuardedChooser
    icon = "mail"
    menu_label = gettext_lazy("Mailings")
    menu_order = 220
    add_to_admin_menu = True
    list_display = [
        "title",
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        Column("due", label=gettext_lazy("When"), accessor=_due),
        Column("numbers", label=gettext_lazy("Sent"), accessor=_numbers),
    ]
    list_filter = ["state", "kind", "session"]
    search_fields = ["title", "subject_nl", "subject_en"]
    ordering = ["-created_at", "-pk"]
    index_view_class = MailingIndexView
    add_view_class = MailingCreateView
    edit_view_class = MailingEditView
    # A copy is begun on our own page, which asks for which session.
    copy_view_enabled = False

    def _templates_view(self, name: str, **kwargs: Any) -> Any:
        kwargs |= {
            "index_url_name": self.get_url_name(name),
            "index_results_url_name": self.get_url_name(f"{name}_results"),
            # A template goes nowhere: it has no state, no moment and no numbers.
            "list_display": [self.list_display[0], self.list_display[2]],
            "list_filter": ["kind"],
        }
        return self.construct_view(MailingTemplatesView, **self.get_index_view_kwargs(**kwargs))

    def get_edit_handler(self) -> Any:
        return edit_handler().bind_to_model(self.model)

    def get_urlpatterns(self) -> list[Any]:
        kwargs = {"viewset": self}
        return [
            *super().get_urlpatterns(),
            path("audience/<int:pk>/", AudiencePage.as_view(**kwargs), name="audience"),
            path("begin/", BeginView.as_view(**kwargs), name="begin"),
            path("keep/<int:pk>/", TemplateView.as_view(**kwargs), name="keep"),
            path("templates/", self._templates_view("templates"), name="templates"),
            path(
                "templates/results/",
                self._templates_view("templates", results_only=True),
                name="templates_results",
            ),
            path("overview/<int:pk>/", overview.OverviewView.as_view(**kwargs), name="overview"),
            path("standing/<int:pk>/", overview.StandingView.as_view(**kwargs), name="standing"),
            path("people/<int:pk>/", overview.PeopleView.as_view(**kwargs), name="people"),
            path("rows/<int:pk>/", overview.RowsView.as_view(**kwargs), name="rows"),
            path("decide/<int:pk>/", overview.DecideView.as_view(**kwargs), name="decide"),
            path("act/<int:pk>/<str:act>/", overview.ActView.as_view(**kwargs), name="act"),
            path("rest/<int:pk>/", overview.RestView.as_view(**kwargs), name="rest"),
            path("result/<int:pk>/", overview.ResultView.as_view(**kwargs), name="result"),
            path("ledger/<int:pk>/", overview.LedgerView.as_view(**kwargs), name="ledger"),
            path(
                "approval/<int:pk>/<str:act>/",
                overview.ApprovalView.as_view(**kwargs),
                name="approval",
            ),
            path("archive/<int:pk>/", overview.ArchiveView.as_view(**kwargs), name="archive"),
            path("test/<int:pk>/", overview.TestView.as_view(**kwargs), name="test"),
            path("proofs/<int:pk>/", ProofsView.as_view(**kwargs), name="proofs"),
            path(
                "preview-as/<int:pk>/", overview.PreviewAsView.as_view(**kwargs), name="preview_as"
            ),
            path(
                "preview-as/<int:pk>/mail/",
                overview.PreviewFrameView.as_view(**kwargs),
                name="preview_frame",
            ),
            path(
                "preview-as/<int:pk>/calendar/",
                overview.PreviewCalendarView.as_view(**kwargs),
                name="preview_calendar",
            ),
            path("file/<int:pk>/<int:position>/", overview.FileView.as_view(**kwargs), name="file"),
        ]


viewset = MailingViewSet()
