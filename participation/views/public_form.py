"""What becomes of a public form that is sent, whichever page it stands on.

Such a page is the same for everybody, and so is the answer: it tells nothing about who signed up.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from participation.errors import ParticipationError
from participation.forms import GuardedForm
from participation.limits import network_allows
from participation.views.personal import SeeOther

#: What a browser says of a request that another site made it send (Fetch Metadata, W3C).
_FOREIGN = "cross-site"


def shared_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Take the form without a token, which would make each copy of the page somebody's own.

    There is no session to misuse; what another site lets a visitor's browser send is refused all
    the same (decision 15).
    """

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == _FOREIGN:
            return render(request, "403_csrf.html", status=403)
        return view(request, *args, **kwargs)

    return answered


def take_form(
    request: HttpRequest,
    form: GuardedForm,
    *,
    act: Callable[[], None],
    show: Callable[..., HttpResponse],
    done: str,
    now: datetime,
    refused_at: str | None = None,
) -> HttpResponse:
    """Act on a form that was sent and go to the page `done` (303), or show it with what is wrong.

    `act` and `show` are the view's: `show(form, status=…, too_many=…)`. A form that fell into the
    trap is thanked like any other. 422 for what is wrong in it, 429 for too many from one network,
    409 for what `act` refuses, which is then said at the field `refused_at`, or above the form.
    """
    if form.is_trapped:
        return SeeOther(done)
    if not form.is_valid():
        return show(form, status=422)
    if not network_allows(request.META.get("REMOTE_ADDR", ""), now=now):
        response = show(form, status=429, too_many=True)
        response.headers["Retry-After"] = "3600"
        return response
    try:
        act()
    except ParticipationError as error:  # the last seat, or the deadline, passed a moment ago
        form.add_error(refused_at, str(error))
        return show(form, status=409)
    return SeeOther(done)
