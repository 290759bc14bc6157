"""When a regular report is due next: business days, weekdays, days of a month, the clock's leaps."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from arap.core.dates import WEEKENDS_OFF, Calendar
from arap.desk.reports.rhythm import Rhythm, next_due

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
# The State Council's plan for 2026: off from 1 to 8 October, Saturday 10 October is worked.
CHINA = Calendar(exceptions={**{date(2026, 10, day): False for day in range(1, 9)}, date(2026, 10, 10): True})


def local(rhythm: Rhythm, after: datetime, zone: ZoneInfo, calendar: Calendar = WEEKENDS_OFF) -> str:
    return next_due(rhythm, after, zone, calendar).astimezone(zone).isoformat(timespec="hours")[:13]


@pytest.mark.parametrize(
    "after, due",
    [
        ("2026-06-01T06:59", "2026-06-01T07"),  # a Monday
        ("2026-06-01T07:00", "2026-06-02T07"),  # later, never the same again
        ("2026-06-05T08:00", "2026-06-08T07"),  # Friday to Monday
        ("2026-09-30T08:00", "2026-10-09T07"),  # the long holiday
        ("2026-10-09T08:00", "2026-10-10T07"),  # a Saturday that is worked
    ],
)
def test_every_business_day(after: str, due: str) -> None:
    then = datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    assert local(Rhythm("workday", 7), then, SHANGHAI, CHINA) == due


def test_weekly_and_monthly() -> None:
    then = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert local(Rhythm("weekly", 7, weekday=3), then, BERLIN) == "2026-02-04T07"
    assert local(Rhythm("monthly", 7, month_day=31), then, BERLIN) == "2026-02-28T07", "its last day"
    assert local(Rhythm("monthly", 7, month_day=1), then, BERLIN) == "2026-02-01T07"


def test_the_clock_leaps() -> None:
    """29 March 2026: two becomes three in Berlin. 25 October: two comes twice, the first one counts."""
    sunday = Rhythm("weekly", 2, weekday=7)
    spring, autumn = datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert next_due(sunday, spring, BERLIN, WEEKENDS_OFF) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert next_due(sunday, autumn, BERLIN, WEEKENDS_OFF) == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_a_calendar_without_work() -> None:
    never = Calendar(days_off=frozenset(range(1, 8)))
    with pytest.raises(ValueError):
        next_due(Rhythm("workday", 7), datetime(2026, 1, 1, tzinfo=UTC), BERLIN, never)
