"""Another moment for a mailing, by a form."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.enums import MailingState
from campaigns.errors import CampaignError, MailingNotReady
from campaigns.forms import PlanFields, fields_of_plan, plan_of_fields
from campaigns.models import Mailing
from campaigns.planner.pages import CHANGE, SEND, PlanView, moment_in_words, plan_url
from campaigns.services.moving import move_mailing


class MoveForm(forms.Form):
    """When the mailing goes out; what is repeated stays so."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[
            ("relative", gettext_lazy("counted from the session")),
            ("at", gettext_lazy("at a moment")),
        ],
        widget=forms.RadioSelect,
    )
    days = PlanFields.base_fields["days"]
    anchor = PlanFields.base_fields["anchor"]
    clock = PlanFields.base_fields["clock"]
    at = PlanFields.base_fields["at"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        try:
            data["plan"] = plan_of_fields(data)
        except ValidationError as error:
            for name, found in error.message_dict.items():
                self.add_error(name, found)
        return data


class MovePage(PlanView):
    """GET shows the form, POST moves. A planned mailing moves only by who may send it."""

    template_name = "campaigns/admin/plan_move.html"
    page_title = gettext_lazy("Another moment")
    permissions = (CHANGE,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_planned = self.mailing.state == MailingState.PLANNED
        if is_planned and not request.user.has_perm(SEND):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def mailing(self) -> Mailing:
        rows = Mailing.objects.select_related("session", "series", "session__series")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.mailing.title

    def back(self) -> str:
        """The plan that the organiser came from, else the mailing itself."""
        session, series = self.mailing.session, self.mailing.series
        series = series or (session.series if session else None)
        if series and (session is None or self.request.GET.get("from") == "series"):
            return plan_url(series)
        if session:
            return plan_url(session)
        return reverse("wagtailsnippets_campaigns_mailing:overview", args=[self.mailing.pk])

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.mailing.is_editable:
            messages.warning(request, _("This mailing has been started: its moment stands."))
            return redirect(self.back())
        initial = {"when": "relative" if self.mailing.session else "at"}
        return self._show(MoveForm(initial=initial | fields_of_plan(self._plan())))

    def _plan(self) -> dict[str, Any]:
        plan: dict[str, Any] = {
            name: value for name, value in self.mailing.plan.items() if name != "repeat"
        }
        return {} if "now" in plan else plan

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = MoveForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        try:
            moved = move_mailing(
                mailing_id=pk,
                plan=form.cleaned_data["plan"],
                by=cast("User", request.user),
                now=timezone.now(),
            )
        except MailingNotReady as error:
            for problem in error.problems:
                form.add_error(None, problem)
            return self._show(form, status=422)
        except CampaignError as error:
            form.add_error(None, str(error))
            return self._show(form, status=422)
        messages.success(request, self._done(moved))
        return redirect(self.back())

    def _done(self, mailing: Mailing) -> str:
        words = {"title": mailing.title}
        if mailing.due_at is None:
            return _("“%(title)s” has another moment.") % words
        words["moment"] = moment_in_words(mailing.due_at, mailing.session)
        return _("“%(title)s” goes out on %(moment)s.") % words

    def _show(self, form: MoveForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            mailing=self.mailing,
            form=form,
            back=self.back(),
            is_planned=self.mailing.state == MailingState.PLANNED,
        )
        return self.render_to_response(context, status=status)
