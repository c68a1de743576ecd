"""With a token: what was agreed at sessions, by whom it is done, and what became of it."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Status

from base.auth import Bearer
from base.cursors import page
from base.problems import field_problem
from base.schemas import RowId
from contacts.models import Contact, Organisation
from content.models import Session
from participation.api.routing import router
from participation.api.shared import refusals_as_problems
from participation.enums import AgreementState
from participation.models import Agreement
from participation.schemas import AgreementIn, AgreementOut, AgreementPatch, AgreementsOut
from participation.selectors.agreements import is_overdue, listed_agreements, of_session
from participation.services.agreements import (
    carry_agreement,
    change_agreement,
    make_agreement,
    settle_agreement,
)

_reader = Bearer("participation:read", permission="participation.view_agreement")
_adder = Bearer("participation:write", permission="participation.add_agreement")
_writer = Bearer("participation:write", permission="participation.change_agreement")


@router.get("/agreements", auth=_reader, response=AgreementsOut, summary="Agreements")
def list_agreements(
    request: HttpRequest,
    session: str = "",
    state: AgreementState | None = None,
    organisation: RowId | None = None,
    contact: RowId | None = None,
    overdue: bool | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Page by page. `session` (a slug) gives those made there and those carried forward to it;
    `overdue=true` what is open and past its day."""
    rows = listed_agreements()
    if session:
        rows = rows.filter(of_session(session))
    if state is not None:
        rows = rows.filter(state=state)
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    if contact is not None:
        rows = rows.filter(contact=contact)
    if overdue is not None:
        late = is_overdue(timezone.localdate())
        rows = rows.filter(late) if overdue else rows.exclude(late)
    found = page(rows, cursor=cursor, limit=limit)
    return found | {"items": [agreement_out(row) for row in found["items"]]}


@router.post("/agreements", auth=_adder, response={201: AgreementOut}, summary="Note an agreement")
def add_agreement(request: HttpRequest, data: AgreementIn) -> Status[dict[str, Any]]:
    """An open agreement of a session, with an organisation or a person (by id) who does it, or
    both."""
    with refusals_as_problems():
        made = make_agreement(now=timezone.now(), **_references(data.model_dump()))
    return Status(201, _one(made.pk))


@router.get(
    "/agreements/{int:agreement_id}", auth=_reader, response=AgreementOut, summary="One agreement"
)
def get_agreement(request: HttpRequest, agreement_id: int) -> dict[str, Any]:
    """One agreement."""
    return _one(agreement_id)


@router.patch(
    "/agreements/{int:agreement_id}",
    auth=_writer,
    response=AgreementOut,
    summary="Change, settle or carry forward",
)
def patch_agreement(
    request: HttpRequest, agreement_id: int, data: AgreementPatch
) -> dict[str, Any]:
    """What is left out stays. `state` says that it is `done` or `dropped`, or `open` after all;
    `carried_to` (a slug) carries an open one forward to another session, null leaves it where it
    was made. All of it happens, or nothing. 409 when it is not in a state for that, or, with `seen`
    (the `changed_at` that you read), when somebody changed it since."""
    agreement, now = _row(agreement_id), timezone.now()
    given = {
        name: value for name, value in data.model_dump().items() if name in data.model_fields_set
    }
    seen, state = given.pop("seen", None), given.pop("state", None)
    given = _references(given)
    is_carried, to = "carried_to" in given, given.pop("carried_to", None)
    with refusals_as_problems(), transaction.atomic():
        agreement = change_agreement(agreement=agreement, seen=seen, now=now, **given)
        if is_carried:
            carry_agreement(agreement=agreement, to=to, now=now)
        if state is not None:
            settle_agreement(agreement=agreement, to=AgreementState(state), now=now)
    return _one(agreement_id)


def _row(agreement_id: int) -> Agreement:
    found = listed_agreements().filter(pk=agreement_id).first()
    if found is None:
        raise Http404
    return found


def _one(agreement_id: int) -> dict[str, Any]:
    return agreement_out(_row(agreement_id))


def _references(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with rows in the place of slugs and ids. Raises a 422 on an unknown one."""
    found = dict(given)
    for name in ("session", "carried_to"):
        if given.get(name) is not None:
            found[name] = Session.objects.filter(slug=given[name]).first()
            _require(found[name], name, _("There is no session “%s”.") % given[name])
    if given.get("organisation") is not None:
        found["organisation"] = Organisation.objects.filter(pk=given["organisation"]).first()
        message = _("There is no organisation %s.") % given["organisation"]
        _require(found["organisation"], "organisation", message)
    if given.get("contact") is not None:
        found["contact"] = Contact.objects.present().filter(pk=given["contact"]).first()
        message = _("There is no contact %s.") % given["contact"]
        _require(found["contact"], "contact", message)
    return found


def _require(row: Any, field: str, message: str) -> None:
    if row is None:
        raise field_problem(field, "unknown", message)


def agreement_out(row: Agreement) -> dict[str, Any]:
    """Return what an organiser sees of an agreement."""
    return {
        "id": row.pk,
        "text": row.text,
        "session": row.session.slug,
        "organisation": row.organisation_id,
        "organisation_name": row.organisation.name if row.organisation else "",
        "contact": row.contact_id,
        "name": row.contact.full_name if row.contact else "",
        "due": row.due,
        "state": row.state,
        "overdue": row.is_overdue(timezone.localdate()),
        "carried_to": row.carried_to.slug if row.carried_to else None,
        "is_public": row.is_public,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }
