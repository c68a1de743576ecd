"""What was agreed at a session, and what was carried forward to it."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail.admin import messages
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from contacts.wagtail_hooks.exports import export_response
from content.models import Session
from participation.bulk_actions import SessionField
from participation.enums import AgreementState
from participation.errors import ParticipationError
from participation.models import Agreement
from participation.selectors.agreements import later_sessions, listed_agreements, of_session
from participation.selectors.files import agreements_file
from participation.services.agreements import carry_agreement, settle_agreement
from participation.wagtail_hooks.desk.pages import VIEW_AGREEMENTS, SessionView

_LIST = "wagtailsnippets_participation_agreement"
_ADD = "participation.add_agreement"
_CHANGE = "participation.change_agreement"


class AgreementsPage(SpreadsheetExportMixin, SessionView):
    """Those carried forward to this session, then its own; with `?export=csv` or `xlsx` a file."""

    template_name = "participation/admin/agreements.html"
    permission = VIEW_AGREEMENTS
    tab = "agreements"

    @cached_property
    def header_buttons(self) -> list[Button]:
        if not self.may(_ADD):
            return []
        back = {"session": self.session.pk, "next": self.url("agreements")}
        url = f"{reverse(f'{_LIST}:add')}?{urlencode(back)}"
        return [HeaderButton(_("Add an agreement"), url=url, icon_name="plus")]

    @property
    def show_export_buttons(self) -> bool:
        return True

    def get(self, request: HttpRequest, session_id: int) -> HttpResponseBase:
        rows = listed_agreements().filter(of_session(self.session.slug))
        today = timezone.localdate()
        if self.is_export:
            return export_response(
                agreements_file(rows, today),
                form=request.GET["export"],
                file_name=f"{pgettext('promise', 'agreements')}-{self.session.slug}",
            )
        listed = [(row, row.is_overdue(today), self._other_session(row)) for row in rows]
        context = self.get_context_data(
            carried=[each for each in listed if each[0].session_id != self.session.pk],
            own=[each for each in listed if each[0].session_id == self.session.pk],
            may_change_agreements=self.may(_CHANGE),
            next=urlencode({"next": self.url("agreements")}),
        )
        return self.render_to_response(context)

    def _other_session(self, row: Agreement) -> str:
        """The title of the session where it came from, or to which it went."""
        other = row.carried_to if row.session_id == self.session.pk else row.session
        return other.title(self.language) if other else ""


class _AgreementView(SessionView):
    """About one agreement of this session, or carried forward to it."""

    permission = _CHANGE
    tab = "agreements"

    @cached_property
    def agreement(self) -> Agreement:
        rows = listed_agreements().filter(of_session(self.session.slug))
        found = rows.filter(pk=self.kwargs["agreement_id"]).first()
        if found is None:
            raise Http404
        return found


class SettleAgreement(_AgreementView):
    """Done, dropped, or open after all."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, session_id: int, agreement_id: int) -> HttpResponse:
        to = request.POST.get("to", "")
        if to not in AgreementState.values:
            raise Http404
        try:
            settled = settle_agreement(
                agreement=self.agreement, to=AgreementState(to), now=timezone.now()
            )
        except ParticipationError as error:
            return self.refused(error, "agreements")
        said = {"agreement": settled, "state": settled.get_state_display()}
        messages.success(request, _("“%(agreement)s” is %(state)s.") % said)
        return redirect(self.url("agreements"))


class CarryForm(forms.Form):
    """To which session an agreement goes along."""

    carried_to = SessionField(
        label=gettext_lazy("To which session?"), queryset=Session.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("SessionField", self.fields["carried_to"])
        field.queryset = later_sessions(agreement.session)
        if agreement.carried_to is not None:
            field.initial = agreement.carried_to
            field.required = False
            field.empty_label = _("none: leave it at the session where it was made")


class CarryAgreement(_AgreementView):
    """Carry it forward to a later session, where it is shown as well."""

    template_name = "participation/admin/carry_agreement.html"

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        tab = {"url": self.url("agreements"), "label": pgettext("promise", "Agreements")}
        return [tab, {"url": "", "label": _("Carry forward")}]

    def get(self, request: HttpRequest, session_id: int, agreement_id: int) -> HttpResponse:
        return self._show(CarryForm(agreement=self.agreement))

    def post(self, request: HttpRequest, session_id: int, agreement_id: int) -> HttpResponse:
        form = CarryForm(request.POST, agreement=self.agreement)
        if not form.is_valid():
            return self._show(form, status=422)
        to = form.cleaned_data["carried_to"]
        try:
            carry_agreement(agreement=self.agreement, to=to, now=timezone.now())
        except ParticipationError as error:
            return self.refused(error, "agreements")
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self._show(form, status=422)
        if to is None:
            messages.success(request, _("It is not carried forward any more."))
        else:
            title = {"session": to.title(self.language)}
            messages.success(request, _("Carried forward to “%(session)s”.") % title)
        return redirect(self.url("agreements"))

    def _show(self, form: CarryForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            agreement=self.agreement,
            has_later=later_sessions(self.agreement.session).exists(),
            back=self.url("agreements"),
        )
        return self.render_to_response(context, status=status)
