"""Geometry of the aging chart: zero based, the oldest on top, the stack as high as the total."""

from decimal import Decimal

import pytest

from arap.desk.charts import HEIGHT, Bucket, Month, axis_values, stacked_bars


def month(*amounts: str) -> Month:
    return Month(
        "Sep", "30 Sep 2026", [Bucket(f"b{at}", Decimal(amount), f"/{at}") for at, amount in enumerate(amounts)]
    )


@pytest.mark.parametrize(
    ("top", "values"),
    [
        ("57000000", ["0", "20000000", "40000000", "60000000"]),
        ("100", ["0", "25", "50", "75", "100"]),
        ("1", ["0", "0.25", "0.5", "0.75", "1"]),
        ("10.1", ["0", "5", "10", "15"]),
        ("0", ["0"]),
    ],
)
def test_axis_values_are_round_and_reach_the_top(top: str, values: list[str]) -> None:
    assert axis_values(Decimal(top)) == [Decimal(value) for value in values]


def test_segments_stack_from_the_base_to_the_total() -> None:
    chart = stacked_bars([month("40", "0", "30", "20", "10")])
    segments = chart.bars[0].segments
    assert [segment.index for segment in segments] == [0, 2, 3, 4], "an empty bucket takes no room"
    assert [segment.shade for segment in segments] == [0, 2, 3, 4]
    tops = [Decimal(segment.y) for segment in segments]
    assert tops == sorted(tops, reverse=True), "the oldest is on top"
    assert tops[-1] == Decimal(chart.lines[-1].y), "a total of 100 ends at the line of 100"
    assert sum((segment.share for segment in segments), Decimal(0)) == 1


def test_bars_share_the_width_in_order() -> None:
    chart = stacked_bars([month("1")] * 12)
    left = [Decimal(bar.left) for bar in chart.bars]
    assert left == sorted(left)
    last = chart.bars[-1]
    assert Decimal(last.left) + Decimal(last.room) <= chart.width


def test_nothing_owed_is_a_base_line_only() -> None:
    chart = stacked_bars([month("0", "0")])
    assert [line.value for line in chart.lines] == [Decimal(0)]
    assert chart.bars[0].segments == []
    assert chart.base < HEIGHT
