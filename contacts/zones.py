"""Time zones by their names (IANA), as a person or a file writes them."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones


@cache
def _zones() -> Mapping[str, str]:
    """The names as they are, by how they are compared. Read from the disk, so once."""
    return {name.casefold(): name for name in available_timezones()}


def is_time_zone(name: str) -> bool:
    """Whether there is a zone of exactly this name."""
    return _zones().get(name.casefold()) == name


def time_zone(text: str) -> str:
    """Return the name of the zone that is meant: europe/amsterdam, America/New York; or ""."""
    return _zones().get(text.strip().replace(" ", "_").casefold(), "")
