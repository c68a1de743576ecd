"""The timeline of a person, and all that is held of them, over the HTTP API."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from base.auth import Bearer
from base.problems import Problem
from contacts.errors import CursorUnknown
from contacts.models import Contact
from contacts.schemas.dossier import HeldOut, TimelineOut
from contacts.selectors.access import document_of
from contacts.selectors.timeline import DEFAULT_LIMIT, LIMIT_MAX, Timeline, timeline
from contacts.services.access import note_export

router = Router()


@router.get(
    "/contacts/{int:contact_id}/timeline",
    auth=Bearer("contacts:read", permission="contacts.view_contact"),
    response=TimelineOut,
    summary="What concerns a person, newest first",
)
def get_timeline(
    request: HttpRequest,
    contact_id: int,
    kind: str = "",
    cursor: str = "",
    limit: int = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """`kind` keeps lines of one kind; what the token's owner may not see is left out."""
    contact = get_object_or_404(Contact.objects.present(), pk=contact_id)
    if not 1 <= limit <= LIMIT_MAX:
        raise _problem("limit", _("Choose a limit from 1 to %(limit)s.") % {"limit": LIMIT_MAX})
    try:
        found: Timeline = timeline(
            contact,
            may=cast("User", request.user).has_perm,
            now=timezone.now(),
            kind=kind,
            cursor=cursor,
            limit=limit,
        )
    except CursorUnknown as error:
        raise _problem("cursor", str(error)) from error
    return {"items": found.lines, "next": found.next or None}


@router.get(
    "/contacts/{int:contact_id}/export",
    auth=Bearer("contacts:export", permission="contacts.change_contact"),
    response=HeldOut,
    summary="All that is held of a person",
)
def export_contact(request: HttpRequest, contact_id: int) -> dict[str, Any]:
    """For a request by the person (GDPR, article 15). Every call is written in the audit log.

    `held` has a list for every kind of thing that is held, empty where there is nothing. Private
    notes are left out, and named in `left_out`: the person sees those by their own link.
    """
    contact = get_object_or_404(Contact.objects.present(), pk=contact_id)
    now = timezone.now()
    note_export(contact=contact, by=cast("User", request.user), form="API", now=now)
    return document_of(contact, for_person=False, now=now)


def _problem(field: str, message: str) -> Problem:
    return Problem(
        status=400,
        detail=message,
        errors=[{"field": field, "code": "invalid", "message": message}],
    )
