"""Months and business days. China: the State Council's notices on public holidays of 2024, 2025 and 2026."""

from datetime import date

import pytest

from arap.core.dates import (
    Calendar,
    add_business_days,
    add_months,
    end_of_month,
    next_business_day,
    previous_business_day,
)
from arap.core.models import BusinessCalendar, Company
from arap.core.queries import calendar_of

MONTHS = """
# on          months  expected    why
2026-01-31    1       2026-02-28  February is shorter
2024-01-31    1       2024-02-29  a leap year
2026-12-15    1       2027-01-15  into the next year
2026-01-15    -1      2025-12-15  backwards
2026-03-31    -1      2026-02-28  backwards into a shorter month
2026-05-31    12      2027-05-31  a year
"""
months = [line.split(maxsplit=3) for line in MONTHS.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("on, count, expected, why", months, ids=[row[3] for row in months])
def test_add_months(on: str, count: str, expected: str, why: str) -> None:
    assert add_months(date.fromisoformat(on), int(count)) == date.fromisoformat(expected)


def test_end_of_month() -> None:
    assert end_of_month(date(2024, 2, 1)) == date(2024, 2, 29)


# 国办发明电〔2023〕7号 (2024) and 国办发明电〔2024〕12号 (2025).
CHINA = """
# on          works  why
2024-02-04    yes    a Sunday worked before Spring Festival
2024-02-12    no     Spring Festival, a Monday
2024-02-18    yes    a Sunday worked after Spring Festival
2024-04-05    no     Qingming, a Friday
2024-04-07    yes    a Sunday worked for Qingming
2024-10-07    no     National Day, a Monday
2025-01-26    yes    a Sunday worked before Spring Festival
2025-01-28    no     New Year's Eve is off since 2025
2025-05-05    no     Labour Day is five days since 2025
2025-09-27    no     an ordinary Saturday
2025-09-28    yes    a Sunday worked for National Day
2025-10-08    no     National Day and Mid-Autumn together
2025-10-09    yes    an ordinary Thursday
"""
china = [line.split(maxsplit=2) for line in CHINA.splitlines() if line and not line.startswith("#")]


@pytest.fixture
def calendar(company: Company) -> Calendar:
    return calendar_of(company)


@pytest.mark.parametrize("on, works, why", china, ids=[row[2] for row in china])
def test_china_works(calendar: Calendar, on: str, works: str, why: str) -> None:
    assert calendar.is_business_day(date.fromisoformat(on)) == (works == "yes")


def test_a_company_in_china_has_chinas_calendar(company: Company) -> None:
    assert company.calendar == BusinessCalendar.objects.get(code="CN")


def test_without_a_calendar_only_the_weekend_is_off(company: Company) -> None:
    company.calendar = None
    assert not calendar_of(company).is_business_day(date(2024, 2, 4))
    assert calendar_of(company).is_business_day(date(2024, 2, 12))


def test_the_next_business_day_jumps_over_the_whole_break(calendar: Calendar) -> None:
    assert next_business_day(date(2024, 10, 1), calendar) == date(2024, 10, 8)
    assert previous_business_day(date(2024, 10, 7), calendar) == date(2024, 9, 30)
    assert next_business_day(date(2024, 10, 8), calendar) == date(2024, 10, 8)


def test_business_days_are_counted_from_the_next_day(calendar: Calendar) -> None:
    assert add_business_days(date(2024, 9, 30), 1, calendar) == date(2024, 10, 8)
    assert add_business_days(date(2024, 10, 1), 0, calendar) == date(2024, 10, 8)
    assert add_business_days(date(2024, 9, 27), 2, calendar) == date(2024, 9, 30)  # Sunday 29 works


def test_a_calendar_that_never_works_is_an_error() -> None:
    with pytest.raises(ValueError, match="no business day"):
        next_business_day(date(2024, 1, 1), Calendar(days_off=frozenset(range(1, 8))))
