"""How a customer pays: its months for the rule of behaviour, the invoices behind them, and its last payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.dates import add_months
from arap.core.models import Company
from arap.core.paging import Row
from customers.rules import Behaviour, Month, behaviour

# Invoices that money settled; what a credit note or a write-off settled says nothing about paying.
_PAID = """
  from ledger_item i
  join ledger_document d on d.id = i.document_id
 where i.company_id = %(company)s and i.customer_id = any(%(customers)s) and i.open_amount = 0 and i.amount > 0
   and i.settled_on between %(first)s and %(as_of)s
   and d.kind in ('invoice', 'debit_note', 'opening', 'reschedule')
   and exists (select from ledger_entry e
                 join ledger_item c on c.id = e.counter_item_id
                 join ledger_document r on r.id = c.document_id
                where e.item_id = i.id and r.kind = 'receipt')
"""
_MONTHS = f"""
select (extract(year from %(as_of)s::date) - extract(year from i.settled_on)) * 12
         + extract(month from %(as_of)s::date) - extract(month from i.settled_on),
       sum(i.base_amount), sum(i.base_amount * (i.settled_on - i.due_on)),
       coalesce(sum(i.base_amount) filter (where i.settled_on <= i.due_on), 0), count(*)
{_PAID}
 group by 1
"""  # noqa: S608
_INVOICES = f"""
select i.id, d.id, d.number, i.line, i.currency, i.amount, i.base_amount, i.due_on, i.settled_on,
       i.settled_on - i.due_on
{_PAID} {{after}}
 order by i.settled_on desc, i.id desc limit %(limit)s
"""
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidInvoice:
    """An invoice that was paid: when it was due, when it was settled, and the days between (below zero: early)."""

    item_id: int
    document_id: int
    number: str
    line: int
    currency: str
    amount: Decimal
    base_amount: Decimal
    due_on: date
    settled_on: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came in."""

    document_id: int
    number: str
    posted_on: date
    currency: str
    amount: Decimal


def paying(company: Company, customer_ids: Sequence[int], *, as_of: date) -> Behaviour | None:
    """How the customers paid in the twelve months up to `as_of`, amounts in base currency. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, _parameters(company, customer_ids, as_of))
        months = [
            Month(months_ago=int(ago), amount=amount, amount_days=days, on_time=on_time, count=count)
            for ago, amount, days, on_time, count in cursor.fetchall()
        ]
    return behaviour(months)


def paid_invoices(
    company: Company, customer_ids: Sequence[int], *, as_of: date, after: Row | None, limit: int
) -> tuple[list[PaidInvoice], bool]:
    """A page of the invoices that paying() weighs, latest paid first, and whether there are more. One query."""
    parameters = {
        **_parameters(company, customer_ids, as_of),
        "after_on": after.on if after else None,
        "after_id": after.id if after else None,
        "limit": limit + 1,
    }
    where = "and (i.settled_on, i.id) < (%(after_on)s::date, %(after_id)s::bigint)" if after else ""
    with connection.cursor() as cursor:
        cursor.execute(_INVOICES.format(after=where), parameters)
        rows = [PaidInvoice(**dict(zip(PaidInvoice.__slots__, row, strict=True))) for row in cursor.fetchall()]
    return rows[:limit], len(rows) > limit


_PAYMENTS = """
select d.id, d.number, d.posted_on, d.currency, -d.total
  from ledger_document d
 where d.company_id = %(company)s and d.customer_id = any(%(customers)s) and d.kind = 'receipt'
   and d.posted_on <= %(as_of)s
   and not exists (select from ledger_document r where r.reverses_id = d.id)
 order by d.posted_on desc, d.id desc limit %(limit)s
"""


def last_payments(company: Company, customer_ids: Sequence[int], *, as_of: date, limit: int) -> list[Payment]:
    """The latest receipts that were not returned, newest first. One query."""
    parameters: dict[str, Any] = {
        "company": company.pk, "customers": list(customer_ids), "as_of": as_of, "limit": limit,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PAYMENTS, parameters)
        return [Payment(**dict(zip(Payment.__slots__, row, strict=True))) for row in cursor.fetchall()]


def _parameters(company: Company, customer_ids: Sequence[int], as_of: date) -> dict[str, Any]:
    first = add_months(as_of.replace(day=1), 1 - MONTHS)
    return {"company": company.pk, "customers": list(customer_ids), "as_of": as_of, "first": first}
