"""Geometry of the small proportional bars, and which of the five age colours a bucket has. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

OLDEST_SHADE = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar, in the units of its view box; `index` says which of the amounts it stands for."""

    x: str
    width: str
    index: int


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


def pieces(amounts: Sequence[Decimal | int], *, width: int, gap: int = 1) -> list[Piece]:
    """The pieces of a bar `width` wide, in the order of `amounts`, gaps between.

    What is not positive takes no room. Nothing at all: no piece.
    """
    shown = [(index, Decimal(amount)) for index, amount in enumerate(amounts) if amount > 0]
    total = sum((amount for _index, amount in shown), Decimal(0))
    room = Decimal(width - gap * max(len(shown) - 1, 0))
    found: list[Piece] = []
    x = Decimal(0)
    for index, amount in shown:
        length = room * amount / total
        # A share too small to see still gets a line: nothing that is there may vanish.
        found.append(Piece(f"{x:.2f}", f"{max(length, Decimal(1)):.2f}", index))
        x += length + gap
    return found


def age_parts(buckets: Sequence[Decimal], *, width: int, gap: int = 1) -> list[Part]:
    """The pieces of an age bar: debit items by age, the youngest at the left."""
    return [
        Part(piece.x, piece.width, shade(piece.index, len(buckets))) for piece in pieces(buckets, width=width, gap=gap)
    ]
