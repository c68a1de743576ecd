"""What a relay's answer means for the row: when to try again, and when to give up."""

from datetime import datetime, timedelta

#: How long to wait after the first, second, … "later" of a relay. Together a little over two days.
RETRY_AFTER = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240, 480, 960, 1440)
)

#: How long to leave a relay alone that cannot be reached or sends everybody away.
RELAY_REST = timedelta(seconds=30)

#: As many refusals before anybody was accepted are no coincidence: the relay refuses us.
REFUSED_AT_FIRST = 5
#: A batch of which so many and so large a part is refused: an old list, or a relay that turned.
REFUSED_MANY = 25
REFUSED_SHARE = 0.2
#: As many messages in a row of which nothing can be known: the relay hangs up on each.
DOUBTS = 3


def retry_at(*, tries: int, now: datetime) -> datetime | None:
    """Return when to try again after the relay said "later" for the `tries`-th time (from 1).

    None when the patience is spent: the row is refused with the relay's last words.
    """
    if tries > len(RETRY_AFTER):
        return None
    return now + RETRY_AFTER[tries - 1]
