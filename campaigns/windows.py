"""When mailings go out: between two times of day, and not on Sundays unless the site says so."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` until `closes`, local time; `opens` lies before `closes`."""

    opens: time = time(7, 0)
    closes: time = time(21, 0)
    on_sunday: bool = False

    def is_open(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether a mailing may begin then."""
        local = moment.astimezone(zone)
        return self._has(local.date()) and self.opens <= local.time() < self.closes

    def nearest(
        self,
        moment: datetime,
        *,
        zone: ZoneInfo,
        before: datetime | None = None,
        now: datetime | None = None,
    ) -> datetime:
        """Return `moment` when the window is open then, else when it opens next.

        Were that `before` or later, the last opening before `moment`; and when `now` is past that
        too, `moment` as it is.
        """
        if self.is_open(moment, zone):
            return moment
        after = self._opening(moment, zone, step=1)
        if before is None or after < before:
            return after
        earlier = self._opening(moment, zone, step=-1)
        return moment if now is not None and earlier < now else earlier

    def _opening(self, moment: datetime, zone: ZoneInfo, *, step: int) -> datetime:
        day = moment.astimezone(zone).date()
        while True:
            opening = datetime.combine(day, self.opens, tzinfo=zone).astimezone(UTC)
            if self._has(day) and (opening - moment) * step > timedelta(0):
                return opening
            day += timedelta(days=step)

    def _has(self, day: date) -> bool:
        return self.on_sunday or day.weekday() != _SUNDAY
