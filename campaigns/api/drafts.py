"""Mailings are listed, made, read and edited."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status
from wagtail.blocks import StreamBlock
from wagtail.documents import get_document_model
from wagtail.permissions import policy_registry
from wagtail.rich_text import RichText

from base.cursors import page
from base.problems import field_problem
from campaigns.api.shared import (
    mailing_of,
    mailing_out,
    reader,
    refusals_as_problems,
    user_of,
    writer,
)
from campaigns.blocks import MailBodyBlock
from campaigns.bodies import block_problems, leaves
from campaigns.enums import MailingState
from campaigns.markdown import to_blocks
from campaigns.models import Mailing
from campaigns.schemas import (
    MailingFields,
    MailingIn,
    MailingOut,
    MailingPatch,
    MailingsOut,
)
from campaigns.selectors.ledger import counts_of
from campaigns.services import mailings
from contacts.enums import MailState
from content.models import SeriesPage, Session

router = Router()

_BODY = MailBodyBlock()


@router.get("/mailings", auth=reader, response=MailingsOut, by_alias=True, summary="Mailings")
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
    numbers = counts_of([row.pk for row in found["items"]])
    nothing = dict.fromkeys(MailState.values, 0)
    items = [mailing_out(row, nothing | numbers.get(row.pk, {})) for row in found["items"]]
    return found | {"items": items}


@router.post(
    "/mailings", auth=writer, response={201: MailingOut}, by_alias=True, summary="A new draft"
)
def create_mailing(request: HttpRequest, data: MailingIn) -> Status[dict[str, Any]]:
    """Make a draft. An unknown field, session or condition is an error here, not when sending."""
    mailing = Mailing()
    _write(mailing, data, request)
    return Status(201, mailing_out(mailing))


@router.get(
    "/mailings/{int:mailing_id}",
    auth=reader,
    response=MailingOut,
    by_alias=True,
    summary="One mailing",
)
def read_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """The mailing with its state; `counts` add up to the ledger."""
    return mailing_out(mailing_of(mailing_id))


@router.patch(
    "/mailings/{int:mailing_id}",
    auth=writer,
    response=MailingOut,
    by_alias=True,
    summary="Edit a mailing",
)
def edit_mailing(request: HttpRequest, mailing_id: int, data: MailingPatch) -> dict[str, Any]:
    """Change what is given; the mailing is a draft again. 409 once it is being sent, and when
    somebody changed it since `revision`."""
    mailing = mailing_of(mailing_id)
    _write(mailing, data, request, revision=data.revision)
    return mailing_out(mailing)


def _write(
    mailing: Mailing, data: MailingFields, request: HttpRequest, *, revision: int | None = None
) -> None:
    given = {name: getattr(data, name) for name in data.model_fields_set}
    _set_about(mailing, given)
    for name in ("kind", "title", "purpose", "topic", "audience", "per", "reply_to", "plan"):
        if name in given:
            setattr(mailing, name, given[name] if given[name] is not None else _EMPTY.get(name, ""))
    if "sender" in given:
        mailing.sender_name = given["sender"] or ""
    if "waits_for" in given:
        mailing.waits_for = given["waits_for"] or ""
    if "calendar" in given:
        mailing.with_calendar = bool(given["calendar"])
    for name in ("in_their_zone", "stops_for_colleague", "in_archive", "is_template"):
        if name in given:
            setattr(mailing, name, bool(given[name]))
    if "attachments" in given:
        mailing.attachments = _attachments(given["attachments"] or [], user_of(request))
    for part in ("subject", "preheader"):
        for code, text in (given.get(part) or {}).items():
            setattr(mailing, f"{part}_{code}", text)
    for code, body in (given.get("body") or {}).items():
        setattr(mailing, f"body_{code}", _body(body, f"body.{code}"))
    _check_languages(mailing, given.get("languages"))
    with refusals_as_problems():
        mailings.save_mailing(
            mailing=mailing, by=user_of(request), now=timezone.now(), revision=revision
        )


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
    _check_types(blocks, _BODY, field)
    try:
        stream = _BODY.to_python(blocks)
        for place, child in enumerate(stream):
            _check_block(child, f"{field}[{place}]")
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, DataError) as error:
        raise field_problem(field, "invalid", _("The blocks are not in the right form.")) from error
    return _BODY.get_prep_value(stream)


def _check_types(given: Any, stream: StreamBlock, field: str) -> None:
    if not isinstance(given, list):
        raise field_problem(field, "invalid", _("Give a list of blocks."))
    for place, block in enumerate(given):
        path = f"{field}[{place}]"
        if not isinstance(block, dict) or set(block) - {"id"} != {"type", "value"}:
            raise field_problem(path, "invalid", _("A block has exactly: type, value."))
        if not isinstance(block["type"], str) or block["type"] not in stream.child_blocks:
            known = ", ".join(stream.child_blocks)
            raise field_problem(
                path, "unknown", _("Choose one of: %(choices)s.") % {"choices": known}
            )
        inner = getattr(stream.child_blocks[block["type"]], "child_blocks", {})
        for name, child in inner.items():
            if isinstance(child, StreamBlock) and isinstance(block["value"], dict):
                _check_types(block["value"].get(name, []), child, f"{path}.{name}")


def _attachments(ids: list[int], user: User) -> list[dict[str, Any]]:
    """Return the blocks of these documents; whoever attaches one must be able to choose it."""
    policy = policy_registry.get_by_type(get_document_model())
    allowed = policy.instances_user_has_any_permission_for(user, ["choose", "change"])
    known = set(allowed.filter(pk__in=ids).values_list("pk", flat=True))
    for place, number in enumerate(ids):
        if number not in known:
            message = _("There is no document %s.") % number
            raise field_problem(f"attachments[{place}]", "unknown", message)
    return [{"type": "document", "value": number} for number in ids]


def _check_block(child: Any, path: str) -> None:
    for _block, value in leaves([child]):
        if isinstance(value, RichText) and not isinstance(value.source, str):
            raise field_problem(path, "invalid", _("This must be a text."))
    try:
        child.block.clean(child.value)
    except ValidationError as error:
        message = " ".join(block_problems(error)) or _("Something is missing in this block.")
        raise field_problem(path, "invalid", message) from error


def _check_languages(mailing: Mailing, languages: list[str] | None) -> None:
    for code in languages or []:
        for part in ("subject", "body"):
            if not getattr(mailing, f"{part}_{code}"):
                raise field_problem(f"{part}.{code}", "required", _("This field is required."))
