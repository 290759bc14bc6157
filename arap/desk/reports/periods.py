"""Periods and days that go by name, so that a kept report means this month in every month. Pure."""

from collections.abc import Callable
from datetime import date, timedelta

from arap.core.dates import add_months, end_of_month, start_of_month

OWN = "days"  # days that somebody typed


def start_of_quarter(on: date) -> date:
    """The first day of the quarter of the calendar year."""
    return date(on.year, on.month - (on.month - 1) % 3, 1)


def _months(first: date, count: int) -> tuple[date, date]:
    return first, end_of_month(add_months(first, count - 1))


PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {
    "month": lambda today: _months(start_of_month(today), 1),
    "last_month": lambda today: _months(add_months(start_of_month(today), -1), 1),
    "quarter": lambda today: _months(start_of_quarter(today), 3),
    "last_quarter": lambda today: _months(add_months(start_of_quarter(today), -3), 3),
    "year": lambda today: _months(date(today.year, 1, 1), 12),
    "last_year": lambda today: _months(date(today.year - 1, 1, 1), 12),
}
DAYS: dict[str, Callable[[date], date]] = {
    "today": lambda today: today,
    "month_end": lambda today: start_of_month(today) - timedelta(days=1),
    "quarter_end": lambda today: start_of_quarter(today) - timedelta(days=1),
    "year_end": lambda today: date(today.year - 1, 12, 31),
    "year_ago": lambda today: add_months(today, -12),
}
