"""Rules of aging, pure. The due date itself is not late; day one is the day after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from arap.core.dates import add_months, end_of_month, start_of_month

DEFAULT_EDGES = (30, 60, 90)
BASES = ("due", "document")
FAR_PAST = date(1, 1, 1)
FAR_FUTURE = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Items whose date lies in [`first_on`, `last_on`]. `label` is the English one; screens word their own."""

    label: str
    from_days: int | None
    to_days: int | None
    first_on: date
    last_on: date


def parse_edges(text: str) -> tuple[int, ...]:
    """Bucket edges from "30,60,90": whole days, rising, above zero, at most ten. Raises ValueError with a sentence."""
    try:
        edges = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValueError("Buckets are whole numbers of days, such as 30,60,90.") from None
    if not 0 < len(edges) <= 10 or edges[0] < 1 or any(low >= high for low, high in pairwise(edges)):
        raise ValueError("Buckets rise from above zero, at most ten of them, such as 30,60,90.")
    if edges[-1] > 36500:
        raise ValueError("A bucket ends within a hundred years.")
    return edges


def buckets_at(as_of: date, *, basis: str, edges: Sequence[int] = DEFAULT_EDGES) -> list[Bucket]:
    """The buckets of a report, youngest first.

    By due date: "not due" (due on `as_of` or later), then 1-30 days late and so on. By document date there is no "not
    due": the first bucket is 0-30 days old, and holds what is dated later, too.
    """
    assert basis in BASES
    buckets = [_bucket(as_of, None, 0, "not due")] if basis == "due" else []
    low = 1 if basis == "due" else 0
    for edge in edges:
        buckets.append(_bucket(as_of, low, edge, f"{low}-{edge}"))
        low = edge + 1
    buckets.append(_bucket(as_of, low, None, f"{low}+"))
    if basis == "document":
        first = buckets[0]
        buckets[0] = Bucket(first.label, first.from_days, first.to_days, first.first_on, FAR_FUTURE)
    return buckets


def _bucket(as_of: date, from_days: int | None, to_days: int | None, label: str) -> Bucket:
    return Bucket(
        label=label,
        from_days=from_days,
        to_days=to_days,
        first_on=FAR_PAST if to_days is None else _minus(as_of, to_days),
        last_on=FAR_FUTURE if from_days is None else _minus(as_of, from_days),
    )


def _minus(day: date, days: int) -> date:
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return FAR_PAST


def days_overdue(due_on: date, as_of: date) -> int:
    """Days late at the end of `as_of`; negative while not due. Due on 31 January: 31 January is 0, 1 February is 1."""
    return (as_of - due_on).days


def month_ends_before(today: date, months: int) -> list[date]:
    """The last days of the `months` months before that of `today`, the oldest first."""
    first = start_of_month(today)
    return [end_of_month(add_months(first, -back)) for back in range(months, 0, -1)]
