"""What statements say, read from the book for many customers at once, as of a day and as known at a position."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.ledger.queries import open_items_sql
from statements.rules import ACTIVITY, PAID_BY, PAID_FOR, Block, Moved, Open, blocks

_OPEN = f"""
with {open_items_sql(where="and i.customer_id = any(%(customers)s)")}
select o.customer_id, o.currency, o.document_on, i.document_id, d.kind, d.number,
       case when d.item_count > 1 then i.line else 0 end, coalesce(t.reference, ''), i.due_on, o.aged_from_on,
       o.amount, o.open_amount
  from open_items o
  join ledger_item i on i.id = o.id
  join ledger_document d on d.id = i.document_id
  left join ledger_documenttext t on t.document_id = d.id
 order by o.customer_id, o.currency, o.aged_from_on, o.document_on, d.number, i.line
"""  # noqa: S608

# An item that was posted in the period was settled in it or later, if at all: that is what prunes. Applications between
# the customer's own items move nothing; a payment between members of the group or a transfer does. A replacement that
# leaves the customer's balance as it was sums to zero and is no movement either. What belongs to another member stays
# its own: a payment between members is told by the customer's own document, and so is what a credit was applied to.
_MOVED = f"""
with movements as (
  select i.customer_id, i.posted_on as on_date, i.position, i.document_id, '' as role, i.currency, i.amount
    from ledger_item i
   where i.company_id = %(company)s and i.customer_id = any(%(customers)s) and i.settled_on >= %(from_on)s
     and i.posted_on between %(from_on)s and %(as_of)s and i.position <= %(position)s
  union all
  select e.customer_id, e.effective_on, e.position, coalesce(e.document_id, i.document_id),
         case when e.document_id is not null then '' when i.amount > 0 then '{PAID_BY}' else '{PAID_FOR}' end,
         e.currency, e.amount
    from ledger_entry e
    join ledger_item i on i.id = e.item_id
    left join ledger_item c on c.id = e.counter_item_id
   where e.company_id = %(company)s and e.customer_id = any(%(customers)s)
     and e.effective_on between %(from_on)s and %(as_of)s and e.position <= %(position)s
     and c.customer_id is distinct from e.customer_id
), summed as (
  select customer_id, on_date, position, document_id, role, currency, sum(amount) as amount from movements
   group by customer_id, on_date, position, document_id, role, currency having sum(amount) <> 0
), /* what a credit had been applied to by the day; what was undone again cancels itself out */ pairs as (
  select i.customer_id, i.document_id, d.number
    from ledger_item i
    join ledger_entry e on e.item_id = i.id and e.effective_on <= %(as_of)s and e.position <= %(position)s
    join ledger_item c on c.id = e.counter_item_id and c.customer_id = i.customer_id
    join ledger_document d on d.id = c.document_id
   where i.document_id in (select document_id from summed where amount < 0) and i.amount < 0
   group by i.customer_id, i.document_id, d.number having sum(e.amount) <> 0
), applied as (
  select customer_id, document_id, array_agg(number order by number) as numbers from pairs
   group by customer_id, document_id
)
select s.customer_id, s.currency, s.on_date, s.document_id, coalesce(nullif(s.role, ''), d.kind, ''),
       coalesce(d.number, ''), coalesce(t.reference, ''), coalesce(a.numbers, '{{}}'), s.amount
  from summed s
  left join ledger_document d on d.id = s.document_id
  left join ledger_documenttext t on t.document_id = s.document_id
  left join applied a
    on a.customer_id = s.customer_id and a.document_id = s.document_id and s.amount < 0 and s.role = ''
 order by s.customer_id, s.currency, s.on_date, s.position, s.document_id, s.role
"""  # noqa: S608


def read_blocks(
    company: Company, customers: Sequence[int], *, kind: str, as_of: date, from_on: date | None, position: int
) -> dict[int, tuple[Block, ...]]:
    """Customer id -> what the statement says, for those of `customers` where there is something to say.

    Two queries however many they are (one for the open-item form); the cost follows open items and the period.
    """
    assert (kind == ACTIVITY) == (from_on is not None), "an activity statement has a period, the other none"
    parameters: dict[str, Any] = {
        "company": company.pk, "customers": list(customers), "as_of": as_of, "from_on": from_on, "position": position,
    }  # fmt: skip
    items = [Open(**row) for row in _fetched(_OPEN, parameters, Open)]
    moved = [Moved(**row) for row in _fetched(_MOVED, parameters, Moved)] if kind == ACTIVITY else []
    open_of = {pk: list(rows) for pk, rows in groupby(items, key=attrgetter("customer_id"))}
    moved_of = {pk: list(rows) for pk, rows in groupby(moved, key=attrgetter("customer_id"))}
    return {
        pk: blocks(kind, moved_of.get(pk, []), open_of.get(pk, []), as_of=as_of)
        for pk in sorted(open_of.keys() | moved_of.keys())
    }


def _fetched(sql: str, parameters: dict[str, Any], kind: type) -> list[dict[str, Any]]:
    names = [field.name for field in fields(kind)]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
