"""The list of customers with what they owe: sorted, searched and paged in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db import connection

from aging.rules import buckets_at
from arap.core.models import Company
from arap.ledger.queries import open_items_sql

Sort = Literal["overdue", "balance", "code"]
View = Literal["all", "overdue", "credit", "mine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One customer in one currency. `overdue_base` is what the list is sorted by: currencies do not compare."""

    customer_id: int
    code: str
    name: str
    name_local: str
    owner: str
    terms: str
    currency: str
    balance: Decimal
    overdue: Decimal
    overdue_base: Decimal
    balance_base: Decimal
    unapplied: Decimal
    oldest_on: date | None
    buckets: list[Decimal]

    def key(self, sort: Sort) -> list[str]:
        """Where the row stands in the order: the sorted value, then code and currency."""
        value = {"overdue": self.overdue_base, "balance": self.balance_base, "code": Decimal(0)}[sort]
        return [f"{value:f}", self.code, self.currency]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePage:
    """A page of the list, how many rows match in all, and how many each view holds."""

    rows: list[BalanceRow]
    total: int
    counts: dict[str, int]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceQuery:
    """What was asked for. `after` and `before` are keys of rows; at most one of them is given."""

    as_of: date
    position: int
    text: str = ""
    view: View = "all"
    owner_id: int | None = None
    sort: Sort = "overdue"
    after: Sequence[str] = field(default_factory=tuple)
    before: Sequence[str] = field(default_factory=tuple)
    limit: int = 20


# The whole list is made once, then counted and cut. It costs what the open items cost: 0.2 s for a million of them.
BALANCES = (
    "with "  # noqa: S608
    + open_items_sql(base=True)
    + """
, owed as (
  select customer_id, currency, sum(open_amount) as balance, sum(open_base_amount) as balance_base,
         coalesce(sum(open_amount) filter (where open_amount < 0), 0) as unapplied,
         coalesce(sum(open_amount) filter (where open_amount > 0 and aged_from_on < %(as_of)s), 0) as overdue,
         coalesce(sum(open_base_amount) filter (where open_amount > 0 and aged_from_on < %(as_of)s), 0) as overdue_base,
         min(aged_from_on) filter (where open_amount > 0) as oldest_on,
         {buckets}
    from open_items
   where customer_id is not null
   group by customer_id, currency
), listed as (
  select c.id as customer_id, c.code, c.name, c.name_local, c.owner_id, c.terms_id,
         coalesce(o.currency, c.currency) as currency, coalesce(o.balance, 0) as balance,
         coalesce(o.balance_base, 0) as balance_base, coalesce(o.unapplied, 0) as unapplied,
         coalesce(o.overdue, 0) as overdue, coalesce(o.overdue_base, 0) as overdue_base, o.oldest_on,
         coalesce(o.bucket_0, 0) as bucket_0, coalesce(o.bucket_1, 0) as bucket_1, coalesce(o.bucket_2, 0) as bucket_2,
         coalesce(o.bucket_3, 0) as bucket_3, coalesce(o.bucket_4, 0) as bucket_4
    from customers_customer c
    left join owed o on o.customer_id = c.id
   where c.company_id = %(company)s {search}
), counted as (
  select count(*) as all_rows, count(*) filter (where overdue > 0) as overdue_rows,
         count(*) filter (where unapplied < 0) as credit_rows, count(*) filter (where owner_id = %(owner)s) as mine_rows
    from listed
), matching as (
  select listed.*, {value} as sort_value from listed where {view}
), page as (
  select matching.*, row_number() over (order by {order}) as place from matching where {keyset}
   order by {order} limit %(limit)s
)
select (select count(*) from matching), (select all_rows from counted), (select overdue_rows from counted),
       (select credit_rows from counted), (select mine_rows from counted),
       p.customer_id, p.code, p.name, p.name_local, coalesce(nullif(u.full_name, ''), u.username, ''),
       coalesce(t.rule, ''), p.currency, p.balance, p.overdue, p.overdue_base, p.balance_base, p.unapplied, p.oldest_on,
       p.bucket_0, p.bucket_1, p.bucket_2, p.bucket_3, p.bucket_4
  from (select 1) as always
  left join page p on true
  left join core_user u on u.id = p.owner_id
  left join customers_paymentterms t on t.id = p.terms_id
 order by p.place
"""
)

# The five default buckets of aging, for the small bar of each row.
BUCKETS = ",\n         ".join(
    f"coalesce(sum(open_amount) filter (where open_amount > 0"
    f" and aged_from_on between %(first{at})s and %(last{at})s), 0) as bucket_{at}"
    for at in range(5)
)
SEARCH = """and (c.code ilike %(like)s or c.name ilike %(like)s or c.name_local ilike %(like)s
       or lower(c.tax_id) = lower(%(text)s)
       or c.id in (select customer_id from customers_payeraccount
                    where company_id = %(company)s and account_no = %(text)s))"""
VIEWS = {"all": "true", "overdue": "overdue > 0", "credit": "unapplied < 0", "mine": "owner_id = %(owner)s"}
VALUES = {"overdue": "overdue_base", "balance": "balance_base", "code": "0::numeric"}
# The largest amount first, then by code: the two directions of one order.
FORWARD = "sort_value desc, code, currency"
BACKWARD = "sort_value, code desc, currency desc"
AFTER = "(-sort_value, code, currency) > (-%(key_value)s::numeric, %(key_code)s, %(key_currency)s)"
BEFORE = "(-sort_value, code, currency) < (-%(key_value)s::numeric, %(key_code)s, %(key_currency)s)"


def balances(company: Company, query: BalanceQuery) -> BalancePage:
    """A page of customers and what they owe on `query.as_of`, known at `query.position`. One query."""
    key = list(query.after or query.before) or ["0", "", ""]
    backward = bool(query.before)
    keyset = BEFORE if backward else AFTER if query.after else "true"
    text = query.text.strip().replace("\x00", "")
    sql = BALANCES.format(
        search=SEARCH if text else "",
        view=VIEWS[query.view],
        value=VALUES[query.sort],
        keyset=keyset,
        order=BACKWARD if backward else FORWARD,
        buckets=BUCKETS,
    )
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    params: dict[str, Any] = {
        "company": company.pk,
        "as_of": query.as_of,
        "position": query.position,
        "owner": query.owner_id,
        "text": text,
        "like": f"%{escaped}%",
        "key_value": key[0],
        "key_code": key[1],
        "key_currency": key[2],
        "limit": query.limit + 1,
    }
    for at, bucket in enumerate(buckets_at(query.as_of, basis="due")):
        params |= {f"first{at}": bucket.first_on, f"last{at}": bucket.last_on}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    return _page(found, query, backward)


def _page(found: list[tuple[Any, ...]], query: BalanceQuery, backward: bool) -> BalancePage:
    total, everything, overdue, credit, mine = found[0][:5]
    rows = [_row(row[5:]) for row in found if row[5] is not None]
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    if backward:
        rows.reverse()
    return BalancePage(
        rows=rows,
        total=total,
        counts={"all": everything, "overdue": overdue, "credit": credit, "mine": mine},
        has_previous=more if backward else bool(query.after),
        has_next=True if backward else more,
    )


def _row(values: tuple[Any, ...]) -> BalanceRow:
    names = list(BalanceRow.__dataclass_fields__)
    buckets = list(values[len(names) - 1 :])
    return BalanceRow(**dict(zip(names, [*values[: len(names) - 1], buckets], strict=True)))
