"""Who was asked for a session, by organisation, and what each answered."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets.button import Button, HeaderButton

from contacts.models import Organisation
from participation.enums import InvitationAnswer
from participation.selectors.invited import invited_counts, invited_organisations, people_asked
from participation.services.organisation_invitations import invite_organisations
from participation.wagtail_hooks.desk.pages import SessionView

_PERMISSION = "participation.add_invitation"
_PER_PAGE = 100
_LONGEST_ID = 18


class InvitedPage(SessionView):
    """Organisation by organisation; `?state=` leaves those with one answer."""

    template_name = "participation/admin/invited.html"
    tab = "invited"

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons: list[Button] = []
        if self.may(_PERMISSION):
            url = self.url("invite")
            buttons.append(HeaderButton(_("Note whom you asked"), url=url, icon_name="plus"))
        if series := self.session.series:
            url = reverse("series_desk:invited", args=[series.pk])
            buttons.append(HeaderButton(_("Of the whole series"), url=url, icon_name="group"))
        return buttons

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        asked = request.GET.get("state", "")
        state = asked if asked in InvitationAnswer.values else ""
        found = invited_organisations(self.session)
        listed = [row for row in found if not state or row.state == state]
        page = Paginator(listed, _PER_PAGE).get_page(request.GET.get("p"))
        ids = [row.organisation.pk if row.organisation else None for row in page.object_list]
        people = people_asked(self.session, ids)
        rows = [
            replace(row, people=people.get(row.organisation.pk if row.organisation else None, ()))
            for row in page.object_list
        ]
        context = self.get_context_data(
            rows=rows,
            page=page,
            state=state,
            states=[(each.value, each.label) for each in InvitationAnswer],
            invited=invited_counts(self.session),
            is_empty=not found,
            may_invite=self.may(_PERMISSION),
            may_see_people=self.may("contacts.view_contact"),
        )
        return self.render_to_response(context)


class OrganisationsField(forms.ModelMultipleChoiceField[Organisation]):
    """Organisations by id; a number that no database holds is none of them."""

    def clean(self, value: Any) -> Any:
        for each in value or ():
            if len(str(each)) > _LONGEST_ID:
                message = self.error_messages["invalid_choice"]
                raise ValidationError(message, code="invalid_choice", params={"value": each})
        return super().clean(value)


class InviteForm(forms.Form):
    """Which organisations were asked, and by what."""

    organisations = OrganisationsField(
        label=gettext_lazy("Organisations"),
        queryset=Organisation.objects.order_by("name_key"),
        widget=forms.SelectMultiple(attrs={"size": 14}),
        help_text=gettext_lazy("Hold Ctrl (on a Mac: Cmd) to choose several."),
    )
    source = forms.CharField(
        label=gettext_lazy("How were they asked?"),
        max_length=200,
        help_text=gettext_lazy("In your own words, such as “letter of 3 March to the boards”."),
    )


class InviteOrganisations(SessionView):
    """Note that organisations were asked outside the mailings; no mail goes out."""

    template_name = "participation/admin/invite.html"
    permission = _PERMISSION
    tab = "invited"

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        tab = {"url": self.url("invited"), "label": _("Invited")}
        return [tab, {"url": "", "label": _("Note whom you asked")}]

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        return self._show(InviteForm())

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        form = InviteForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        new = invite_organisations(
            session=self.session,
            organisations=form.cleaned_data["organisations"],
            source=form.cleaned_data["source"],
            now=timezone.now(),
        )
        words = ngettext("%(number)d organisation added.", "%(number)d organisations added.", new)
        messages.success(request, words % {"number": new})
        return redirect(self.url("invited"))

    def _show(self, form: InviteForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(form=form, back=self.url("invited"))
        return self.render_to_response(context, status=status)
