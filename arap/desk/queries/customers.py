"""One customer: aging strip, proof, latest events, documents in pages. Each query is flat in the size of the book."""

from collections.abc import Iterable
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
with {open_items_sql(where="and i.customer_id = %(customer)s")}
, summed as (
  select currency, sum(open_amount) as items, 0::numeric as movements from open_items group by currency
  union all
  select currency, 0, sum(amount) from ledger_item
   where company_id = %(company)s and customer_id = %(customer)s and posted_on <= %(as_of)s
     and position <= %(position)s
   group by currency
  union all
  select currency, 0, sum(amount) from ledger_entry
   where company_id = %(company)s and customer_id = %(customer)s and effective_on <= %(as_of)s
     and position <= %(position)s
   group by currency
)
select currency, sum(items), sum(movements) from summed group by currency order by currency
"""  # noqa: S608


def proof(company: Company, customer_id: int, *, as_of: date, position: int) -> list[Proof]:
    """Open items against everything ever posted for the customer, per currency. One query."""
    params: dict[str, Any] = {
        "company": company.pk,
        "customer": customer_id,
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
class Event:
    """Something that happened with a customer: a document posted, or credit applied to a debit."""

    on: date
    kind: str
    number: str
    document_id: int
    counter_number: str
    counter_document_id: int | None
    amount: Decimal
    currency: str
    who: str


EVENTS = """
with documents as (
  select d.posted_on as happened_on, d.position, d.kind, d.number, d.id as document_id, '' as counter_number,
         null::bigint as counter_document_id, d.total as amount, d.currency
    from ledger_document d
   where d.company_id = %(company)s and d.customer_id = %(customer)s and d.posted_on <= %(as_of)s
     and d.position <= %(position)s
   order by d.posted_on desc, d.id desc limit %(limit)s
), applications as (
  select e.effective_on, e.position, case when e.reverses_id is null then 'applied' else 'unapplied' end,
         credit.number, credit.id, debit.number, debit.id, abs(e.amount), e.currency
    from ledger_entry e
    join ledger_item i on i.id = e.item_id
    join ledger_document debit on debit.id = i.document_id
    join ledger_item c on c.id = e.counter_item_id
    join ledger_document credit on credit.id = c.document_id
   where e.company_id = %(company)s and e.customer_id = %(customer)s and e.effective_on <= %(as_of)s
     and e.position <= %(position)s and i.amount > 0
   order by e.effective_on desc, e.position desc limit %(limit)s
), both_kinds as (
  select * from documents union all select * from applications
)
select b.happened_on, b.kind, b.number, b.document_id, b.counter_number, b.counter_document_id, b.amount, b.currency,
       coalesce(nullif(u.full_name, ''), u.username, '')
  from both_kinds b
  join ledger_posting p on p.company_id = %(company)s and p.position = b.position
  left join core_user u on u.id = p.actor_id
 order by b.happened_on desc, b.position desc limit %(limit)s
"""


def events(company: Company, customer_id: int, *, as_of: date, position: int, limit: int) -> list[Event]:
    """The latest events of the customer, newest first. One query."""
    params: dict[str, Any] = {
        "company": company.pk,
        "customer": customer_id,
        "as_of": as_of,
        "position": position,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, params)
        return [Event(**dict(zip(Event.__slots__, row, strict=True))) for row in cursor.fetchall()]


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
   where d.company_id = %(company)s and d.customer_id = %(customer)s {after}
   order by d.posted_on desc, d.id desc limit %(limit)s
)
select d.id, d.kind, d.number, d.document_on, d.posted_on, coalesce(t.reference, ''), d.currency, d.total,
       coalesce((select sum(i.open_amount) from ledger_item i where i.document_id = d.id), 0)
  from page d left join ledger_documenttext t on t.document_id = d.id
 order by d.posted_on desc, d.id desc
"""
AFTER = "and (d.posted_on, d.id) < (%(after_on)s::date, %(after_id)s::bigint)"


def documents(company: Company, customer_id: int, *, after: Row | None, limit: int) -> tuple[list[DocumentRow], bool]:
    """A page of the customer's documents, newest first, and whether there are more. One query."""
    params = {
        "company": company.pk,
        "customer": customer_id,
        "after_on": after.on if after else None,
        "after_id": after.id if after else None,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS.format(after=AFTER if after else ""), params)
        rows = [DocumentRow(**dict(zip(DocumentRow.__slots__, row, strict=True))) for row in cursor.fetchall()]
    return rows[:limit], len(rows) > limit
