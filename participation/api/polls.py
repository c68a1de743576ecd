"""Polls: answering one by its personal token; making and reading them with an access token."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Status

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem, field_problem
from content.models import SeriesPage, Session
from participation.api.routing import router
from participation.api.shared import (
    keep_private,
    language_of,
    links_as_problems,
    refusals_as_problems,
    refuse_invalid,
)
from participation.enums import PollKind
from participation.errors import PollClosed, PollInvalid
from participation.links import PollLink, read_poll
from participation.models import Poll, PollAnswer
from participation.poll_forms import NONE, PollAnswerForm
from participation.presentation import masked_contact
from participation.schemas import (
    MyPollAnswerIn,
    MyPollOut,
    PollFields,
    PollIn,
    PollOptionIn,
    PollOut,
    PollPatch,
    PollsOut,
)
from participation.selectors.polls import labels_of, polls_with_counts, results_of
from participation.services.polls import WantedOption, answer_poll, hold_poll, save_poll

_reader = Bearer("participation:read", permission="participation.view_poll")
_adder = Bearer("participation:write", permission="participation.add_poll")
_writer = Bearer("participation:write", permission="participation.change_poll")


@router.get("/my/polls/{token}", response=MyPollOut, summary="A poll by personal link")
def get_my_poll(
    request: HttpRequest, response: HttpResponse, token: str, lang: str | None = None
) -> dict[str, Any]:
    """The question with its options, and what the person answered; also once it is closed."""
    keep_private(response)
    link = _link(token)
    return _mine(link, language_of(request, lang or link.contact.language))


@router.post("/my/polls/{token}", response=MyPollOut, summary="Answer a poll")
def answer_my_poll(
    request: HttpRequest, response: HttpResponse, token: str, data: MyPollAnswerIn
) -> dict[str, Any]:
    """Answer, in the place of what was answered before. 409 once the poll is closed."""
    keep_private(response)
    link = _link(token)
    language = language_of(request, link.contact.language)
    now = timezone.now()
    with translation.override(language), refusals_as_problems():
        if not link.poll.is_open(now):
            raise PollClosed
        form = PollAnswerForm(_form_values(link.poll, data), poll=link.poll, language=language)
        refuse_invalid(form)
        with links_as_problems():
            answer_poll(
                poll=link.poll,
                contact=link.contact,
                choices=form.chosen(),
                remark=form.cleaned_data["remark"],
                now=now,
            )
    return _mine(link, language)


def _form_values(poll: Poll, data: MyPollAnswerIn) -> dict[str, Any]:
    """Return the fields of the form. Raises a 422 for choices that the poll does not take."""
    chosen: list[Any] = [str(each) for each in data.choices]
    if poll.kind == PollKind.OPEN and chosen:
        message = _("This poll has no options: answer in “remark”.")
        raise field_problem("choices", "invalid", message)
    if poll.kind == PollKind.ONE and len(chosen) > 1:
        raise field_problem("choices", "invalid", _("Choose one of the answers."))
    if poll.kind == PollKind.DATES:
        chosen = chosen or [NONE]
    values: dict[str, Any] = {"remark": data.remark}
    if chosen:
        values["choices"] = chosen[0] if poll.kind == PollKind.ONE else chosen
    return values


def _link(token: str) -> PollLink:
    with links_as_problems():
        return read_poll(token)


def _mine(link: PollLink, language: str) -> dict[str, Any]:
    poll, person = link.poll, masked_contact(link.contact)
    given = PollAnswer.objects.filter(poll=poll, contact=link.contact).first()
    return {
        "question": poll.question(language),
        "explanation": poll.explanation(language),
        "kind": poll.kind,
        "options": [{"id": pk, "label": text} for pk, text in labels_of(poll, language).items()],
        "closes_at": poll.closes_at,
        "is_open": poll.is_open(timezone.now()),
        "given_name": person["name"],
        "address": person["address"],
        "answer": {
            "choices": given.choices,
            "remark": given.remark,
            "answered_at": given.answered_at,
        }
        if given
        else None,
    }


@router.get("/polls", auth=_reader, response=PollsOut, summary="Polls")
def list_polls(
    request: HttpRequest,
    session: str = "",
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Polls, page by page, of one session or all, with how many people answered."""
    rows = polls_with_counts()
    if session:
        rows = rows.filter(session__slug=session)
    found = page(rows, cursor=cursor, limit=limit)
    return found | {"items": [_summary(row) for row in found["items"]]}


@router.post("/polls", auth=_adder, response={201: PollOut}, summary="Make a poll")
def make_poll(request: HttpRequest, data: PollIn) -> Status[dict[str, Any]]:
    """Make a poll. Who is asked is who gets a mailing with it."""
    poll = _saved(Poll(created_at=timezone.now()), data)
    return Status(201, _whole(poll))


@router.get("/polls/{int:poll_id}", auth=_reader, response=PollOut, summary="A poll")
def get_poll(request: HttpRequest, poll_id: int) -> dict[str, Any]:
    """One poll, with how many chose each option. Nobody's name is in it."""
    return _whole(_poll(poll_id))


@router.patch("/polls/{int:poll_id}", auth=_writer, response=PollOut, summary="Change a poll")
def change_poll(request: HttpRequest, poll_id: int, data: PollPatch) -> dict[str, Any]:
    """Change what is given. `closes_at` in the past closes it, null opens it again."""
    with transaction.atomic():
        hold_poll(poll_id)  # before it is read: two who change it at once undo nothing
        return _whole(_saved(_poll(poll_id), data))


def _poll(poll_id: int) -> Poll:
    poll = polls_with_counts().filter(pk=poll_id).first()
    if poll is None:
        raise Http404
    return poll


def _saved(poll: Poll, data: PollFields) -> Poll:
    given = data.model_fields_set
    for name in ("question", "explanation"):
        for language, text in (getattr(data, name) or {}).items():
            setattr(poll, f"{name}_{language}", text)
    if data.kind is not None:
        poll.kind = data.kind
    if "closes_at" in given:
        poll.closes_at = data.closes_at
    if "session" in given:
        poll.session = _found("session", Session.objects.filter(slug=data.session), data.session)
    if "series" in given:
        rows = SeriesPage.objects.filter(slug=data.series, alias_of=None)
        poll.series = _found("series", rows.order_by("pk"), data.series)
    options = None if data.options is None else [_option(each) for each in data.options]
    if poll.pk is None and options is None:
        options = []
    try:
        saved = save_poll(poll=poll, options=options)
    except PollInvalid as error:
        errors = [
            {"field": field, "code": "invalid", "message": message}
            for field, message in error.problems
        ]
        raise Problem(status=422, detail=str(error), errors=errors) from error
    return _poll(saved.pk)


def _found(field: str, rows: Any, slug: str | None) -> Any:
    """Return the row with this slug, None for none. Raises a 422 for one that does not exist."""
    if slug is None:
        return None
    row = rows.first()
    if row is None:
        raise field_problem(field, "unknown", _("There is none with the slug “%s”.") % slug)
    return row


def _option(data: PollOptionIn) -> WantedOption:
    texts = data.text
    return WantedOption(data.id, texts.get("nl", ""), texts.get("en", ""), data.day, data.starts)


def _summary(poll: Any) -> dict[str, Any]:
    return {
        "id": poll.pk,
        "kind": poll.kind,
        "question": _texts(poll, "question"),
        "explanation": _texts(poll, "explanation"),
        "session": poll.session.slug if poll.session else None,
        "series": poll.series.slug if poll.series else None,
        "closes_at": poll.closes_at,
        "is_open": poll.is_open(timezone.now()),
        "created_at": poll.created_at,
        "answers": poll.answer_count,
    }


def _whole(poll: Poll) -> dict[str, Any]:
    found = results_of(poll, "nl")
    options = [
        {
            "id": each.option.pk,
            "text": _texts(each.option, "text"),
            "day": each.option.day,
            "starts": each.option.starts,
            "count": each.count,
        }
        for each in found.options
    ]
    return _summary(poll) | {"options": options, "none": len(found.none)}


def _texts(row: Any, name: str) -> dict[str, str]:
    texts = {code: getattr(row, f"{name}_{code}") for code, _label in settings.LANGUAGES}
    return {code: text for code, text in texts.items() if text}
