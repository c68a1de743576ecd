"""Copying a plan to another session or series: what will be made, and when it would go out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets import AdminDateTimeInput

from campaigns.planner.pages import (
    ADD,
    VIEW,
    PlanView,
    Whole,
    moment_in_words,
    name_of,
    plan_url,
    when,
)
from campaigns.selectors.copying import Copy, copies_of
from campaigns.services.copying import CopyRefused, copy_plan
from campaigns.timeline.lines import Line, LineKind
from content import dates
from content.models import SeriesPage, Session

_LONGEST_ID = 18


class _Copying(PlanView):
    """`?target=` is where the plan goes. Without it that is asked; with it, what to bring along."""

    template_name = "campaigns/admin/plan_copy.html"
    page_title = gettext_lazy("Copy this plan")
    permissions = (VIEW, ADD)

    @cached_property
    def source(self) -> Whole:
        raise Http404

    @cached_property
    def targets(self) -> list[tuple[Whole, str]]:
        """Return what the plan can be copied to, with its name."""
        return []

    def get_page_subtitle(self) -> str:
        return name_of(self.source)

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        here = {"url": plan_url(self.source), "label": name_of(self.source)}
        return [here, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def target(self) -> Whole | None:
        asked = self.request.GET.get("target", "")
        return next((row for row, _name in self.targets if str(row.pk) == asked), None)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show({})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.target is None:
            return self._show({}, problems=[_("Choose where the plan goes.")], status=422)
        chosen = {int(each) for each in request.POST.getlist("mailing") if _is_number(each)}
        again = {int(each) for each in request.POST.getlist("there") if _is_number(each)}
        if not chosen:
            problems = [_("Choose at least one mailing.")]
            return self._show(request.POST, problems=problems, status=422)
        try:
            made = copy_plan(
                source=self.source,
                target=self.target,
                mailing_ids=chosen,
                moments=_moments(request.POST, chosen),
                again=again & chosen,
                by=cast("User", request.user),
                now=timezone.now(),
            )
        except (CopyRefused, ValidationError) as error:
            problems = error.messages if isinstance(error, ValidationError) else [str(error)]
            return self._show(request.POST, problems=problems, status=422)
        self._say(len(made), len(chosen))
        return redirect(plan_url(self.target))

    def _say(self, made: int, chosen: int) -> None:
        if made:
            text = ngettext("%(number)s draft made.", "%(number)s drafts made.", made)
            messages.success(self.request, text % {"number": made})
        if made < chosen:
            words = _("What was copied already was not copied again.")
            messages.warning(self.request, words)

    def _show(
        self, posted: Mapping[str, Any], *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        copies = copies_of(self.source, self.target) if self.target else []
        context = self.get_context_data(
            source=name_of(self.source),
            target=self.target,
            target_name=name_of(self.target) if self.target else "",
            targets=[(row.pk, name, row == self.target) for row, name in self.targets],
            rows=[self._row(copy, posted) for copy in copies],
            problems=problems or [],
            back=plan_url(self.source),
            media=AdminDateTimeInput().media,
        )
        return self.render_to_response(context, status=status)

    def _row(self, copy: Copy, posted: Mapping[str, Any]) -> dict[str, Any]:
        number = copy.source.pk
        ticked = posted.getlist("mailing") if hasattr(posted, "getlist") else None
        moment = copy.moment
        line = Line(
            LineKind.MAILING,
            at=moment.at,
            about=moment.about,
            session=copy.made.session if copy.made else None,
        )
        name = f"at-{number}"
        return {
            "copy": copy,
            "is_ticked": copy.is_chosen if ticked is None else str(number) in ticked,
            "when": "" if copy.needs_date else when(line),
            "has_passed": bool(line.place and line.place < timezone.now() and not copy.needs_date),
            "was_at": self._was_at(copy),
            "at": AdminDateTimeInput().render(name, posted.get(name, ""), {"id": name}),
            "at_id": name,
        }

    def _was_at(self, copy: Copy) -> str:
        at = copy.moment.at
        return moment_in_words(at, copy.source.session) if copy.needs_date and at else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def _moments(posted: Any, chosen: set[int]) -> dict[int, datetime]:
    """Return the new moments that were typed. Raises ValidationError."""
    field = forms.DateTimeField(required=False, widget=AdminDateTimeInput())
    found = {number: field.clean(posted.get(f"at-{number}", "")) for number in chosen}
    return {number: moment for number, moment in found.items() if moment}


class CopySession(_Copying):
    """From one session to another, of whichever series."""

    @cached_property
    def source(self) -> Session:
        return get_object_or_404(Session, pk=self.kwargs["pk"])

    @cached_property
    def targets(self) -> list[tuple[Whole, str]]:
        rows = Session.objects.exclude(pk=self.source.pk).order_by("-first_day", "-pk")
        return [
            (row, f"{row.title(self.language)}, {dates.when(row, self.language)}") for row in rows
        ]


class CopySeries(_Copying):
    """From one series to another: its sessions in the order of their dates."""

    @cached_property
    def source(self) -> SeriesPage:
        return get_object_or_404(SeriesPage, pk=self.kwargs["pk"])

    @cached_property
    def targets(self) -> list[tuple[Whole, str]]:
        rows = SeriesPage.objects.exclude(translation_key=self.source.translation_key)
        return [(row, row.title) for row in rows.filter(alias_of=None).order_by("title", "pk")]
