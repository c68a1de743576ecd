"""What has to happen before a mailing goes out, and what everybody may read of it."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from campaigns.api.shared import act, sender, writer
from campaigns.schemas import ApproveIn, ArchiveIn, MailingOut, SendBackIn
from campaigns.services import approval, settling
from campaigns.services.archive import show_in_archive

router = Router()


@router.post(
    "/mailings/{int:mailing_id}/ask",
    auth=writer,
    response=MailingOut,
    by_alias=True,
    summary="Ask somebody to look",
)
def ask_for_approval(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Ask for a second pair of eyes. 422 with what is still wrong, 409 when it was asked."""
    return act(request, mailing_id, approval.ask_for_approval)


@router.post(
    "/mailings/{int:mailing_id}/retract",
    auth=writer,
    response=MailingOut,
    by_alias=True,
    summary="Ask no longer",
)
def retract_question(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Take the question back; 409 when it was not asked, or answered."""
    return act(request, mailing_id, approval.retract_question)


@router.post(
    "/mailings/{int:mailing_id}/approve",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Approve",
)
def approve_mailing(
    request: HttpRequest, mailing_id: int, data: ApproveIn | None = None
) -> dict[str, Any]:
    """Agree to the text as it stands. 403 for whoever asked or edited it last, 409 when nobody
    asked or when it was changed since `revision`."""
    revision = data.revision if data else None
    return act(request, mailing_id, approval.approve_mailing, revision=revision)


@router.post(
    "/mailings/{int:mailing_id}/send-back",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Send back with a remark",
)
def send_back(request: HttpRequest, mailing_id: int, data: SendBackIn) -> dict[str, Any]:
    """Do not agree, and say why: whoever asked is told."""
    return act(request, mailing_id, approval.send_back, remark=data.remark)


@router.post(
    "/mailings/{int:mailing_id}/settle",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Say that what it waits for is settled",
)
def settle(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Let the mailing go out at its moment; 409 when it waits for nothing."""
    return act(request, mailing_id, settling.settle)


@router.post(
    "/mailings/{int:mailing_id}/unsettle",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Say that it is not settled after all",
)
def unsettle(request: HttpRequest, mailing_id: int) -> dict[str, Any]:
    """Let the mailing wait again; 409 when it has started or waits already."""
    return act(request, mailing_id, settling.unsettle)


@router.post(
    "/mailings/{int:mailing_id}/archive",
    auth=sender,
    response=MailingOut,
    by_alias=True,
    summary="Show in the public archive",
)
def archive_mailing(request: HttpRequest, mailing_id: int, data: ArchiveIn) -> dict[str, Any]:
    """Put it in the public archive or take it out, also after it was sent."""
    return act(request, mailing_id, show_in_archive, field="in_archive", in_archive=data.in_archive)
