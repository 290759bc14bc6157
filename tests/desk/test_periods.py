"""Periods and days by name."""

from datetime import date

import pytest

from arap.desk.reports.periods import DAYS, PERIODS

CASES = """
# today       name          first       last
2026-11-25    month         2026-11-01  2026-11-30
2026-01-31    last_month    2025-12-01  2025-12-31
2024-03-31    last_month    2024-02-01  2024-02-29
2026-11-25    quarter       2026-10-01  2026-12-31
2026-02-01    last_quarter  2025-10-01  2025-12-31
2026-06-30    quarter       2026-04-01  2026-06-30
2026-11-25    year          2026-01-01  2026-12-31
2026-01-01    last_year     2025-01-01  2025-12-31
2026-01-15    month_end     2025-12-31  2025-12-31
2026-05-15    quarter_end   2026-03-31  2026-03-31
2026-01-01    year_end      2025-12-31  2025-12-31
2024-02-29    year_ago      2023-02-28  2023-02-28
2026-11-25    today         2026-11-25  2026-11-25
"""
ROWS = [line.split() for line in CASES.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize(("today", "name", "first", "last"), ROWS)
def test_a_name_is_these_days(today: str, name: str, first: str, last: str) -> None:
    on = date.fromisoformat(today)
    found = PERIODS[name](on) if name in PERIODS else (DAYS[name](on),) * 2
    assert found == (date.fromisoformat(first), date.fromisoformat(last))
