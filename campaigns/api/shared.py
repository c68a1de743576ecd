"""What the operations on mailings share: who may, how refusals are answered, what is shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from base.auth import Bearer
from base.problems import Problem, field_problem
from campaigns.attachments import document_ids
from campaigns.compiling import LANGUAGES, written_languages
from campaigns.errors import (
    ApprovalRefused,
    AudienceInvalid,
    CampaignError,
    MailingChanged,
    MailingNotReady,
    MoveForbidden,
    NumberUnconfirmed,
)
from campaigns.models import Mailing
from campaigns.selectors.ledger import counts

reader = Bearer("mailings:read", permission="campaigns.view_mailing")
writer = Bearer("mailings:write", permission="campaigns.change_mailing")
sender = Bearer("mailings:send", permission="campaigns.send_mailing")

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
def refusals_as_problems(field: str = "") -> Iterator[None]:
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
    except MailingChanged as error:
        raise Problem(status=409, code="changed", detail=str(error)) from error
    except ApprovalRefused as error:
        raise Problem(status=403, code="approval_refused", detail=str(error)) from error
    except MailingNotReady as error:
        raise _not_ready(error.problems, field) from error
    except ValidationError as error:
        raise _fields_problem(error) from error
    except AudienceInvalid as error:
        raise field_problem(
            f"audience.{error.path}".rstrip("."), "invalid", error.message
        ) from error
    except NumberUnconfirmed as error:
        raise field_problem("confirm", "unconfirmed", str(error)) from error
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


def mailing_of(mailing_id: int) -> Mailing:
    """Return the mailing with what is shown of it. Raises Http404."""
    rows = Mailing.objects.select_related("session", "series")
    found = rows.filter(pk=mailing_id).first()
    if found is None:
        raise Http404
    return found


def user_of(request: HttpRequest) -> User:
    """Return the owner of the token."""
    return cast("User", request.user)


def act(
    request: HttpRequest,
    mailing_id: int,
    doing: Callable[..., Any],
    *,
    field: str = "",
    **values: Any,
) -> dict[str, Any]:
    """Do something with a mailing and return what is shown of it; a refusal is a Problem."""
    mailing_of(mailing_id)
    with refusals_as_problems(field):
        doing(mailing_id=mailing_id, by=user_of(request), now=timezone.now(), **values)
    return mailing_out(mailing_of(mailing_id))


def mailing_out(mailing: Mailing, numbers: dict[str, int] | None = None) -> dict[str, Any]:
    """Return what the API shows; `numbers` are its counts when they are known already."""
    return {
        "id": mailing.pk,
        "kind": mailing.kind,
        "title": mailing.title,
        "session": mailing.session.slug if mailing.session else None,
        "series": mailing.series.slug if mailing.series else None,
        "purpose": mailing.purpose,
        "topic": mailing.topic,
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
        "attachments": document_ids(mailing.attachments),
        "plan": mailing.plan,
        "in_their_zone": mailing.in_their_zone,
        "stops_for_colleague": mailing.stops_for_colleague,
        "waits_for": mailing.waits_for,
        "settled_at": mailing.settled_at,
        "is_template": mailing.is_template,
        "in_archive": mailing.in_archive,
        "revision": mailing.latest_revision_id,
        "asked_at": mailing.asked_at,
        "approved_at": mailing.approved_at,
        "repetition": mailing.repetition,
        "repeats": mailing.repeats_id,
        "state": mailing.state,
        "problem": mailing.pause_reason,
        "counts": counts(mailing.pk) if numbers is None else numbers,
        "due_at": mailing.due_at,
        "started_at": mailing.started_at,
        "finished_at": mailing.finished_at,
    }
