"""Errors of the HTTP API as problem details (RFC 9457), and the refusal of unknown parameters."""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.operation import Operation

FieldErrors = list[dict[str, str]]


class Problem(Exception):
    """An answer that is an error: raise it from an operation of the API.

    `errors` is a list of `{"field", "code", "message"}`; `code` names the problem for programs.
    """

    def __init__(
        self,
        *,
        status: int,
        title: str = "",
        detail: str = "",
        code: str = "",
        errors: Sequence[dict[str, str]] = (),
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title or HTTPStatus(status).phrase
        self.detail = detail
        self.code = code
        self.errors = list(errors)
        self.headers = headers or {}
        self.extra = extra

    def as_response(self) -> HttpResponse:
        body: dict[str, Any] = {"type": "about:blank", "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        if self.code:
            body["code"] = self.code
        if self.errors:
            body["errors"] = self.errors
        return JsonResponse(
            body | self.extra,
            status=self.status,
            content_type="application/problem+json",
            headers=self.headers,
        )


def field_problem(field: str, code: str, message: str) -> Problem:
    """Return a 422 about one field."""
    return Problem(
        status=422,
        detail=_("Some fields are not right."),
        errors=[{"field": field, "code": code, "message": message}],
    )


def install(api: NinjaAPI) -> None:
    """Answer every error of this API as a problem, and refuse parameters it does not know."""
    handlers: list[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]] = [
        (Problem, lambda request, error: error.as_response()),
        (ValidationError, _validation),
        (ModelValidationError, _model_validation),
        (HttpError, _http_error),
        (RawPostDataException, _not_json),
        (Http404, _not_found),
        (PermissionDenied, _forbidden),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)
    api.add_decorator(refuse_unknown_parameters, mode="view")


def refuse_unknown_parameters(run: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap an operation's run: an unknown query parameter is a 400, an unknown form field a 422.

    A parameter that is ignored in silence makes a list of everything look like a filtered one.
    """
    operation: Operation = getattr(run, "__self__")  # noqa: B009 -- ninja hands the bound method
    known = {source: _declared(operation, source) for source in ("query", "form", "file")}

    @wraps(run)
    def checked(request: HttpRequest, **values: Any) -> HttpResponse:
        if unknown := sorted(set(request.GET) - known["query"]):
            return _unknown(400, unknown, known["query"]).as_response()
        if _has_nul(request):
            return Problem(status=400, detail=_("Leave out the NUL character.")).as_response()
        if known["form"] or known["file"]:
            sent = set(request.POST) | set(request.FILES)
            if unknown := sorted(sent - known["form"] - known["file"]):
                return _unknown(422, unknown, known["form"] | known["file"]).as_response()
        return run(request, **values)

    return checked


def _has_nul(request: HttpRequest) -> bool:
    """Whether a text in the request holds a NUL, which PostgreSQL cannot store or compare."""
    texts = [text for values in request.GET.lists() for text in values[1]]
    texts += [text for values in request.POST.lists() for text in values[1]]
    # JSON is read as such whatever its content type says; of files only the reader knows.
    if request.content_type != "multipart/form-data" and b"\\u0000" in request.body:
        return True
    return any("\x00" in text for text in texts)


def _declared(operation: Operation, source: str) -> set[str]:
    """Return the names that an operation takes from the query, the form or the files."""
    names: set[str] = set()
    for model in operation.models:
        if model.__ninja_param_source__ == source:
            names |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    return names


def _unknown(status: int, names: list[str], known: set[str]) -> Problem:
    message = _("Unknown. Known here: %(names)s.") % {"names": ", ".join(sorted(known)) or "–"}
    return Problem(
        status=status,
        detail=_("There is a parameter here that we do not know."),
        errors=[{"field": name, "code": "unknown", "message": message} for name in names],
    )


def _not_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    """A form was sent where JSON is read."""
    return Problem(
        status=415, code="not_json", detail=_("Send JSON here, as application/json.")
    ).as_response()


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return Problem(
        status=422,
        detail=_("Some fields are not right."),
        errors=[_field_error(each) for each in error.errors],
    ).as_response()


def _field_error(error: dict[str, Any]) -> dict[str, str]:
    """Turn one error of pydantic into ours; the source and the parameter's name fall away."""
    source, *path = (str(part) for part in error["loc"])
    if source == "body" and len(path) > 1:
        path = path[1:]
    return {
        "field": ".".join(path),
        "code": _CODES.get(error["type"], error["type"]),
        "message": _message(error),
    }


_CODES = {"extra_forbidden": "unknown", "missing": "required", "value_error": "invalid"}


def _message(error: dict[str, Any]) -> str:
    context = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return _("This field is required.")
        case "extra_forbidden":
            return _("This field is not known here.")
        case "string_too_long":
            return _("At most %(limit)s characters.") % {"limit": context.get("max_length")}
        case "string_too_short":
            return _("At least %(limit)s characters.") % {"limit": context.get("min_length")}
        case "less_than_equal":
            return _("At most %(limit)s.") % {"limit": context.get("le")}
        case "greater_than_equal":
            return _("At least %(limit)s.") % {"limit": context.get("ge")}
        case "literal_error" | "enum":
            return _("Choose one of: %(choices)s.") % {"choices": context.get("expected")}
        case "string_type":
            return _("This must be a text.")
        case "bool_type" | "bool_parsing":
            return _("This must be true or false.")
        case "int_type" | "int_parsing" | "int_from_float":
            return _("This must be a whole number.")
        case "list_type":
            return _("This must be a list.")
        case _:
            return str(error["msg"])


def _model_validation(request: HttpRequest, error: ModelValidationError) -> HttpResponse:
    return Problem(
        status=422,
        detail=_("Some fields are not right."),
        errors=model_errors(error),
    ).as_response()


def model_errors(error: ModelValidationError) -> FieldErrors:
    """Return the errors of Django's own validation in our shape."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    return [
        {
            "field": "" if field == "__all__" else field,
            "code": each.code or "invalid",
            "message": " ".join(each.messages),
        }
        for field, errors in by_field.items()
        for each in errors
    ]


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    status, headers, detail = error.status_code, {}, str(error)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
        detail = _("Send a valid token: “Authorization: Bearer bijeen_…”.")
    elif isinstance(error, Throttled):
        detail = _("Too many requests. Try again later.")
    elif status == 400:
        detail = _("The request is not valid JSON.")
    return Problem(status=status, detail=detail, headers=headers).as_response()


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return Problem(status=404, detail=_("This does not exist.")).as_response()


def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return Problem(status=403, detail=_("You may not do this.")).as_response()
