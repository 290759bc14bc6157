"""The small age bars and the colours of buckets."""

from decimal import Decimal

import pytest

from arap.core.bars import age_parts, pieces, shade


@pytest.mark.parametrize(
    ("count", "shades"),
    [
        (5, [0, 1, 2, 3, 4]),
        (4, [0, 1, 2, 4]),
        (3, [0, 1, 4]),
        (2, [0, 4]),
        (1, [0]),
        (8, [0, 1, 1, 2, 2, 3, 3, 4]),
    ],
)
def test_the_oldest_bucket_has_the_darkest_colour(count: int, shades: list[int]) -> None:
    assert [shade(index, count) for index in range(count)] == shades


def test_parts_fill_the_width_with_gaps() -> None:
    parts = age_parts([Decimal(60), Decimal(0), Decimal(40)], width=101)
    assert [(part.x, part.width, part.shade) for part in parts] == [("0.00", "60.00", 0), ("61.00", "40.00", 4)]


def test_a_tiny_share_is_still_seen() -> None:
    assert age_parts([Decimal(10**6), Decimal(1)], width=100)[1].width == "1.00"


def test_nothing_owed_is_no_bar() -> None:
    assert age_parts([Decimal(0)] * 5, width=100) == []


def test_states_fill_the_bar_in_their_order() -> None:
    found = pieces([30, 0, 10], width=41)
    assert [(piece.x, piece.width, piece.index) for piece in found] == [("0.00", "30.00", 0), ("31.00", "10.00", 2)]
