"""What a customer's balance is made of: by kind of document, and the same once more from the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.core.paging import Row
from arap.ledger.queries import open_items_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Documents of one kind in one currency: how many there are, what they came to, and what is still open of them."""

    currency: str
    kind: str
    count: int
    amount: Decimal
    open_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control account of the general ledger: what its journal lines say the customer owes, in one currency."""

    currency: str
    account_id: int
    code: str
    name: str
    name_local: str
    lines: int
    amount: Decimal
    items: Decimal

    @property
    def difference(self) -> Decimal:
        """Open items less journal: zero, or the book is broken."""
        return self.items - self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A journal line on a control account."""

    line_id: int
    posted_on: date
    position: int
    document_id: int | None
    number: str
    kind: str
    account: str
    currency: str
    amount: Decimal
    base_amount: Decimal


_PARTS = """
with {open_items}
select i.currency, d.kind, count(distinct d.id), sum(i.amount), coalesce(sum(o.open_amount), 0)
  from ledger_item i
  join ledger_document d on d.id = i.document_id
  left join open_items o on o.id = i.id
 where i.company_id = %(company)s and i.customer_id = any(%(customers)s) and i.posted_on <= %(as_of)s
   and i.position <= %(position)s
 group by i.currency, d.kind
 order by i.currency, sum(i.amount) desc
"""

# The lines of a customer's documents and applications: found through the customer's own items and entries, because the
# journal of a whole company is long.
_LINES = """
lines as (
  select l.* from ledger_journalline l
   where l.customer_id = any(%(customers)s) and l.posted_on <= %(as_of)s and l.position <= %(position)s
     and l.document_id in (
       select i.document_id from ledger_item i where i.company_id = %(company)s and i.customer_id = any(%(customers)s)
       union
       select e.document_id from ledger_entry e
        where e.company_id = %(company)s and e.customer_id = any(%(customers)s) and e.document_id is not null)
  union all
  select l.* from ledger_journalline l
   where l.customer_id = any(%(customers)s) and l.posted_on <= %(as_of)s and l.position <= %(position)s
     and l.application_id in (
       select e.application_id from ledger_entry e
        where e.company_id = %(company)s and e.customer_id = any(%(customers)s) and e.application_id is not null)
)
"""
_CONTROLS = """
with {open_items}
, {lines}
, journal as (
  select l.account_id, l.currency, count(*) as lines, sum(l.amount) as amount from lines l group by 1, 2
), items as (
  select account_id, currency, sum(open_amount) as amount from open_items group by 1, 2
)
select coalesce(j.currency, o.currency), a.id, a.code, a.name, a.name_local, coalesce(j.lines, 0),
       coalesce(j.amount, 0), coalesce(o.amount, 0)
  from journal j
  full join items o on o.account_id = j.account_id and o.currency = j.currency
  join ledger_account a on a.id = coalesce(j.account_id, o.account_id) and a.is_control
 order by 1, a.code
"""
_JOURNAL = """
with {lines}
select l.id, l.posted_on, l.position, coalesce(l.document_id, acted.document_id), coalesce(d.number, acted.number, ''),
       coalesce(d.kind, 'applied'), a.code, l.currency, l.amount, l.base_amount
  from lines l
  join ledger_account a on a.id = l.account_id and a.is_control
  left join ledger_document d on d.id = l.document_id
  left join lateral (
    select cd.id as document_id, cd.number from ledger_entry e
      join ledger_item c on c.id = e.counter_item_id
      join ledger_document cd on cd.id = c.document_id
     where e.application_id = l.application_id and e.item_id = l.item_id limit 1) as acted on true
 where (%(account)s::bigint is null or l.account_id = %(account)s) and (%(currency)s = '' or l.currency = %(currency)s)
   and (%(after)s::bigint is null or (l.posted_on, l.id) < (%(after_on)s::date, %(after)s::bigint))
 order by l.posted_on desc, l.id desc limit %(limit)s
"""


def parts(company: Company, customer_ids: Sequence[int], *, as_of: date, position: int) -> list[Part]:
    """What was ever posted for the customers, by currency and kind. One query."""
    sql = _PARTS.format(open_items=open_items_sql(where="and i.customer_id = any(%(customers)s)"))
    return [Part(**row) for row in _fetched(sql, _clocks(company, customer_ids, as_of, position), Part)]


def controls(company: Company, customer_ids: Sequence[int], *, as_of: date, position: int) -> list[Control]:
    """The control accounts that hold something of the customers, each beside the open items on it. One query."""
    sql = _CONTROLS.format(open_items=open_items_sql(where="and i.customer_id = any(%(customers)s)"), lines=_LINES)
    return [Control(**row) for row in _fetched(sql, _clocks(company, customer_ids, as_of, position), Control)]


def journal(
    company: Company,
    customer_ids: Sequence[int],
    *,
    as_of: date,
    position: int,
    account_id: int | None,
    currency: str,
    after: Row | None,
    limit: int,
) -> tuple[list[Line], bool]:
    """A page of the journal lines behind controls(), newest first, and whether there are more."""
    params = {
        **_clocks(company, customer_ids, as_of, position),
        "account": account_id,
        "currency": currency,
        "after_on": after.on if after else None,
        "after": after.id if after else None,
        "limit": limit + 1,
    }
    rows = [Line(**row) for row in _fetched(_JOURNAL.format(lines=_LINES), params, Line)]
    return rows[:limit], len(rows) > limit


def _clocks(company: Company, customer_ids: Sequence[int], as_of: date, position: int) -> dict[str, Any]:
    return {"company": company.pk, "customers": list(customer_ids), "as_of": as_of, "position": position}


def _fetched(sql: str, params: dict[str, Any], kind: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [dict(zip(kind.__slots__, row, strict=True)) for row in cursor.fetchall()]
