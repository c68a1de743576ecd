"""A poll: its question by personal link, and what was stored of the answer."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from content.dates import moment_in_words
from content.selectors import imprint_in
from participation.errors import PollClosed
from participation.links import PollLink, read_poll
from participation.models import PollAnswer
from participation.poll_forms import PollAnswerForm
from participation.presentation import masked_contact
from participation.selectors.polls import labels_of
from participation.services.polls import answer_poll
from participation.views.personal import SeeOther, language_of, page, personal, with_language


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def poll(request: HttpRequest, token: str) -> HttpResponse:
    """The question, with what the person answered before. POST stores; it can be changed until the
    poll closes."""
    link = read_poll(token)
    language = language_of(request, link.contact.language)
    if request.method != "POST":
        return _show(request, token, link, _form(link, language))
    with translation.override(language):
        form = PollAnswerForm(request.POST, poll=link.poll, language=language)
        now = timezone.now()
        try:
            if not link.poll.is_open(now):
                raise PollClosed
            if not form.is_valid():
                return _show(request, token, link, form, status=422)
            answer_poll(
                poll=link.poll,
                contact=link.contact,
                choices=form.chosen(),
                remark=form.cleaned_data["remark"],
                now=now,
            )
        except PollClosed:  # perhaps a moment ago
            link.poll.refresh_from_db()
            return _show(request, token, link, form, status=409)
    done = reverse("participation:poll_done", args=[token])
    return SeeOther(with_language(request, done))


@require_safe
@personal
def poll_done(request: HttpRequest, token: str) -> HttpResponse:
    """What was stored, and how to change it."""
    link = read_poll(token)
    answer = _answer(link)
    if answer is None:
        return SeeOther(with_language(request, reverse("participation:poll", args=[token])))
    return _page(request, token, link, "participation/poll_done.html")


def _form(link: PollLink, language: str) -> PollAnswerForm:
    with translation.override(language):
        return PollAnswerForm(poll=link.poll, language=language, given=_answer(link))


def _answer(link: PollLink) -> PollAnswer | None:
    return PollAnswer.objects.filter(poll=link.poll, contact=link.contact).first()


def _show(
    request: HttpRequest, token: str, link: PollLink, form: PollAnswerForm, *, status: int = 200
) -> HttpResponse:
    return _page(request, token, link, "participation/poll.html", {"form": form}, status=status)


def _page(
    request: HttpRequest,
    token: str,
    link: PollLink,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    language = language_of(request, link.contact.language)
    poll, answer = link.poll, _answer(link)
    site, privacy_url = imprint_in(language)
    labels = labels_of(poll, language)
    context = (context or {}) | {
        "poll": poll,
        "question": poll.question(language),
        "question_language": poll.language_of("question", language),
        "explanation": poll.explanation(language),
        "explanation_language": poll.language_of("explanation", language),
        "is_open": poll.is_open(timezone.now()),
        "closes": moment_in_words(poll.closes_at, settings.TIME_ZONE, language)
        if poll.closes_at
        else "",
        "answer": answer,
        "chosen": [label for pk, label in labels.items() if answer and pk in answer.choices],
        "person": masked_contact(link.contact),
        "token": token,
        "session": poll.session,
        "session_title": poll.session.title(language) if poll.session else "",
        "association": site.association_name,
        "privacy_url": privacy_url,
        "contact_email": site.sender_email,
    }
    return page(request, template, context, language=language, status=status)
