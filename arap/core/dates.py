"""Date rules: months, business days, China's official holidays. Pure, no Django.

A business calendar is a weekly rhythm plus the days that break it. In China the State Council moves
working days to weekends every year (调休), so "weekend" and "day off" are two things.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
# No official break lasts longer; a calendar that is off for months is a data error.
BREAK_DAYS_MAX = 60


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days_off`: ISO weekdays that are off (6, 7). `exceptions`: date -> works on that day or not."""

    days_off: frozenset[int] = frozenset({6, 7})
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_business_day(self, on: date) -> bool:
        """Whether people work on that day; an exception overrules the weekday."""
        return self.exceptions.get(on, on.isoweekday() not in self.days_off)


WEEKENDS_OFF = Calendar()


def next_business_day(on: date, calendar: Calendar = WEEKENDS_OFF) -> date:
    """`on` itself when it is a business day, else the first one after it."""
    for days in range(BREAK_DAYS_MAX):
        day = on + timedelta(days=days)
        if calendar.is_business_day(day):
            return day
    raise ValueError(f"no business day within {BREAK_DAYS_MAX} days after {on}")


def previous_business_day(on: date, calendar: Calendar = WEEKENDS_OFF) -> date:
    """`on` itself when it is a business day, else the last one before it."""
    for days in range(BREAK_DAYS_MAX):
        day = on - timedelta(days=days)
        if calendar.is_business_day(day):
            return day
    raise ValueError(f"no business day within {BREAK_DAYS_MAX} days before {on}")


def add_business_days(on: date, days: int, calendar: Calendar = WEEKENDS_OFF) -> date:
    """The `days`-th business day after `on`, for days >= 0; `on` itself does not count.

    With 0 days the answer is next_business_day(on).
    """
    day = next_business_day(on, calendar) if days == 0 else on
    for _ in range(days):
        day = next_business_day(day + ONE_DAY, calendar)
    return day


def end_of_month(on: date) -> date:
    """The last day of the month of `on`."""
    return on.replace(day=monthrange(on.year, on.month)[1])


def start_of_month(on: date) -> date:
    """The first day of the month of `on`."""
    return on.replace(day=1)


def day_of_month(year: int, month: int, day: int) -> date:
    """That day of that month, or its last day when the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(on: date, months: int, *, day: int | None = None) -> date:
    """The same day (or `day`) `months` later, or the month's last day when it is shorter.

    31 January plus one month is 28 or 29 February.
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return day_of_month(year, month + 1, day or on.day)


def months_of(year: int) -> Iterator[tuple[date, date]]:
    """(first day, last day) of the twelve months of `year`."""
    for month in range(1, 13):
        first = date(year, month, 1)
        yield first, end_of_month(first)
