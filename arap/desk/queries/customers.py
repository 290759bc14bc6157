"""One customer, and those merged into it: aging strip, proof, documents in pages. The queries follow the customer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from aging.rules import Bucket, buckets_at
from arap.core.models import Company
from arap.core.paging import Row
from arap.core.wording import bucket_words
from arap.ledger.queries import OpenItem, open_items_sql

ZERO = Decimal(0)


@dataclass(slots=True)
class Cell:
    """One age of a strip."""

    label: str
    amount: Decimal = ZERO
    count: int = 0


@dataclass(slots=True)
class Strip:
    """The figures on top of a customer, in one currency: the ages of debits, then credits not applied."""

    currency: str
    cells: list[Cell]
    unapplied: Decimal = ZERO
    credits: int = 0

    @property
    def balance(self) -> Decimal:
        """Debits less credits."""
        return sum((cell.amount for cell in self.cells), self.unapplied)

    @property
    def overdue(self) -> Decimal:
        """All debits past their due date."""
        return sum((cell.amount for cell in self.cells[1:]), ZERO)


def strips(items: Iterable[OpenItem], as_of: date, first: str) -> list[Strip]:
    """A strip for each currency among `items`; the one of `first`, the customer's own, always and on top."""
    buckets = buckets_at(as_of, basis="due")
    found: dict[str, Strip] = {first: _empty(first, buckets)}
    for item in items:
        strip = found.setdefault(item.currency, _empty(item.currency, buckets))
        if item.open_amount < 0:
            strip.unapplied += item.open_amount
            strip.credits += 1
            continue
        at = next(at for at, each in enumerate(buckets) if each.first_on <= item.aged_from_on <= each.last_on)
        strip.cells[at].amount += item.open_amount
        strip.cells[at].count += 1
    return list(found.values())


def _empty(currency: str, buckets: list[Bucket]) -> Strip:
    return Strip(currency, [Cell(bucket_words(each.from_days, each.to_days)) for each in buckets])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """In one currency: what the open items add up to, and what all documents and movements leave."""

    currency: str
    items: Decimal
    movements: Decimal

    @property
    def difference(self) -> Decimal:
        """Zero, or the book is broken."""
        return self.items - self.movements


PROOF = f"""
with {open_items_sql(where="and i.customer_id = any(%(customers)s)")}
, summed as (
  select currency, sum(open_amount) as items, 0::numeric as movements from open_items group by currency
  union all
  select currency, 0, sum(amount) from ledger_item
   where company_id = %(company)s and customer_id = any(%(customers)s) and posted_on <= %(as_of)s
     and position <= %(position)s
   group by currency
  union all
  select currency, 0, sum(amount) from ledger_entry
   where company_id = %(company)s and customer_id = any(%(customers)s) and effective_on <= %(as_of)s
     and position <= %(position)s
   group by currency
)
select currency, sum(items), sum(movements) from summed group by currency order by currency
"""  # noqa: S608


def proof(company: Company, customer_ids: Sequence[int], *, as_of: date, position: int) -> list[Proof]:
    """Open items against everything ever posted for the customers, per currency. One query."""
    params: dict[str, Any] = {
        "company": company.pk,
        "customers": list(customer_ids),
        "as_of": as_of,
        "position": position,
    }
    with connection.cursor() as cursor:
        cursor.execute(PROOF, params)
        return [
            Proof(currency=currency, items=items, movements=movements)
            for currency, items, movements in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document in a list, with what is open of it."""

    document_id: int
    kind: str
    number: str
    document_on: date
    posted_on: date
    reference: str
    currency: str
    total: Decimal
    open_amount: Decimal


DOCUMENTS = """
with page as (
  select d.* from ledger_document d
   where d.company_id = %(company)s and d.customer_id = any(%(customers)s) {after} {kinds}
   order by d.posted_on desc, d.id desc limit %(limit)s
)
select d.id, d.kind, d.number, d.document_on, d.posted_on, coalesce(t.reference, ''), d.currency, d.total,
       coalesce((select sum(i.open_amount) from ledger_item i where i.document_id = d.id), 0)
  from page d left join ledger_documenttext t on t.document_id = d.id
 order by d.posted_on desc, d.id desc
"""
AFTER = "and (d.posted_on, d.id) < (%(after_on)s::date, %(after_id)s::bigint)"


def documents(
    company: Company, customer_ids: Sequence[int], *, after: Row | None, limit: int, kinds: Sequence[str] = ()
) -> tuple[list[DocumentRow], bool]:
    """A page of the customers' documents, newest first, and whether there are more. One query."""
    params: dict[str, Any] = {
        "company": company.pk,
        "customers": list(customer_ids),
        "after_on": after.on if after else None,
        "after_id": after.id if after else None,
        "kinds": list(kinds),
        "limit": limit + 1,
    }
    of_kind = "and d.kind = any(%(kinds)s)" if kinds else ""
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS.format(after=AFTER if after else "", kinds=of_kind), params)
        rows = [DocumentRow(**dict(zip(DocumentRow.__slots__, row, strict=True))) for row in cursor.fetchall()]
    return rows[:limit], len(rows) > limit
