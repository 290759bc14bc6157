"""Geometry of the small age bars, and which of the five age colours a bucket has. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

OLDEST_SHADE = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of an age bar, in the units of its view box, and its colour 0 (not due) to 4."""

    x: str
    width: str
    shade: int


def shade(index: int, count: int) -> int:
    """The colour of bucket `index` of `count`: 0 for what is not due, 4 for the oldest.

    With fewer or more than four overdue buckets the colours are spread, the oldest stays 4.
    """
    overdue = count - 1
    if index <= 0 or overdue <= 0:
        return 0
    if overdue <= OLDEST_SHADE:
        return index + OLDEST_SHADE - overdue if index == overdue else index
    return 1 + (index - 1) * (OLDEST_SHADE - 1) // (overdue - 1)


def age_parts(buckets: Sequence[Decimal], *, width: int, gap: int = 1) -> list[Part]:
    """The pieces of a bar `width` wide for `buckets`, the youngest at the left, gaps between.

    Buckets hold debit items and are not negative; empty ones take no room. Nothing owed: no piece.
    """
    shown = [(index, amount) for index, amount in enumerate(buckets) if amount > 0]
    total = sum((amount for _index, amount in shown), Decimal(0))
    room = Decimal(width - gap * max(len(shown) - 1, 0))
    parts: list[Part] = []
    x = Decimal(0)
    for index, amount in shown:
        length = room * amount / total
        # A share too small to see still gets a line: nothing that is owed may vanish.
        parts.append(Part(f"{x:.2f}", f"{max(length, Decimal(1)):.2f}", shade(index, len(buckets))))
        x += length + gap
    return parts
