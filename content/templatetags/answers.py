"""Searching the Q&A from its index page."""

from dataclasses import dataclass

from django import template
from django.template import Context
from django.utils.translation import get_language

from contacts.models import Theme
from content.forms import AnswerSearchForm
from content.models import QAIndexPage, QAPage
from content.selectors import agreed_answers, find_answers

register = template.Library()


@dataclass(frozen=True)
class Found:
    """The form as it was filled in, and the entries that answer to it."""

    form: AnswerSearchForm
    answers: list[QAPage]
    is_search: bool


@register.simple_tag(takes_context=True)
def search_answers(context: Context, index: QAIndexPage) -> Found:
    """Search by the page's `?q=&theme=`; a theme that does not exist here is a form error."""
    themes = Theme.objects.filter(qapage__in=agreed_answers(index)).distinct()
    language = get_language() or "nl"
    listed = sorted(themes, key=lambda theme: theme.name(language).casefold())
    form = AnswerSearchForm(context["request"].GET, themes=listed)
    if not form.is_valid():
        return Found(form, [], is_search=True)
    words, theme = form.cleaned_data["q"], form.cleaned_data["theme"]
    answers = find_answers(index=index, words=words, theme=theme)
    return Found(form, answers, is_search=bool(words.strip() or theme))


@register.filter
def theme_names(answer: QAPage) -> list[str]:
    """The names of the themes of a page or session in the current language."""
    language = get_language() or "nl"
    return [theme.name(language) for theme in answer.themes.all()]
