"""Interest for late payment, day by day.

Sources: Directive 2011/7/EU, articles 2 (6), 3 and 6 (the reference rate of the European Central Bank and eight points,
and 40 euro; the rate was 2.15 % from 11 June 2025); State Council order 802, article 17 (0.05 % a day where nothing
was agreed with a small or medium-sized enterprise). The amounts are ours.
"""

from datetime import date
from decimal import Decimal

from charges.rules import Rate, Stretch, stretches, years

D = Decimal
EU = Rate(date(2025, 6, 11), D("10.15"), "365")
DUE = date(2025, 9, 1)


def worked(*moves: tuple[str, str], until: str, rates: list[Rate] | None = None, **fields: int | str) -> list[Stretch]:
    movements = [(date.min, D(1000)), *((date.fromisoformat(on), D(amount)) for on, amount in moves)]
    return stretches(
        movements, rates or [EU], due_on=DUE, grace_days=int(fields.get("grace_days", 0)),
        from_on=date.fromisoformat(str(fields.get("from_on", DUE))), until=date.fromisoformat(until), currency="EUR",
    )  # fmt: skip


def told(found: list[Stretch]) -> list[tuple[int, str, str]]:
    return [(each.days, str(each.balance), str(each.interest)) for each in found]


def test_thirty_days_at_the_reference_rate_and_eight_points() -> None:
    assert told(worked(until="2025-10-01")) == [(30, "1000", "8.34")]  # 1,000 x 10.15 % x 30 / 365 = 8.342


def test_half_a_thousandth_a_day() -> None:
    china = Rate(date(2025, 6, 1), D("18.25"), "365")
    found = stretches(
        [(date.min, D(100000))], [china], due_on=DUE, grace_days=0, from_on=DUE, until=date(2025, 9, 21), currency="CNY"
    )
    assert told(found) == [(20, "100000", "1000.00")]


def test_the_day_of_payment_bears_nothing_and_a_part_less() -> None:
    found = worked(("2025-09-11", "-400"), ("2025-09-21", "-600"), until="2025-10-01")
    assert told(found) == [(10, "1000", "2.78"), (10, "600", "1.67")]


def test_a_payment_that_bounced_bears_again() -> None:
    found = worked(("2025-09-11", "-1000"), ("2025-09-16", "1000"), until="2025-09-21")
    assert [(each.from_on.day, each.to_on.day) for each in found] == [(1, 11), (16, 21)]


def test_grace_is_a_threshold() -> None:
    assert worked(until="2025-09-06", grace_days=5) == []
    assert told(worked(until="2025-09-07", grace_days=5)) == [(6, "1000", "1.67")]
    assert worked(("2025-09-06", "-1000"), until="2025-10-01", grace_days=5) == []
    assert told(worked(("2025-09-04", "-400"), until="2025-09-11", grace_days=5)) == [(10, "600", "1.67")]


def test_a_new_rate_counts_from_its_day_and_no_day_before_the_first() -> None:
    rates = [Rate(date(2025, 9, 11), D(10), "360"), Rate(date(2025, 9, 21), D(20), "360")]
    assert told(worked(until="2025-09-30", rates=rates)) == [(10, "1000", "2.78"), (9, "1000", "5.00")]


def test_it_goes_on_where_it_was() -> None:
    assert worked(until="2025-10-01", from_on="2025-10-01") == []
    assert told(worked(until="2025-10-02", from_on="2025-10-01")) == [(1, "1000", "0.28")]


def test_days_of_the_year_they_lie_in() -> None:
    assert years(date(2023, 12, 31), date(2024, 1, 2), "actual") == D(1) / 365 + D(1) / 366
    assert years(date(2023, 1, 1), date(2025, 1, 1), "actual") == 2
