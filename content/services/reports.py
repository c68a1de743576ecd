"""A report of a session: its first draft, and since when it is public."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from content.errors import SessionWithoutPage
from content.models import ReportPage, SeriesPage, Session
from content.selectors.publications import source_page
from content.selectors.reports import report_to_edit


@transaction.atomic
def draft_report(*, session: Session, by: User) -> ReportPage:
    """Return the report of a session in its own language: the one that is there, else a new draft.

    The draft stands beside the page of the session, and has a result to fill in for each goal of
    the series. Raises SessionWithoutPage.
    """
    session = Session.objects.select_for_update().get(pk=session.pk)  # two clicks are one report
    if found := report_to_edit(session):
        return found
    page = source_page(session)
    if page is None:
        raise SessionWithoutPage
    above = page.get_parent().specific
    with override(session.source_language):
        title = _("Report: %(session)s") % {"session": session.title(session.source_language)}
    report = ReportPage(
        title=title[:255],
        locale=page.locale,
        session=session,
        outcome=_results_to_fill_in(above),
        live=False,
        owner=by,
    )
    above.add_child(instance=report)
    report.save_revision(user=by, log_action="wagtail.create")
    return report


def _results_to_fill_in(above: Any) -> list[tuple[str, dict[str, str]]]:
    goals = above.goals if isinstance(above, SeriesPage) else []
    return [("result", {"goal": str(block.value), "result": ""}) for block in goals]


def note_public(*, page: ReportPage) -> None:
    """Note since when a report is live; published again it is no other moment."""
    moment = page.last_published_at
    if ReportPage.objects.filter(pk=page.pk, public_since=None).update(public_since=moment):
        page.public_since = moment


def note_gone(*, page: ReportPage) -> None:
    """Note that a report is live no more."""
    ReportPage.objects.filter(pk=page.pk).update(public_since=None)
    page.public_since = None
