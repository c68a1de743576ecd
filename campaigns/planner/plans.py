"""The time line of a series, or of one session, with what a chosen person will receive on it."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import Button, HeaderButton

from base.choosers import RowChooser
from base.figures import figure
from campaigns.beginning.buttons import begin_url
from campaigns.models import Mailing
from campaigns.planner.pages import (
    ADD,
    CHANGE,
    PEOPLE,
    SEND,
    PlanView,
    Whole,
    name_of,
    plan_url,
    when,
)
from campaigns.selectors.expected import verdicts
from campaigns.selectors.timeline import Timeline, series_timeline, session_timeline
from campaigns.timeline.lines import Line, LineKind
from campaigns.timeline.profiles import Profile, Verdict, verdict
from contacts.models import Contact
from content.models import SeriesPage, Session


class WhoForm(forms.Form):
    """For whom the time line says what comes: an invented kind of person, or somebody."""

    who = forms.ChoiceField(
        label=gettext_lazy("What will somebody receive who …"),
        choices=[("", gettext_lazy("– choose –")), *Profile.choices],
        required=False,
    )
    contact = forms.ModelChoiceField(
        label=gettext_lazy("Or this person"),
        queryset=Contact.objects.present(),
        required=False,
    )

    def __init__(self, *args: Any, sees_people: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sees_people:
            self.fields["contact"].widget = RowChooser(Contact)
        else:
            del self.fields["contact"]


class PlanPage(PlanView):
    """What the time lines of a series and of a session share."""

    template_name = "campaigns/admin/plan.html"
    page_title = gettext_lazy("Plan")
    copy_name = ""

    @cached_property
    def whole(self) -> Whole:
        raise Http404

    def timeline(self) -> Timeline:
        raise Http404

    def get_page_subtitle(self) -> str:
        return name_of(self.whole)

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": name_of(self.whole)}]

    @cached_property
    def header_buttons(self) -> list[Button]:
        if not self.may(ADD):
            return []
        copy = reverse(f"mailing_plans:{self.copy_name}", args=[self.whole.pk])
        return [
            HeaderButton(_("New mailing"), url=self.new_url, icon_name="plus"),
            HeaderButton(_("Copy this plan"), url=copy, icon_name="copy"),
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.timeline()
        asked = {name: request.GET.get(name, "") for name in ("who", "contact")}
        form = WhoForm(asked, sees_people=self.may(PEOPLE))
        told, known = self._told(form, found)
        lines = [self._row(line, known) for line in found.lines if line.place is not None]
        context = self.get_context_data(
            whole=self.whole,
            title=name_of(self.whole),
            lines=_with_today(lines),
            undated=[self._row(line, known) for line in found.lines if line.place is None],
            has_mailings=bool(found.mailings),
            conflicts=found.conflicts,
            form=form,
            told=told,
            links=self.links(),
            new_url=self.new_url if self.may(ADD) else "",
        )
        return self.render_to_response(context)

    @property
    def new_url(self) -> str:
        """Where a mailing about this begins."""
        if isinstance(self.whole, Session):
            return begin_url(session=self.whole.slug)
        return begin_url(series=str(self.whole.pk))

    def links(self) -> list[tuple[str, str]]:
        """Return (address, words) of the plans around this one."""
        return []

    def _told(self, form: WhoForm, found: Timeline) -> tuple[str, dict[int, Verdict]]:
        """Return about whom the line tells, and of each mailing whether it comes."""
        if not form.is_valid():
            return "", {}
        if contact := form.cleaned_data.get("contact"):
            return str(contact), verdicts(contact, found.mailings, now=timezone.now())
        if not form.cleaned_data["who"]:
            return "", {}
        profile = Profile(form.cleaned_data["who"])
        facts = found.facts(profile)
        # Of what has gone out the ledger tells, and in that no invented person stands.
        coming = [mailing for mailing in found.mailings if mailing.is_editable]
        known = {mailing.pk: verdict(mailing, facts) for mailing in coming}
        return _("somebody who %s") % profile.label, known

    def _row(self, line: Line, known: dict[int, Verdict]) -> dict[str, Any]:
        mailing = line.mailing
        return {
            "line": line,
            "when": when(line),
            "session": name_of(line.session) if line.session else "",
            "number": "" if line.number is None else figure(line.number),
            "verdict": known.get(mailing.pk) if mailing else None,
            "url": _mailing_url(mailing) if mailing else "",
            "move_url": self._move_url(line),
            "is_ahead": line.place is not None and line.place >= timezone.now(),
        }

    def _move_url(self, line: Line) -> str:
        if line.kind != LineKind.MAILING or not line.is_to_come or line.mailing is None:
            return ""
        if not self.may(SEND if line.mailing.state == "planned" else CHANGE):
            return ""
        url = reverse("mailing_plans:move", args=[line.mailing.pk])
        return f"{url}?from={'series' if isinstance(self.whole, SeriesPage) else 'session'}"


def _mailing_url(mailing: Mailing) -> str:
    return reverse("wagtailsnippets_campaigns_mailing:overview", args=[mailing.pk])


def _with_today(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark the first line that is still to come, when something lies before it."""
    for place, row in enumerate(rows):
        if row["is_ahead"]:
            row["is_first_ahead"] = place > 0
            break
    return rows


class SeriesPlan(PlanPage):
    """All that happens in a series; its page may be looked at in any language."""

    copy_name = "copy_series"

    @cached_property
    def whole(self) -> SeriesPage:
        return get_object_or_404(SeriesPage, pk=self.kwargs["pk"])

    def timeline(self) -> Timeline:
        return series_timeline(self.whole, now=timezone.now())


class SessionPlan(PlanPage):
    """All that happens around one session."""

    copy_name = "copy_session"

    @cached_property
    def whole(self) -> Session:
        sessions = Session.objects.select_related("series")
        return get_object_or_404(sessions, pk=self.kwargs["pk"])

    def timeline(self) -> Timeline:
        return session_timeline(self.whole, now=timezone.now())

    def links(self) -> list[tuple[str, str]]:
        series = self.whole.series
        if series is None:
            return []
        return [(plan_url(series), _("The plan of the series “%s”") % series.title)]
