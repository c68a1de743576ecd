"""How this room's expected failures are answered: which field they are about, and 409 or 422."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404

from base.problems import Problem, field_problem
from contacts.errors import (
    AddressInvalid,
    AddressTaken,
    AlreadyErased,
    ContactsError,
    DomainInvalid,
    NameMissing,
    NameTaken,
    NobodyNamed,
    PeriodOverlaps,
    PeriodReversed,
    PlacedTwice,
    PurposeUnknown,
    ReferenceUnknown,
    RepresentativeInvalid,
    TreeLoop,
)

_FIELDS: dict[type[ContactsError], str] = {
    AddressInvalid: "email",
    AddressTaken: "email",
    DomainInvalid: "mail_domains",
    NameMissing: "name",
    NameTaken: "name",
    NobodyNamed: "email",
    PeriodOverlaps: "valid_from",
    PeriodReversed: "valid_until",
    PlacedTwice: "organisations",
    PurposeUnknown: "purpose",
    RepresentativeInvalid: "representatives",
    TreeLoop: "parent",
}

#: The request is right by itself, but not with what is there.
_CONFLICTS = (AddressTaken, NameTaken, PeriodOverlaps)


@contextmanager
def refusals_as_problems(**fields: str) -> Iterator[None]:
    """Answer expected failures as problems; nothing was stored.

    `fields` gives the name that the API has for a field, where that is another. What is gone
    altogether is a 404.
    """
    try:
        yield
    except AlreadyErased as error:
        raise Http404 from error
    except ReferenceUnknown as error:
        if not error.field:
            raise Http404 from error
        raise field_problem(error.field, error.code, str(error)) from error
    except ContactsError as error:
        field = _FIELDS[type(error)]
        raise _problem(error, fields.get(field, field)) from error


def _problem(error: ContactsError, field: str) -> Problem:
    if not isinstance(error, _CONFLICTS):
        return field_problem(field, error.code, str(error))
    return Problem(
        status=409,
        code=error.code,
        detail=str(error),
        errors=[{"field": field, "code": error.code, "message": str(error)}],
    )
