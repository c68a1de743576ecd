"""Searching the Q&A from its index page."""

from dataclasses import dataclass
from functools import partial

from django import template
from django.template import Context
from django.utils.translation import get_language

from base import memory
from content.forms import AnswerSearchForm
from content.models import QAIndexPage, QAPage
from content.selectors import agreed_answers, find_answers

register = template.Library()


@dataclass(frozen=True)
class Listed:
    """An entry as the index shows it. `themes` are their slugs and names."""

    pk: int
    title: str
    url: str
    short_answer: str
    themes: dict[str, str]

    @property
    def theme_names(self) -> list[str]:
        return list(self.themes.values())


@dataclass(frozen=True)
class Found:
    """The form as it was filled in, and the entries that answer to it."""

    form: AnswerSearchForm
    answers: list[Listed]
    is_search: bool


@register.simple_tag(takes_context=True)
def search_answers(context: Context, index: QAIndexPage) -> Found:
    """Search by the page's `?q=&theme=`; a theme that does not exist here is a form error.

    Without words the entries stand in the order of the tree.
    """
    listed: dict[int, Listed] = memory.kept("answers", partial(_listed, index), index.pk)
    themes = {slug: name for one in listed.values() for slug, name in one.themes.items()}
    in_order = sorted(themes.items(), key=lambda theme: theme[1].casefold())
    form = AnswerSearchForm(context["request"].GET, themes=in_order)
    if not form.is_valid():
        return Found(form, [], is_search=True)
    words, theme = form.cleaned_data["q"].strip(), form.cleaned_data["theme"]
    found = find_answers(words=words, among=listed) if words else listed
    answers = [listed[pk] for pk in found]
    if theme:
        answers = [one for one in answers if theme in one.themes]
    return Found(form, answers, is_search=bool(words or theme))


def _listed(index: QAIndexPage) -> dict[int, Listed]:
    language = get_language() or "nl"
    return {
        answer.pk: Listed(
            pk=answer.pk,
            title=answer.title,
            url=answer.get_url() or "",
            short_answer=answer.short_answer,
            themes={theme.slug: theme.name(language) for theme in answer.themes.all()},
        )
        for answer in agreed_answers(index)
    }


@register.filter
def theme_names(answer: QAPage) -> list[str]:
    """The names of the themes of a page or session in the current language."""
    language = get_language() or "nl"
    return [theme.name(language) for theme in answer.themes.all()]
