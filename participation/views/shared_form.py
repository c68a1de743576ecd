"""Forms that stand on pages which are the same for everybody."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

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
