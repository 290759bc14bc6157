"""When a report that is sent regularly is due next. Pure, no Django."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from arap.core.dates import Calendar, day_of_month

Kind = Literal["workday", "weekly", "monthly"]
DAYS_AHEAD_MAX = 400


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every business day, each week on an ISO weekday (1 to 7), or each month on a day (its last where it is shorter),
    at a full hour of the company's clock."""

    kind: Kind
    hour: int
    weekday: int = 1
    month_day: int = 1

    def falls_on(self, on: date, calendar: Calendar) -> bool:
        """Whether it is sent on that day."""
        if self.kind == "workday":
            return calendar.is_business_day(on)
        if self.kind == "weekly":
            return on.isoweekday() == self.weekday
        return on == day_of_month(on.year, on.month, self.month_day)


def next_due(rhythm: Rhythm, after: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
    """The first moment, in UTC, later than `after`. Many that were missed are one: it is asked from now on.

    On a day whose clock leaps over the hour it is the hour that the clock shows then. Raises ValueError where a
    calendar has no business day for more than a year.
    """
    first = after.astimezone(zone).date()
    for days in range(DAYS_AHEAD_MAX):
        day = first + timedelta(days=days)
        if rhythm.falls_on(day, calendar):
            moment = datetime.combine(day, time(rhythm.hour), zone).astimezone(UTC)
            if moment > after:
                return moment
    raise ValueError(f"no day within {DAYS_AHEAD_MAX} days after {first}")
