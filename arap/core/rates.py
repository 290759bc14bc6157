"""Reading a rate from its history. Pure, no Django."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal


def rate_from(history: Sequence[tuple[date, Decimal]], on: date) -> Decimal | None:
    """The rate valid on a day: the last one whose `valid_from` is not after it, or None.

    `history` is (valid_from, rate) in order of date.
    """
    position = bisect_right(history, on, key=lambda entry: entry[0])
    return history[position - 1][1] if position else None
