"""Who must not be mailed, over the HTTP API: to look up and to add.

Nothing here lifts a suppression: the person does, or signs up anew. Addresses are hashed on their
way in, and none comes out.
"""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from base.auth import Bearer
from base.cursors import page
from base.problems import Problem, field_problem
from contacts.api.refusals import refusals_as_problems
from contacts.enums import Source, SuppressionScope
from contacts.models import Suppression
from contacts.schemas.suppressions import (
    SuppressionFilters,
    SuppressionIn,
    SuppressionOut,
    SuppressionPage,
)
from contacts.selectors.suppressions import suppressions_of
from contacts.services.suppressions import block_address

router = Router()

reader = Bearer("contacts:read", permission="contacts.view_suppression")


@router.get(
    "/suppressions",
    auth=reader,
    response=SuppressionPage,
    summary="What is not mailed, oldest first",
)
def list_suppressions(
    request: HttpRequest,
    filters: Query[SuppressionFilters],
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """`address` is one whole address, of which we keep a keyed hash only."""
    asked = filters.model_dump(exclude_defaults=True)
    address = asked.pop("address", "")
    found = suppressions_of(address) if address else Suppression.objects.all()
    return page(found.filter(**asked), cursor=cursor, limit=limit)


@router.get(
    "/suppressions/{int:suppression_id}",
    auth=reader,
    response=SuppressionOut,
    summary="One suppression",
)
def get_suppression(request: HttpRequest, suppression_id: int) -> Suppression:
    return get_object_or_404(Suppression, pk=suppression_id)


@router.post(
    "/suppressions",
    auth=Bearer("contacts:write", permission="contacts.add_suppression"),
    response={201: SuppressionOut},
    summary="Stop mail to an address",
)
def create_suppression(request: HttpRequest, payload: SuppressionIn) -> Status[Any]:
    """The address may be anybody's, known or not. Saying it twice is harmless."""
    _check_scope(payload)
    with refusals_as_problems(email="address"):
        row = block_address(
            email=payload.address,
            purpose=payload.purpose,
            topic=payload.topic,
            reason=payload.reason,
            source=Source.API,
            by=request.user,
            now=timezone.now(),
        )
    return Status(201, row)


@router.api_operation(
    ["PUT", "PATCH", "DELETE"], "/suppressions/{int:suppression_id}", include_in_schema=False
)
def keep_suppression(request: HttpRequest, suppression_id: int) -> None:
    """Refuse in words what any other list of the API allows."""
    raise Problem(
        status=405,
        detail=_("Only the person can undo this: on their own preferences page."),
        headers={"Allow": "GET"},
    )


def _check_scope(payload: SuppressionIn) -> None:
    is_all = payload.scope == SuppressionScope.ALL
    if is_all and (payload.purpose or payload.topic):
        message = _("Leave the purpose and the topic out when all mailings are to stop.")
        raise field_problem("purpose", "unexpected", message)
    if not is_all and not payload.purpose:
        raise field_problem("purpose", "required", _("This field is required."))
