"""The figures of Today. Ages come from the aging report alone; here they are put beside counts and rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from aging.queries import AgingReport, aging
from arap.core.dates import add_months, end_of_month, start_of_month
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


def balances_by_currency(report: AgingReport) -> list[Balance]:
    """A balance for each currency of a report made by currency, the largest in base currency first."""
    rows = sorted(report.rows, key=lambda row: (-row.base_total, row.currency))
    return [
        Balance(currency=row.currency, buckets=row.buckets, unapplied=row.unapplied, balance=row.total) for row in rows
    ]


def balance_in_base(report: AgingReport, base_currency: str) -> Balance:
    """All currencies of a report made with base amounts, added up in base currency."""
    buckets = tuple(sum((row.base_buckets[at] for row in report.rows), ZERO) for at in range(len(report.buckets)))
    return Balance(
        currency=base_currency,
        buckets=buckets,
        unapplied=sum((row.base_unapplied for row in report.rows), ZERO),
        balance=sum((row.base_total for row in report.rows), ZERO),
    )


COUNTS = f"""
with {open_items_sql(base=True)}
select count(*), count(distinct customer_id), count(*) filter (where amount < 0),
       min(document_on) filter (where amount < 0),
       coalesce(sum(open_base_amount) filter (where amount > 0 and aged_from_on between %(as_of)s and %(soon)s), 0),
       count(*) filter (where amount > 0 and aged_from_on between %(as_of)s and %(soon)s)
  from open_items
"""  # noqa: S608


def counts(company: Company, *, as_of: date, position: int, soon: date) -> Counts:
    """How many items are open on `as_of` as known at `position`; `soon` ends "due soon". One query."""
    params: dict[str, Any] = {"company": company.pk, "as_of": as_of, "position": position, "soon": soon}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, params)
        items, customers, credit_items, oldest, due_soon, due_soon_items = cursor.fetchone()
    return Counts(
        items=items,
        customers=customers,
        credits=credit_items,
        oldest_credit_on=oldest,
        due_soon=due_soon,
        due_soon_items=due_soon_items,
    )


def month_ends(company: Company, *, today: date, position: int, months: int = 12) -> list[MonthEnd]:
    """The last `months` - 1 month ends before `today`, and `today`, as known at `position`. A query each."""
    first = start_of_month(today)
    days = [end_of_month(add_months(first, -back)) for back in range(months - 1, 0, -1)] + [today]
    return [_month_end(company, on, position) for on in days]


def _month_end(company: Company, on: date, position: int) -> MonthEnd:
    report = aging(company, as_of=on, position=position, by="currency", base=True)
    return MonthEnd(on=on, buckets=balance_in_base(report, company.base_currency).buckets)
