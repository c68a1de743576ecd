"""The judgement of libical, the reference of the calendar standards, on a file.

It knows for every METHOD which properties have to be there, and how often (RFC 5546).
"""

import ctypes
import re
from functools import cache
from typing import Any

import pytest


@cache
def _library() -> Any:
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError:
        return None
    for name in ("icalparser_parse_string", "icalcomponent_as_ical_string_r"):
        getattr(library, name).restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    for name in (
        "icalcomponent_as_ical_string_r",
        "icalrestriction_check",
        "icalcomponent_count_errors",
        "icalcomponent_free",
    ):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.icalcomponent_free.restype = None
    return library


def complaints(content: bytes) -> str:
    """Return what is wrong with a calendar file, in libical's words; "" when nothing is."""
    library = _library()
    if library is None:
        pytest.skip("libical is not there: apt-get install libical3 (.ci/run does)")
    calendar = library.icalparser_parse_string(content)
    if not calendar:
        return "not a calendar"
    is_good = library.icalrestriction_check(calendar)
    written = ctypes.string_at(library.icalcomponent_as_ical_string_r(calendar)).decode()
    errors = library.icalcomponent_count_errors(calendar)
    library.icalcomponent_free(calendar)
    found = re.findall(r"X-LIC-ERROR[^\r\n]*", written.replace("\r\n ", ""))
    return "" if is_good and not errors else "\n".join(found) or "refused without a reason"
