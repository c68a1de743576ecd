"""What a report tells of its session by itself."""

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from content.models import ReportPage
from participation.selectors.reports import report_facts

register = template.Library()


@register.simple_tag(takes_context=True)
def facts_of_report(context: Context, page: ReportPage) -> dict[str, Any]:
    """Return what was frozen at publication; in a preview what would be frozen now."""
    is_preview = getattr(context.get("request"), "is_preview", False)
    if not is_preview:
        return page.frozen
    if page.session is None:
        return {}
    return report_facts(page.session, language=page.locale.language_code, now=timezone.now())


@register.filter
def frozen_day(day: str) -> date:
    """Return a day that was frozen as JSON."""
    return date.fromisoformat(day)
