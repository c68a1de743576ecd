"""What a report tells of its session by itself."""

from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils import timezone
from django.utils.translation import get_language

from content.dates import date_in_words
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
def frozen_day(day: str) -> str:
    """Return a day that was frozen as JSON, in words."""
    return date_in_words(date.fromisoformat(day), get_language() or settings.LANGUAGE_CODE)
