"""What a relay's answer means for the row: when to try again, and when to give up."""

from datetime import datetime, timedelta

#: How long to wait after the first, second, … "later" of a relay. Together a little over two days.
RETRY_AFTER = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240, 480, 960, 1440)
)

#: How long to leave a relay alone that cannot be reached or sends everybody away.
RELAY_REST = timedelta(seconds=30)


def retry_at(*, tries: int, now: datetime) -> datetime | None:
    """Return when to try again after the relay said "later" for the `tries`-th time (from 1).

    None when the patience is spent: the row is refused with the relay's last words.
    """
    if tries > len(RETRY_AFTER):
        return None
    return now + RETRY_AFTER[tries - 1]
