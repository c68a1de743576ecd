"""What every request passes."""

from django.http import HttpRequest, HttpResponse

from config.middleware import client_address


def seen_address(**meta: str) -> str:
    request = HttpRequest()
    request.META.update({"REMOTE_ADDR": "10.0.0.1"} | meta)
    seen: list[str] = []

    def remember(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    client_address(remember)(request)
    return seen[0]


def test_address_is_the_one_our_proxy_saw():
    assert seen_address(HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.9") == "203.0.113.9"
    assert seen_address() == "10.0.0.1"
