"""The figures of Today. Ages come from the aging report alone; here they are put beside counts and rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from aging.queries import AgingRow, aging
from aging.rules import DEFAULT_EDGES, month_ends_before
from aging.standings import kept_totals, standing_at, totals
from arap.core.models import Company
from arap.ledger.queries import open_items_sql

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is open in one currency, or of all currencies in base currency. balance = buckets + unapplied."""

    currency: str
    buckets: tuple[Decimal, ...]
    unapplied: Decimal
    balance: Decimal

    @property
    def owed(self) -> Decimal:
        """All debits, before credits that are not applied."""
        return sum(self.buckets, ZERO)

    @property
    def overdue(self) -> Decimal:
        """All debits past their due date, before credits that are not applied: it may be more than the balance."""
        return sum(self.buckets[1:], ZERO)

    @property
    def overdue_share(self) -> Decimal | None:
        """Overdue as a share of all debits; None where nothing is owed."""
        return self.overdue / self.owed if self.owed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many, how old, how soon. Amounts in base currency."""

    items: int
    customers: int
    credits: int
    oldest_credit_on: date | None
    due_soon: Decimal
    due_soon_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEnd:
    """The debit buckets of one day in base currency, at the rates of the documents."""

    on: date
    buckets: tuple[Decimal, ...]


def balances_by_currency(sums: Sequence[AgingRow]) -> list[Balance]:
    """A balance for each currency of a report's totals, the largest in base currency first."""
    rows = sorted(sums, key=lambda row: (-row.base_total, row.currency))
    return [
        Balance(currency=row.currency, buckets=row.buckets, unapplied=row.unapplied, balance=row.total) for row in rows
    ]


def balance_in_base(sums: Sequence[AgingRow], base_currency: str) -> Balance:
    """All currencies of a report's totals, made with base amounts, added up in base currency."""
    buckets = tuple(sum((row.base_buckets[at] for row in sums), ZERO) for at in range(len(DEFAULT_EDGES) + 2))
    return Balance(
        currency=base_currency,
        buckets=buckets,
        unapplied=sum((row.base_unapplied for row in sums), ZERO),
        balance=sum((row.base_total for row in sums), ZERO),
    )


CREDITS = f"""
with {open_items_sql(where="and i.amount < 0")}
select count(*), min(document_on) from open_items
"""  # noqa: S608
SOON = f"""
with {open_items_sql(base=True, where="and i.amount > 0 and i.aged_from_on between %(as_of)s and %(soon)s")}
select coalesce(sum(open_base_amount), 0), count(*) from open_items
"""  # noqa: S608
CUSTOMERS = f"""
with {open_items_sql()}
select count(distinct coalesce(m.merged_into_id, o.customer_id))
  from open_items o left join customers_customer m on m.id = o.customer_id and m.merged_into_id is not null
"""  # noqa: S608


def counts(
    company: Company, *, as_of: date, position: int, soon: date, items: int, customers: int | None = None
) -> Counts:
    """What else Today counts on `as_of` as known at `position`; `soon` ends "due soon". `items` are those of the
    report, `customers` those it has something open with, counted where it is not given. Three queries at most."""
    params: dict[str, Any] = {"company": company.pk, "as_of": as_of, "position": position, "soon": soon}
    with connection.cursor() as cursor:
        cursor.execute(CREDITS, params)
        credit_items, oldest = cursor.fetchone()
        cursor.execute(SOON, params)
        due_soon, due_soon_items = cursor.fetchone()
        if customers is None:
            cursor.execute(CUSTOMERS, params)
            customers = int(cursor.fetchone()[0])
    return Counts(
        items=items,
        customers=customers,
        credits=credit_items,
        oldest_credit_on=oldest,
        due_soon=due_soon,
        due_soon_items=due_soon_items,
    )


def month_ends(company: Company, *, today: date, position: int, months: int = 12) -> list[MonthEnd]:
    """The last `months` - 1 month ends before `today`, and `today`, as known at `position`.

    A query each for those that are not kept.
    """
    days = month_ends_before(today, months - 1)
    kept = kept_totals(company, days, position=position)
    if (standing := standing_at(company, as_of=today, position=position)) is not None:
        kept[today] = totals(standing)
    return [_month_end(company, on, position, kept.get(on)) for on in [*days, today]]


def _month_end(company: Company, on: date, position: int, rows: Sequence[AgingRow] | None) -> MonthEnd:
    if rows is None:
        rows = aging(company, as_of=on, position=position, by="currency", base=True).rows
    return MonthEnd(on=on, buckets=balance_in_base(rows, company.base_currency).buckets)
