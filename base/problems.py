"""Errors of the HTTP API as problem details (RFC 9457)."""

from ninja import NinjaAPI


def install(api: NinjaAPI) -> None:
    """Register the handlers."""
