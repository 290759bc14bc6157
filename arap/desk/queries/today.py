"""The figures of Today: balances by currency with their ages, and the same in base currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.dates import add_months, end_of_month, start_of_month
from arap.core.models import Company
from arap.ledger.queries import OPEN_ITEMS

ZERO = Decimal(0)
BUCKETS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyBalance:
    """What is open in one currency. Buckets hold debits; `unapplied` is negative; balance = their sum."""

    currency: str
    buckets: list[Decimal]
    unapplied: Decimal
    items: int
    customers: int
    credits: int
    oldest_credit_on: date | None
    due_soon: Decimal
    due_soon_items: int

    @property
    def balance(self) -> Decimal:
        """Debits less credits."""
        return sum(self.buckets, self.unapplied)

    @property
    def overdue(self) -> Decimal:
        """All debits past their due date."""
        return sum(self.buckets[1:], ZERO)

    @property
    def overdue_share(self) -> Decimal | None:
        """Overdue as a share of all debits; None where nothing is owed."""
        debits = sum(self.buckets, ZERO)
        return self.overdue / debits if debits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the company stands on a day: each currency in its own money, and all in base currency."""

    as_of: date
    currencies: list[CurrencyBalance]
    base: CurrencyBalance


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEnd:
    """The debit buckets of one day in base currency, with how many items each holds."""

    on: date
    buckets: list[Decimal]
    counts: list[int]


BY_CURRENCY = (
    "with "
    + OPEN_ITEMS
    + """
, aged as (
  select o.*, least(greatest(ceil(greatest(%(as_of)s::date - aged_from_on, 0) / 30.0), 0), 4)::int as bucket from open_items o
), measured as (
  select currency, customer_id, open_amount as own, open_base_amount as base, bucket, aged_from_on, document_on from aged
)
select currency, {sums}
       count(*), count(distinct customer_id), count(*) filter (where own < 0), min(document_on) filter (where own < 0),
       count(*) filter (where own > 0 and aged_from_on between %(as_of)s and %(soon)s)
  from measured
 group by grouping sets ((currency), ())
 order by sum(base) desc nulls last, currency
"""
)


def _sums() -> str:
    """The sums of both measures: five buckets, credits, due within a week; first own, then base."""
    parts = []
    for measure in ("own", "base"):
        for bucket in range(BUCKETS):
            parts.append(f"coalesce(sum({measure}) filter (where own > 0 and bucket = {bucket}), 0),")
        parts.append(f"coalesce(sum({measure}) filter (where own < 0), 0),")
        parts.append(
            f"coalesce(sum({measure}) filter (where own > 0 and aged_from_on between %(as_of)s and %(soon)s), 0),"
        )
    return "\n       ".join(parts)


def position_on(company: Company, *, as_of: date, position: int, soon: date) -> Position:
    """Balances and ages on `as_of` as known at `position`; `soon` ends "due soon". One query."""
    params = {"company": company.pk, "as_of": as_of, "position": position, "soon": soon}
    with connection.cursor() as cursor:
        cursor.execute(BY_CURRENCY.format(where="", base="p.open_base_amount", sums=_sums()), params)
        found = cursor.fetchall()
    currencies = [_balance(row, row[0], base=False) for row in found if row[0] is not None]
    whole = next(row for row in found if row[0] is None)
    return Position(as_of=as_of, currencies=currencies, base=_balance(whole, company.base_currency, base=True))


def _balance(row: Sequence[Any], currency: str, *, base: bool) -> CurrencyBalance:
    start = 1 + (BUCKETS + 2) * base
    counted = 1 + (BUCKETS + 2) * 2
    return CurrencyBalance(
        currency=currency,
        buckets=list(row[start : start + BUCKETS]),
        unapplied=row[start + BUCKETS],
        due_soon=row[start + BUCKETS + 1],
        items=row[counted],
        customers=row[counted + 1],
        credits=row[counted + 2],
        oldest_credit_on=row[counted + 3],
        due_soon_items=row[counted + 4],
    )


MONTH_END = (
    "with "
    + OPEN_ITEMS
    + """
select least(ceil(greatest(%(as_of)s::date - aged_from_on, 0) / 30.0), 4)::int as bucket, sum(open_base_amount), count(*)
  from open_items where open_amount > 0 group by 1
"""
)


def month_ends(company: Company, *, today: date, position: int, months: int = 12) -> list[MonthEnd]:
    """The last `months` - 1 month ends before `today`, and `today`, as known at `position`. A query each."""
    first = start_of_month(today)
    days = [end_of_month(add_months(first, -back)) for back in range(months - 1, 0, -1)] + [today]
    return [_month_end(company, on, position) for on in days]


def _month_end(company: Company, on: date, position: int) -> MonthEnd:
    buckets, counts = [ZERO] * BUCKETS, [0] * BUCKETS
    params = {"company": company.pk, "as_of": on, "position": position}
    with connection.cursor() as cursor:
        cursor.execute(MONTH_END.format(where="", base="p.open_base_amount"), params)
        for bucket, amount, count in cursor.fetchall():
            buckets[bucket], counts[bucket] = amount, count
    return MonthEnd(on=on, buckets=buckets, counts=counts)
