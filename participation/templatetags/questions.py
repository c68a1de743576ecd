"""The public learning questions of a series where its page wants them."""

from typing import Any

from django import template
from django.utils.translation import get_language

from content.models import SeriesPage
from participation.enums import QuestionState
from participation.selectors.inventory import public_questions

register = template.Library()


@register.inclusion_tag("participation/series_inventory.html")
def series_questions(series: SeriesPage) -> dict[str, Any]:
    """Show what organisations want to learn in a series; nothing when no question is public."""
    return {
        "questions": list(public_questions(series.translation_key)),
        "language": get_language() or "nl",
        "answered": QuestionState.ANSWERED,
    }
