"""Who would get a mailing, and its moves: test, plan, start, withdraw, pause, resume, cancel."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from base.problems import field_problem
from campaigns import audience
from campaigns.api.shared import (
    act,
    mailing_of,
    reader,
    refusals_as_problems,
    sender,
    user_of,
)
from campaigns.checks import send_hints, send_problems
from campaigns.compiling import LANGUAGES
from campaigns.models import Mailing
from campaigns.schemas import (
    ConfirmIn,
    DryRunOut,
    ExplanationOut,
    MailingOut,
    PauseIn,
    PlanIn,
    PlannedOut,
    RetryOut,
    StartIn,
    TestIn,
    TestOut,
)
from campaigns.selectors.hints import plan_hints
from campaigns.selectors.recipients import dry_run, explain
from campaigns.services import mailings
from campaigns.services.rest import add_the_rest
from contacts.errors import AddressInvalid
from contacts.models import Contact

router = Router()


@router.post(
    "/mailings/{int:mailing_id}/dry-run",
    auth=reader,
    response=DryRunOut,
    summary="Who would get it",
)
def dry_run_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Who would get it if it started now, who would not and why, and what is still wrong."""
    mailing, now = mailing_of(mailing_id), timezone.now()
    with refusals_as_problems("audience"):
        numbers = dry_run(mailing, now)
        condition = audience.parse(mailing.frozen.get("audience") or mailing.audience)
    people = Contact.objects.in_bulk(numbers.sample)
    return {
        "recipients": numbers.recipients,
        "organisations": numbers.organisations,
        "languages": numbers.languages,
        "versions": numbers.versions,
        "fallback": numbers.fallback,
        "parts": [asdict(part) for part in numbers.parts],
        "excluded": numbers.excluded,
        "sample": [_person(people[number]) for number in numbers.sample],
        "sentence": {code: audience.sentence(condition, code) for code in LANGUAGES},
        "problems": send_problems(mailing, now) if mailing.is_editable else [],
        "hints": _hints(mailing, now),
    }


def _hints(mailing: Mailing, now: datetime) -> list[str]:
    """What is worth a second look before it goes: its text, and its moment."""
    about_text = send_hints(mailing, now) if mailing.is_editable else []
    return [*about_text, *(plan_hints(mailing, now=now) if mailing.plan else [])]


def _person(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.pk,
        "name": contact.full_name,
        "email": contact.email,
        "language": contact.language,
    }


@router.get(
    "/mailings/{int:mailing_id}/explain",
    auth=reader,
    response=ExplanationOut,
    summary="Why, or why not, one person",
)
def explain_mailing(request: HttpRequest, mailing_id: int, contact: int) -> dict[str, Any]:
    """Whether one contact (its id) gets the mailing, and why not."""
    mailing = mailing_of(mailing_id)
    person = Contact.objects.filter(pk=contact).first()
    if person is None:
        raise field_problem("contact", "unknown", _("There is no contact %s.") % contact)
    with refusals_as_problems("audience"):
        found = explain(mailing, person, timezone.now())
    return {
        "gets_it": found.gets_it,
        "reason": found.reason,
        "words": found.words,
        "state": found.state,
    }


@router.post(
    "/mailings/{int:mailing_id}/test", auth=sender, response={202: TestOut}, summary="A test mail"
)
def test_mailing(request: HttpRequest, mailing_id: int, data: TestIn) -> Status[dict[str, Any]]:
    """Send the mail as it stands now to some addresses, in each language it has."""
    mailing, now, queued = mailing_of(mailing_id), timezone.now(), 0
    for place, address in enumerate(data.to):
        with refusals_as_problems("body"):
            try:
                queued += mailings.send_test(
                    mailing=mailing, address=address, by=user_of(request), now=now
                )
            except AddressInvalid as error:
                raise field_problem(f"to[{place}]", error.code, str(error)) from error
    return Status(202, {"queued": queued})


@router.post(
    "/mailings/{int:mailing_id}/plan",
    auth=sender,
    response=PlannedOut,
    by_alias=True,
    summary="Plan",
)
def plan_mailing(
    request: HttpRequest,
    mailing_id: int,
    data: PlanIn | None = None,
) -> dict[str, Any]:
    """Plan it: by the plan given, else by its own. 422 with every problem, 409 once it is sent.

    `hints` are no problems: a moment outside the hours of the site, or on a holiday.
    """
    plan = data.model_dump(exclude_unset=True, exclude={"confirm", "revision"}) if data else {}
    found = act(
        request,
        mailing_id,
        mailings.plan_mailing,
        field="plan",
        plan=plan or None,
        wait=settings.WITHDRAWAL_TIME,
        confirmed=data.confirm if data else None,
        revision=data.revision if data else None,
    )
    return found | {"hints": plan_hints(mailing_of(mailing_id), now=timezone.now())}


@router.post(
    "/mailings/{int:mailing_id}/start",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Start",
)
def start_mailing(
    request: HttpRequest, mailing_id: int, data: StartIn | None = None
) -> dict[str, Any]:
    """Send as soon as possible: after a minute, in which it can be withdrawn, it is `sending`. 422
    on `confirm` when it goes to so many people that their number has to be given there."""
    return act(
        request,
        mailing_id,
        mailings.start,
        wait=settings.WITHDRAWAL_TIME,
        confirmed=data.confirm if data else None,
        revision=data.revision if data else None,
    )


@router.post(
    "/mailings/{int:mailing_id}/withdraw",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Withdraw",
)
def withdraw_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Take the plan back: the mailing is a draft again. 409 once it has started."""
    return act(request, mailing_id, mailings.withdraw_mailing)


@router.post(
    "/mailings/{int:mailing_id}/pause",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Pause",
)
def pause_mailing(
    request: HttpRequest,
    mailing_id: int,
    data: PauseIn | None = None,
) -> dict[str, Any]:
    """Stop within one message per connection; the rest waits."""
    reason = data.reason if data else ""
    return act(request, mailing_id, mailings.pause_mailing, reason=reason)


@router.post(
    "/mailings/{int:mailing_id}/resume",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Go on",
)
def resume_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Go on with what waits."""
    return act(request, mailing_id, mailings.resume_mailing)


@router.post(
    "/mailings/{int:mailing_id}/cancel",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Cancel",
)
def cancel_mailing(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Send no more, for good."""
    return act(request, mailing_id, mailings.cancel_mailing)


@router.post(
    "/mailings/{int:mailing_id}/rest",
    auth=sender,
    response=RetryOut,
    summary="Send to the rest",
)
def send_to_the_rest(
    request: HttpRequest, mailing_id: int, data: ConfirmIn | None = None
) -> dict[str, Any]:
    """Send a mailing that is done to whoever came into its audience since, as its text was then.

    Nobody gets it twice; 409 unless it is done, 422 on `confirm` when it goes to so many more that
    their number has to be given there."""
    mailing_of(mailing_id)
    with refusals_as_problems("session"):
        number = add_the_rest(
            mailing_id=mailing_id,
            by=user_of(request),
            now=timezone.now(),
            confirmed=data.confirm if data else None,
        )
    return {"queued": number}
