"""Reads across the book, as of a date and as known at a position. Every as-of argument is keyword-only and required."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company

# What was open of an item: all of it before its first entry, what is open now after its last, and only in between, or
# when something was recorded after the position, what its entries say.
_OPEN = """case
           when i.first_effective_on > %(as_of)s then i.{column}
           when i.last_position <= %(position)s and i.last_effective_on <= %(as_of)s then i.open_{column}
           else i.{column} + (select coalesce(sum(e.{column}), 0) from ledger_entry e
                               where e.item_id = i.id and e.effective_on <= %(as_of)s and e.position <= %(position)s)
         end as open_{column}"""
_ITEM = "i.id, i.customer_id, i.account_id, i.currency, i.aged_from_on, i.document_on, i.amount, {open}"

# The items open at as_of as known at position, each with what was open. Pruned first, so that the cost follows what was
# open on that date: settled items through their span (one that was open at D was posted less than its span before D;
# the last span is any length, here four thousand years), and items that moved after the position through last_position.
# "offset 0" keeps the look-up of each span a look-up, and what was open from being worked out twice.
_OPEN_ITEMS = """
open_items as (
  select * from (
    select {item} from ledger_item i
     where i.company_id = %(company)s and i.open_amount <> 0 and i.posted_on <= %(as_of)s
       and i.position <= %(position)s {where}
    union all
    select {item} from (values (8, 8), (16, 16), (32, 32), (64, 64), (128, 128), (256, 256), (512, 512),
                          (1024, 1024), (32000, 1500000)) as span (code, days)
     cross join lateral (
       select * from ledger_item i
        where i.company_id = %(company)s and i.open_amount = 0 and i.open_span = span.code
          and i.posted_on between %(as_of)s::date - span.days and %(as_of)s::date and i.settled_on > %(as_of)s
          and i.position <= %(position)s {where} offset 0) i
    union all
    select {item} from ledger_item i
     where i.company_id = %(company)s and i.last_position > %(position)s and i.open_amount = 0
       and i.settled_on <= %(as_of)s and i.posted_on <= %(as_of)s and i.position <= %(position)s {where}
    offset 0) o
   where open_amount <> 0
)
"""


def first_booked_on(company: Company) -> date | None:
    """The first day on which anything is posted; None while the book is empty."""
    with connection.cursor() as cursor:
        cursor.execute("select min(posted_on) from ledger_document where company_id = %s", [company.pk])
        row = cursor.fetchone()
    found: date | None = row[0]
    return found


# The customer %(customer)s and the duplicates that are merged into it.
STANDING_FOR = """array(select %(customer)s::bigint union all
                       select m.id from customers_customer m where m.merged_into_id = %(customer)s)"""


def open_items_sql(*, where: str = "", base: bool = False) -> str:
    """The common table expression `open_items` for a report's `with`.

    Named parameters: company, as_of, position. It has id, customer_id, account_id, currency, aged_from_on, document_on,
    amount, open_amount and, with `base`, open_base_amount. `where` is SQL on the item alias `i`, beginning with "and",
    written by the caller, never by a user.
    """
    columns = ("amount", "base_amount") if base else ("amount",)
    item = _ITEM.format(open=", ".join(_OPEN.format(column=column) for column in columns))
    return _OPEN_ITEMS.format(item=item, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """An item open at a date: amounts signed in `currency`, base in the company's base currency."""

    item_id: int
    document_id: int
    kind: str
    number: str
    line: int
    reference: str
    account: str
    customer_id: int | None
    currency: str
    amount: Decimal
    open_amount: Decimal
    open_base_amount: Decimal
    document_on: date
    posted_on: date
    due_on: date
    original_due_on: date
    aged_from_on: date


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """The balance of a control account in one currency: `amount` in it, `base_amount` in the base currency."""

    account_id: int
    code: str
    role: str
    currency: str
    amount: Decimal
    base_amount: Decimal


def position_at(company: Company, *, known_at: datetime | None) -> int:
    """The last position recorded by `known_at` (None: now). Waits for a posting under way,
    so the answer never changes."""
    with connection.cursor() as cursor:
        if known_at is None:
            cursor.execute("select coalesce(max(position), 0) from ledger_book where company_id = %s", [company.pk])
        else:
            cursor.execute("select ledger_position_at(%s, %s)", [company.pk, known_at])
        return int(cursor.fetchone()[0])


def open_items(
    company: Company,
    *,
    as_of: date,
    position: int,
    customer_id: int | None = None,
    root_id: int | None = None,
    currency: str | None = None,
    unidentified: bool = False,
) -> list[OpenItem]:
    """The open items at `as_of` as known at `position`, oldest due first.

    Of one customer and the duplicates merged into it, of a debtor group (`root_id`), or of the unidentified account;
    without any, of the whole company.
    """
    where = ""
    if customer_id is not None:
        where += f" and i.customer_id = any({STANDING_FOR})"
    if root_id is not None:
        where += (
            " and i.customer_id in (select id from customers_customer where company_id = %(company)s"
            " and root_id = %(root)s)"
        )
    if unidentified:
        where += " and i.customer_id is null"
    if currency is not None:
        where += " and i.currency = %(currency)s"
    sql = f"""
      with {open_items_sql(where=where, base=True)}
      select o.id, d.id, d.kind, d.number, i.line, coalesce(t.reference, ''), a.role, o.customer_id, o.currency,
        o.amount, o.open_amount,
             o.open_base_amount, i.document_on, i.posted_on, i.due_on, i.original_due_on, i.aged_from_on
        from open_items o
        join ledger_item i on i.id = o.id
        join ledger_document d on d.id = i.document_id
        join ledger_account a on a.id = i.account_id
        left join ledger_documenttext t on t.document_id = d.id
       order by i.aged_from_on, i.document_on, d.number, i.line
    """  # noqa: S608
    parameters: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "position": position, "customer": customer_id, "root": root_id,
          "currency": currency,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [OpenItem(**dict(zip(OpenItem.__slots__, row, strict=True))) for row in cursor.fetchall()]


def control_totals(company: Company, *, as_of: date, position: int) -> list[ControlTotal]:
    """Balances of the control accounts from the journal alone: what every report of open items must equal."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select a.id, a.code, a.role, l.currency, l.amount, l.base_amount
              from ledger_account a
             cross join lateral (
               select currency, sum(amount) as amount, sum(base_amount) as base_amount from ledger_journalline l
                where l.company_id = a.company_id and l.account_id = a.id and l.posted_on <= %(as_of)s
                  and l.position <= %(position)s
                group by currency) l
             where a.company_id = %(company)s and a.is_control
             order by a.code, l.currency
            """,
            {"company": company.pk, "as_of": as_of, "position": position},
        )
        return [ControlTotal(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of a customer's account: `amount` and the running `balance` in `currency`."""

    on: date
    position: int
    document_id: int | None
    kind: str
    number: str
    currency: str
    amount: Decimal
    balance: Decimal


def customer_ledger(
    company: Company, customer_id: int, *, first_on: date, as_of: date, position: int
) -> list[Movement]:
    """What moved the customer's account from `first_on` to `as_of`, with the running balance per currency.

    Applications between the customer's own items move nothing and are left out; a payment of another member of the
    group, a transfer or a replacement does. The balance counts what lies before `first_on`, too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with movements as (
              select i.posted_on as on_date, i.position, i.document_id, i.currency, i.amount
                from ledger_item i
               where i.company_id = %(company)s and i.customer_id = %(customer)s and i.posted_on <= %(as_of)s
                 and i.position <= %(position)s
              union all
              select e.effective_on, e.position, coalesce(e.document_id, c.document_id), e.currency, e.amount
                from ledger_entry e left join ledger_item c on c.id = e.counter_item_id
               where e.company_id = %(company)s and e.customer_id = %(customer)s
                 and e.effective_on <= %(as_of)s and e.position <= %(position)s
                 and c.customer_id is distinct from e.customer_id
            ), summed as (
              select on_date, position, document_id, currency, sum(amount) as amount from movements
               group by on_date, position, document_id, currency having sum(amount) <> 0
            ), running as (
              select *, sum(amount) over (partition by currency order by on_date, position,
                document_id) as balance from summed
            )
            select r.on_date, r.position, r.document_id, coalesce(d.kind, ''), coalesce(d.number, ''), r.currency,
              r.amount, r.balance
              from running r left join ledger_document d on d.id = r.document_id
             where r.on_date >= %(first)s order by r.currency, r.on_date, r.position, r.document_id
            """,
            {"company": company.pk, "customer": customer_id, "first": first_on, "as_of": as_of, "position": position},
        )
        return [Movement(*row) for row in cursor.fetchall()]
