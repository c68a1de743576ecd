"""Who did it, as a row can refer to them."""

from django.contrib.auth.models import User

from contacts.services.audit import Author


def user_of(by: Author) -> User | None:
    """Return the colleague; None for the system."""
    return by if isinstance(by, User) else None
