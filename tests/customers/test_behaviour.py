"""How a customer pays: the weighted delay against its published value, and the months of the customer page."""

from decimal import Decimal

from customers.rules import Month, behaviour, weighted_delay


def test_the_published_example() -> None:
    """Weighted payment delay: 140 paid 7 days late and 85 paid 55 days late are 25.13 days."""
    found = weighted_delay([(Decimal(140), 7), (Decimal(85), 55)])
    assert found is not None
    assert round(found, 2) == Decimal("25.13")
    assert weighted_delay([]) is None


def month(ago: int, amount: str, days: int, on_time: str = "0", count: int = 1) -> Month:
    value = Decimal(amount)
    return Month(months_ago=ago, amount=value, amount_days=value * days, on_time=Decimal(on_time), count=count)


def test_share_trend_and_days() -> None:
    """600 paid 10 days late this half, 300 on time and 100 paid 20 days late the half before.

    Days late: (6000 + 0 + 2000) / 1000 = 8; on time 30 %; this half 10, the half before 2000 / 400 = 5: 5 days later.
    """
    found = behaviour([month(1, "600", 10), month(7, "300", 0, "300"), month(11, "100", 20), month(12, "999", 99)])
    assert found is not None
    assert (found.days_late, found.on_time_share, found.trend) == (Decimal("8.0"), Decimal("0.3"), Decimal("5.0"))
    assert (found.paid, found.count) == (Decimal(1000), 3)


def test_nothing_paid_says_nothing_and_half_a_year_has_no_trend() -> None:
    assert behaviour([]) is None
    only = behaviour([month(0, "100", -3, "100")])
    assert only is not None
    assert (only.days_late, only.trend) == (Decimal("-3.0"), None)
