"""HTTP API of this room: mailings, their dry run, their moves and their ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Body, Router, Status

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem, field_problem
from campaigns import audience
from campaigns.blocks import MailBodyBlock
from campaigns.checks import send_problems
from campaigns.compiling import LANGUAGES, written_languages
from campaigns.enums import MailingState
from campaigns.errors import (
    AudienceInvalid,
    CampaignError,
    MailingNotReady,
    MoveForbidden,
)
from campaigns.markdown import to_blocks
from campaigns.models import Delivery, Mailing
from campaigns.schemas import (
    DeliveriesOut,
    DeliveryOut,
    DryRunOut,
    ExplanationOut,
    MailingIn,
    MailingOut,
    MailingPatch,
    MailingsOut,
    PauseIn,
    PlanIn,
    ResolveIn,
    TestIn,
    TestOut,
)
from campaigns.selectors.ledger import counts
from campaigns.selectors.recipients import dry_run, explain
from campaigns.services import mailings
from contacts.enums import MailState
from contacts.errors import AddressInvalid
from contacts.models import Contact
from content.models import SeriesPage, Session

router = Router(tags=["mailings"])

_reader = Bearer("mailings:read", permission="campaigns.view_mailing")
_writer = Bearer("mailings:write", permission="campaigns.change_mailing")
_sender = Bearer("mailings:send", permission="campaigns.send_mailing")

_BODY = MailBodyBlock()

#: The API's names of the fields that the editor has per language or calls otherwise.
_NAMES = {
    **{
        f"{part}_{code}": f"{part}.{code}"
        for part in ("subject", "preheader", "body")
        for code in LANGUAGES
    },
    "sender_name": "from",
    "with_calendar": "calendar",
    "__all__": "",
}


@contextmanager
def _refusals_as_problems(field: str = "") -> Iterator[None]:
    """Answer expected failures: 409 with the legal moves, 422 with the fields."""
    try:
        yield
    except MoveForbidden as error:
        raise Problem(
            status=409,
            code="move_forbidden",
            detail=str(error),
            state=error.state,
            legal=error.legal,
        ) from error
    except MailingNotReady as error:
        raise _not_ready(error.problems, field) from error
    except ValidationError as error:
        raise _fields_problem(error) from error
    except AudienceInvalid as error:
        raise field_problem(
            f"audience.{error.path}".rstrip("."), "invalid", error.message
        ) from error
    except CampaignError as error:
        raise field_problem(field, "invalid", str(error)) from error


def _not_ready(problems: list[str], field: str) -> Problem:
    return Problem(
        status=422,
        code="not_ready",
        detail=_("The mailing is not ready to be sent."),
        errors=[{"field": field, "code": "not_ready", "message": each} for each in problems],
    )


def _fields_problem(error: ValidationError) -> Problem:
    return Problem(
        status=422,
        detail=_("Some fields are not right."),
        errors=[
            {"field": _NAMES.get(name, name), "code": "invalid", "message": message}
            for name, messages in error.message_dict.items()
            for message in messages
        ],
    )


def _mailing(mailing_id: int) -> Mailing:
    rows = Mailing.objects.select_related("session", "series")
    found = rows.filter(pk=mailing_id).first()
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> Any:
    return request.user


# --- read and write ---------------------------------------------------------------------------


@router.get("/mailings", auth=_reader, response=MailingsOut, by_alias=True, summary="Mailings")
def list_mailings(
    request: HttpRequest,
    state: MailingState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Mailings, page by page, of one state or all."""
    rows: QuerySet[Mailing] = Mailing.objects.select_related("session", "series")
    if state is not None:
        rows = rows.filter(state=state)
    found = page(rows, cursor=cursor, limit=limit)
    return found | {"items": [_out(row) for row in found["items"]]}


@router.post(
    "/mailings", auth=_writer, response={201: MailingOut}, by_alias=True, summary="A new draft"
)
def create_mailing(request: HttpRequest, data: MailingIn) -> Status[dict[str, Any]]:
    """Make a draft. An unknown field, session or condition is an error here, not when sending."""
    mailing = Mailing()
    _write(mailing, data, request)
    return Status(201, _out(mailing))


@router.get(
    "/mailings/{int:mailing_id}",
    auth=_reader,
    response=MailingOut,
    by_alias=True,
    summary="One mailing",
)
def read_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """The mailing with its state; `counts` add up to the ledger."""
    return _out(_mailing(mailing_id))


@router.patch(
    "/mailings/{int:mailing_id}",
    auth=_writer,
    response=MailingOut,
    by_alias=True,
    summary="Edit a mailing",
)
def edit_mailing(request: HttpRequest, mailing_id: int, data: MailingPatch) -> dict[str, Any]:
    """Change what is given; the mailing is a draft again. 409 once it is being sent."""
    mailing = _mailing(mailing_id)
    _write(mailing, data, request)
    return _out(mailing)


def _write(mailing: Mailing, data: MailingPatch, request: HttpRequest) -> None:
    given = {name: getattr(data, name) for name in data.model_fields_set}
    _set_about(mailing, given)
    for name in ("kind", "title", "purpose", "audience", "per", "reply_to", "plan"):
        if name in given:
            setattr(mailing, name, given[name] if given[name] is not None else _EMPTY.get(name, ""))
    if "sender" in given:
        mailing.sender_name = given["sender"] or ""
    if "calendar" in given:
        mailing.with_calendar = bool(given["calendar"])
    for part in ("subject", "preheader"):
        for code, text in (given.get(part) or {}).items():
            setattr(mailing, f"{part}_{code}", text)
    for code, body in (given.get("body") or {}).items():
        setattr(mailing, f"body_{code}", _body(body, f"body.{code}"))
    _check_languages(mailing, given.get("languages"))
    with _refusals_as_problems():
        mailings.save_mailing(mailing=mailing, by=_user(request), now=timezone.now())


_EMPTY: dict[str, Any] = {"audience": {}, "plan": {}}


def _set_about(mailing: Mailing, given: dict[str, Any]) -> None:
    if "session" in given:
        slug = given["session"]
        mailing.session = Session.objects.filter(slug=slug).first() if slug else None
        if slug and mailing.session is None:
            raise field_problem("session", "unknown", _("There is no session “%s”.") % slug)
    if "series" in given:
        slug = given["series"]
        mailing.series = (
            SeriesPage.objects.filter(slug=slug).order_by("pk").first() if slug else None
        )
        if slug and mailing.series is None:
            raise field_problem("series", "unknown", _("There is no series “%s”.") % slug)


def _body(given: str | list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Return the blocks of a body; block types that do not exist are refused, not dropped."""
    blocks = to_blocks(given) if isinstance(given, str) else given
    for place, block in enumerate(blocks):
        path = f"{field}[{place}]"
        if set(block) - {"id"} != {"type", "value"}:
            raise field_problem(path, "invalid", _("A block has exactly: type, value."))
        if block["type"] not in _BODY.child_blocks:
            known = ", ".join(_BODY.child_blocks)
            raise field_problem(
                path, "unknown", _("Choose one of: %(choices)s.") % {"choices": known}
            )
    try:
        stream = _BODY.to_python(blocks)
        for place, child in enumerate(stream):
            _check_block(child, f"{field}[{place}]")
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise field_problem(field, "invalid", _("The blocks are not in the right form.")) from error
    return _BODY.get_prep_value(stream)


def _check_block(child: Any, path: str) -> None:
    try:
        child.block.clean(child.value)
    except ValidationError as error:
        message = " ".join(error.messages) or _("Something is missing in this block.")
        raise field_problem(path, "invalid", message) from error


def _check_languages(mailing: Mailing, languages: list[str] | None) -> None:
    for code in languages or []:
        for part in ("subject", "body"):
            if not getattr(mailing, f"{part}_{code}"):
                raise field_problem(f"{part}.{code}", "required", _("This field is required."))


def _out(mailing: Mailing) -> dict[str, Any]:
    return {
        "id": mailing.pk,
        "kind": mailing.kind,
        "title": mailing.title,
        "session": mailing.session.slug if mailing.session else None,
        "series": mailing.series.slug if mailing.series else None,
        "purpose": mailing.purpose,
        "audience": mailing.audience,
        "per": mailing.per,
        "subject": {code: getattr(mailing, f"subject_{code}") for code in LANGUAGES},
        "preheader": {code: getattr(mailing, f"preheader_{code}") for code in LANGUAGES},
        "body": {
            code: list(getattr(mailing, f"body_{code}").get_prep_value()) for code in LANGUAGES
        },
        "languages": written_languages(mailing),
        "sender": mailing.sender_name,
        "reply_to": mailing.reply_to,
        "calendar": mailing.with_calendar,
        "plan": mailing.plan,
        "state": mailing.state,
        "problem": mailing.pause_reason,
        "counts": counts(mailing.pk),
        "due_at": mailing.due_at,
        "started_at": mailing.started_at,
        "finished_at": mailing.finished_at,
    }


# --- who, and why not ---------------------------------------------------------------------------


@router.post(
    "/mailings/{int:mailing_id}/dry-run",
    auth=_reader,
    response=DryRunOut,
    summary="Who would get it",
)
def dry_run_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Who would get it if it started now, who would not and why, and what is still wrong."""
    mailing, now = _mailing(mailing_id), timezone.now()
    with _refusals_as_problems("audience"):
        numbers = dry_run(mailing, now)
        condition = audience.parse(mailing.frozen.get("audience") or mailing.audience)
    people = Contact.objects.in_bulk(numbers.sample)
    return {
        "recipients": numbers.recipients,
        "organisations": numbers.organisations,
        "languages": numbers.languages,
        "excluded": numbers.excluded,
        "sample": [_person(people[number]) for number in numbers.sample],
        "sentence": {code: audience.sentence(condition, code) for code in LANGUAGES},
        "problems": send_problems(mailing, now) if mailing.is_editable else [],
    }


def _person(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.pk,
        "name": contact.full_name,
        "email": contact.email,
        "language": contact.language,
    }


@router.get(
    "/mailings/{int:mailing_id}/explain",
    auth=_reader,
    response=ExplanationOut,
    summary="Why, or why not, one person",
)
def explain_mailing(request: HttpRequest, mailing_id: int, contact: int) -> dict[str, Any]:
    """Whether one contact (its id) gets the mailing, and why not."""
    mailing = _mailing(mailing_id)
    person = Contact.objects.filter(pk=contact).first()
    if person is None:
        raise field_problem("contact", "unknown", _("There is no contact %s.") % contact)
    with _refusals_as_problems("audience"):
        found = explain(mailing, person, timezone.now())
    return {
        "gets_it": found.gets_it,
        "reason": found.reason,
        "words": found.words,
        "state": found.state,
    }


# --- moves ----------------------------------------------------------------------------------------


@router.post(
    "/mailings/{int:mailing_id}/test", auth=_sender, response={202: TestOut}, summary="A test mail"
)
def test_mailing(request: HttpRequest, mailing_id: int, data: TestIn) -> Status[dict[str, Any]]:
    """Send the mail as it stands now to some addresses, in each language it has."""
    mailing, now, queued = _mailing(mailing_id), timezone.now(), 0
    for place, address in enumerate(data.to):
        with _refusals_as_problems("body"):
            try:
                queued += mailings.send_test(
                    mailing=mailing, address=address, by=_user(request), now=now
                )
            except AddressInvalid as error:
                raise field_problem(f"to[{place}]", error.code, str(error)) from error
    return Status(202, {"queued": queued})


@router.post(
    "/mailings/{int:mailing_id}/plan",
    auth=_sender,
    response=MailingOut,
    by_alias=True,
    summary="Plan",
)
def plan_mailing(
    request: HttpRequest,
    mailing_id: int,
    data: PlanIn | None = Body(None),  # noqa: B008 -- ninja's way
) -> dict[str, Any]:
    """Plan it: by the plan given, else by its own. 422 with every problem, 409 once it is sent."""
    plan = data.model_dump(exclude_unset=True) if data else {}
    return _act(request, mailing_id, mailings.plan_mailing, field="plan", plan=plan or None)


@router.post(
    "/mailings/{int:mailing_id}/start",
    auth=_sender,
    response=MailingOut,
    by_alias=True,
    summary="Start",
)
def start_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Send as soon as possible: within seconds its state is `sending`."""
    return _act(request, mailing_id, mailings.start)


@router.post(
    "/mailings/{int:mailing_id}/pause",
    auth=_sender,
    response=MailingOut,
    by_alias=True,
    summary="Pause",
)
def pause_mailing(
    request: HttpRequest,
    mailing_id: int,
    data: PauseIn | None = Body(None),  # noqa: B008 -- ninja's way
) -> dict[str, Any]:
    """Stop within one message per connection; the rest waits."""
    reason = data.reason if data else ""
    return _act(request, mailing_id, mailings.pause_mailing, reason=reason)


@router.post(
    "/mailings/{int:mailing_id}/resume",
    auth=_sender,
    response=MailingOut,
    by_alias=True,
    summary="Go on",
)
def resume_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Go on with what waits."""
    return _act(request, mailing_id, mailings.resume_mailing)


@router.post(
    "/mailings/{int:mailing_id}/cancel",
    auth=_sender,
    response=MailingOut,
    by_alias=True,
    summary="Cancel",
)
def cancel_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Send no more, for good."""
    return _act(request, mailing_id, mailings.cancel_mailing)


def _act(
    request: HttpRequest, mailing_id: int, act: Any, *, field: str = "", **values: Any
) -> dict[str, Any]:
    _mailing(mailing_id)
    with _refusals_as_problems(field):
        act(mailing_id=mailing_id, by=_user(request), now=timezone.now(), **values)
    return _out(_mailing(mailing_id))


# --- the ledger -----------------------------------------------------------------------------------


@router.get(
    "/mailings/{int:mailing_id}/deliveries",
    auth=_reader,
    response=DeliveriesOut,
    summary="The ledger of a mailing",
)
def list_deliveries(
    request: HttpRequest,
    mailing_id: int,
    state: MailState | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """One row for everybody considered, with what became of it or why it was not sent."""
    rows = Delivery.objects.filter(mailing=_mailing(mailing_id)).select_related("organisation")
    if state is not None:
        rows = rows.filter(state=state)
    found = page(rows, cursor=cursor, limit=limit)
    return found | {"items": [_delivery_out(row) for row in found["items"]]}


@router.post(
    "/mailings/{int:mailing_id}/deliveries/{int:delivery_id}/resolve",
    auth=_sender,
    response=DeliveryOut,
    summary="Decide about an unknown row",
)
def resolve_delivery(
    request: HttpRequest, mailing_id: int, delivery_id: int, data: ResolveIn
) -> dict[str, Any]:
    """Say what a person decided: it arrived (`sent`), or send it again (`queued`)."""
    rows = Delivery.objects.select_related("organisation")
    if not rows.filter(pk=delivery_id, mailing_id=mailing_id).exists():
        raise Http404
    with _refusals_as_problems("as"):
        mailings.resolve_unknown(
            delivery_id=delivery_id, as_state=data.as_state, by=_user(request), now=timezone.now()
        )
    return _delivery_out(rows.get(pk=delivery_id))


def _delivery_out(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "contact": row.contact_id,
        "address": row.address_key,
        "language": row.language,
        "organisation": row.organisation.name if row.organisation else None,
        "state": row.state,
        "reason": row.reason,
        "attempt": row.attempt,
        "reply_code": row.reply_code,
        "reply_text": row.reply_text,
        "sent_at": row.sent_at,
    }
