"""Who receives the others: people of a host are counted apart from the guests."""

from contacts.errors import AmbiguousName
from contacts.models import Organisation
from contacts.selectors import find_organisation
from content.enums import SessionRole
from content.models import Session


def host_names(session: Session) -> list[str]:
    """Return the organisations that host, as the roles of the session name them."""
    return [
        role["organisation"]
        for role in session.roles
        if role["role"] == SessionRole.HOST and role["organisation"]
    ]


def host_ids(session: Session) -> frozenset[int]:
    """Return the ids of the organisations that host. A name of two, or of none, is nobody's."""
    found = (_named(name) for name in host_names(session))
    return frozenset(organisation.pk for organisation in found if organisation)


def is_of_host(session: Session, organisation: Organisation | None) -> bool:
    """Whether people of this organisation are hosts at the session."""
    return organisation is not None and organisation.pk in host_ids(session)


def _named(name: str) -> Organisation | None:
    try:
        return find_organisation(name)
    except AmbiguousName:
        return None
