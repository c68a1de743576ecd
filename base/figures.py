"""Numbers as people write them."""

from django.utils.formats import number_format


def figure(number: int) -> str:
    """Return a number with its thousands apart: 12,300 or 12.300."""
    return str(number_format(number, force_grouping=True))
