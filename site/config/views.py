"""Pages that belong to no room: errors, and whether the house is well."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from worker.health import problems


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without its token: cookies are off, or the page stood open for too long."""
    return render(request, "403_csrf.html", status=403)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that sending needs is there; 503 with the list of what is not."""
    found = problems(now=timezone.now())
    return JsonResponse({"ready": not found, "problems": found}, status=503 if found else 200)
