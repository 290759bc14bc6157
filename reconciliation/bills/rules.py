"""Bills of exchange: numbers, intervals, terms and interest. Nothing here knows a database.

Since 1 January 2023 a bill of the Chinese exchange runs for six months at most and is a package that can be split: its
number has 30 digits, and a sub-interval of the package says which of its cents a holder has (the term:
《商业汇票承兑、贴现与再贴现管理办法》 of 2022, order no. 4 of the People's Bank of China).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from arap.core.dates import add_months

SIX_MONTHS_SINCE = date(2023, 1, 1)
CENT = Decimal("0.01")
DAYS_OF_YEAR = 360
CENTS_MAX = 10**12 - 1  # twelve digits
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """The cents of a package that a bill is, both ends included, counted from one."""

    first: int
    last: int

    @property
    def amount(self) -> Decimal:
        """In yuan."""
        return (self.last - self.first + 1) * CENT


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that a bill paid: its item (none for what was not applied), the amount, and the dates of its age."""

    item_id: int | None
    amount: Decimal
    original_due_on: date
    aged_from_on: date


def latest_due(issued_on: date) -> date:
    """The last day on which a Chinese bill drawn on `issued_on` may fall due: six months later, one year before 2023.

    >>> latest_due(date(2026, 8, 31))
    datetime.date(2027, 2, 28)
    """
    return add_months(issued_on, 6 if issued_on >= SIX_MONTHS_SINCE else 12)


def discount_interest(amount: Decimal, percent_a_year: Decimal, *, on: date, due_on: date, unit: int) -> Decimal:
    """What a bank keeps when it buys the bill on `on`: amount x rate x days / 360, the day of sale counted, the due day
    not. `unit` is the number of decimals of the currency. Zero on and after the due day.
    """
    days = max((due_on - on).days, 0)
    exact = amount * percent_a_year / 100 * days / DAYS_OF_YEAR
    return exact.quantize(Decimal(1).scaleb(-unit), ROUND_HALF_UP)


def split_intervals(whole: Interval, amounts: Sequence[Decimal]) -> list[Interval]:
    """The sub-intervals of the parts, in their order. The amounts must sum to the whole's."""
    assert sum(amounts, ZERO) == whole.amount, "parts are the whole"
    parts, first = [], whole.first
    for amount in amounts:
        last = first + int(amount / CENT) - 1
        parts.append(Interval(first, last))
        first = last + 1
    return parts


def claims_within(claims: Sequence[Claim], starts_at: Decimal, amount: Decimal) -> list[Claim]:
    """The part of `claims` that the `amount` from `starts_at` of a bill paid: the claims lie one after the other on the
    bill, so that its parts share them without rounding.
    """
    found, passed, ends_at = [], ZERO, starts_at + amount
    for claim in claims:
        overlap = min(ends_at, passed + claim.amount) - max(starts_at, passed)
        if overlap > 0:
            found.append(Claim(claim.item_id, overlap, claim.original_due_on, claim.aged_from_on))
        passed += claim.amount
    return found
