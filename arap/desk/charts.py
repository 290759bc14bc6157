"""Geometry of the aging chart: stacked bars from zero, the oldest on top. No Django, no SVG text.

The template writes the SVG; what is computed here is where each rectangle and each line goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from arap.core.bars import shade

WIDTH, HEIGHT = 750, 190
LEFT, TOP, BOTTOM = 60, 14, 24
BAR_SHARE = Decimal("0.6")  # of a month's room; the rest is air
GAP = Decimal(1)
LINES_MAX = 4
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one bucket of one month holds: its amount (not negative) and where its items are."""

    label: str
    amount: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class Month:
    """One bar: the word under it, its date in words, and its buckets, not due first."""

    label: str
    day: str
    buckets: Sequence[Bucket]
    is_now: bool = False

    @property
    def total(self) -> Decimal:
        """The sum of the buckets."""
        return sum((bucket.amount for bucket in self.buckets), Decimal(0))


@dataclass(frozen=True, slots=True)
class Segment:
    """One rectangle, in the units of the view box, and what it stands for."""

    index: int
    shade: int
    y: str
    height: str
    bucket: Bucket
    share: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """One month in place: `x` and `width` of its rectangles, `left` and `room` of its column."""

    index: int
    month: Month
    x: str
    width: str
    left: str
    room: str
    middle: str
    segments: list[Segment]


@dataclass(frozen=True, slots=True)
class Line:
    """A hairline and the value it stands for."""

    y: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the template needs."""

    width: int
    height: int
    left: int
    base: int
    lines: list[Line]
    bars: list[Bar]


def stacked_bars(months: Sequence[Month]) -> Chart:
    """The chart of `months` in the given order. Without any amount it has one line, at zero."""
    top = max((month.total for month in months), default=Decimal(0))
    values = axis_values(top)
    base = HEIGHT - BOTTOM
    scale = Decimal(base - TOP) / (values[-1] or 1)
    room = Decimal(WIDTH - LEFT) / max(len(months), 1)
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        base=base,
        lines=[Line(_text(base - value * scale), value) for value in values],
        bars=[_bar(index, month, room, scale, base) for index, month in enumerate(months)],
    )


def axis_values(top: Decimal) -> list[Decimal]:
    """Round values from zero to at least `top`, three or four steps: [0, 20, 40, 60] for 57."""
    if top <= 0:
        return [Decimal(0)]
    raw = top / LINES_MAX
    size = Decimal(10) ** (raw.adjusted())
    step = next(each * size for each in STEPS if each * size >= raw)
    count = int((top / step).to_integral_value(ROUND_CEILING))
    return [step * each for each in range(count + 1)]


def _bar(index: int, month: Month, room: Decimal, scale: Decimal, base: int) -> Bar:
    left = LEFT + room * index
    width = room * BAR_SHARE
    segments: list[Segment] = []
    floor = Decimal(base)
    for at, bucket in enumerate(month.buckets):
        if bucket.amount <= 0:
            continue
        height = bucket.amount * scale
        # The gap is taken from the rectangle, so the stack still ends at the total.
        drawn = max(height - GAP, Decimal("0.8"))
        segments.append(
            Segment(
                index=at,
                shade=shade(at, len(month.buckets)),
                y=_text(floor - height),
                height=_text(drawn),
                bucket=bucket,
                share=bucket.amount / month.total,
            )
        )
        floor -= height
    return Bar(
        index=index,
        month=month,
        x=_text(left + (room - width) / 2),
        width=_text(width),
        left=_text(left),
        room=_text(room),
        middle=_text(left + room / 2),
        segments=segments,
    )


def _text(number: Decimal) -> str:
    return f"{number:.2f}"
