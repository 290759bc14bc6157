"""Interest for late payment. Pure: what was open when and at which rate goes in, stretches of days come out.

An item is late from its due date until the day before it is paid: days are counted in [due, paid), so that one paid ten
days after it was due bears ten days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from arap.core.money import ZERO, quantize

DayCount = Literal["365", "360", "actual"]
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rate:
    """`percent` a year from `valid_from` on, by days of a year of 365 or 360 days, or of the year they lie in."""

    valid_from: date
    percent: Decimal
    day_count: DayCount


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days [from_on, to_on) on which `balance` was open, at one rate. `interest` is rounded to the currency, once."""

    from_on: date
    to_on: date
    balance: Decimal
    percent: Decimal
    day_count: DayCount
    interest: Decimal
    currency: str

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days


def years(from_on: date, to_on: date, day_count: DayCount) -> Decimal:
    """The days [from_on, to_on) as a part of a year, or several."""
    if day_count != "actual":
        return Decimal((to_on - from_on).days) / Decimal(day_count)
    total = ZERO
    while from_on < to_on:
        end = min(to_on, date(from_on.year + 1, 1, 1))
        length = (date(from_on.year + 1, 1, 1) - date(from_on.year, 1, 1)).days
        total += Decimal((end - from_on).days) / length
        from_on = end
    return total


def is_late(due_on: date, *, grace_days: int, until: date) -> bool:
    """Whether days of grace are over on `until`."""
    return until > due_on + timedelta(days=grace_days)


def stretches(
    movements: Sequence[tuple[date, Decimal]],
    rates: Sequence[Rate],
    *,
    due_on: date,
    grace_days: int,
    from_on: date,
    until: date,
    currency: str,
) -> list[Stretch]:
    """What is to be charged for [from_on, until) on an item whose open amount changed by `movements` (day, amount).

    What was paid within the days of grace bears nothing; what is paid later bears interest from the due date. Days
    before the first of `rates` (in order of `valid_from`) bear nothing.
    """
    graced_until = due_on + timedelta(days=grace_days)
    start = max(from_on, due_on)
    if not is_late(due_on, grace_days=grace_days, until=until) or start >= until:
        return []
    # Within the days of grace it counts as it stood on their last day.
    moves = [(on if on > graced_until else date.min, amount) for on, amount in movements]
    found = []
    for begin, end in pairwise(sorted({start, until, *_inner(moves, rates, start, until)})):
        balance = sum((amount for on, amount in moves if on <= begin), ZERO)
        rate = next((each for each in reversed(rates) if each.valid_from <= begin), None)
        if balance <= 0 or rate is None:
            continue
        interest = quantize(balance * rate.percent / HUNDRED * years(begin, end, rate.day_count), currency)
        found.append(Stretch(begin, end, balance, rate.percent, rate.day_count, interest, currency))
    return found


def _inner(moves: Sequence[tuple[date, Decimal]], rates: Sequence[Rate], start: date, until: date) -> Iterator[date]:
    """The days between which nothing changes."""
    for on in (*(on for on, _amount in moves), *(rate.valid_from for rate in rates)):
        if start < on < until:
            yield on
