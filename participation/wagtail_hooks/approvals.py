"""The approval that ends the workflow of a session page: first the page that shows whom it mails.

Wagtail approves and publishes at once, in its editor and in small windows. There an approval that
is news to somebody is undone, and whoever gives it is led to the confirmation, which gives it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, TaskState, WorkflowState

from content.models import SessionPage
from participation.selectors.changes import change_ahead

_VIEWS = {"wagtailadmin_pages:edit", "wagtailadmin_pages:workflow_action"}
_is_asked: ContextVar[bool] = ContextVar("_is_asked", default=False)


class ApprovalWaits(Exception):
    """This approval publishes what is news to somebody, and nobody looked yet."""

    def __init__(self, revision: Revision, task_state: TaskState) -> None:
        super().__init__()
        self.url = reverse("session_changes:publish", args=[revision.object_id, revision.pk])
        self.noted = [revision.pk, task_state.pk, task_state.comment]


@receiver(pre_save, sender=WorkflowState)
def look_first(instance: WorkflowState, **_kwargs: Any) -> None:
    """Let no workflow end unseen. Raises ApprovalWaits, which undoes the approval."""
    if not _is_asked.get() or instance.status != WorkflowState.STATUS_APPROVED:
        return
    revision = instance.content_object.get_latest_revision()
    draft = revision.as_object()
    if isinstance(draft, SessionPage) and change_ahead(draft, timezone.now()):
        raise ApprovalWaits(revision, TaskState.objects.get(pk=instance.current_task_state_id))


class AskBeforeApproval:
    """Leads from an approval that waits to its confirmation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = _is_asked.set(False)
        try:
            return self.get_response(request)
        finally:
            _is_asked.reset(before)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        match = request.resolver_match
        _is_asked.set(match is not None and match.view_name in _VIEWS)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ApprovalWaits):
            return None
        request.session["approval"] = error.noted
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse({"step": "success", "redirect": error.url})
        return redirect(error.url)
