"""The list of customers with what they owe: sorted, searched and paged in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db import connection

from aging.rules import buckets_at
from aging.standings import Standing, standing_at
from arap.core.models import Company
from arap.desk.queries.filters import Filters, condition, found_sql, of_text
from arap.ledger.queries import open_items_sql
from customers.searching import values_of

Sort = Literal["overdue", "balance", "code"]


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
    is_held: bool
    is_active: bool
    buckets: list[Decimal]

    def key(self, sort: Sort) -> list[str]:
        """Where the row stands in the order: the sorted value, then code and currency."""
        value = {"overdue": self.overdue_base, "balance": self.balance_base, "code": Decimal(0)}[sort]
        return [f"{value:f}", self.code, self.currency]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePage:
    """A page of the list."""

    rows: list[BalanceRow]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceQuery:
    """What was asked for. `after` and `before` are keys of rows; at most one of them is given."""

    as_of: date
    position: int
    filters: Filters = field(default_factory=Filters)
    owner_id: int | None = None
    sort: Sort = "overdue"
    after: Sequence[str] = field(default_factory=tuple)
    before: Sequence[str] = field(default_factory=tuple)
    limit: int = 20


HELD = """held as (
  select distinct customer_id from cases_hold
   where company_id = %(company)s and item_id is null and starts_on <= %(as_of)s
     and coalesce(ends_on, 'infinity') >= %(as_of)s and coalesce(released_on, 'infinity') > %(as_of)s
)"""
# What a merged duplicate owes stands under the customer it is merged into. `only` narrows it to some customers.
LIST_OF = """
, owed as (
  select coalesce(m.merged_into_id, o.customer_id) as customer_id, o.currency, sum(open_amount) as balance,
         sum(open_base_amount) as balance_base,
         coalesce(sum(open_amount) filter (where open_amount < 0), 0) as unapplied,
         coalesce(sum(open_amount) filter (where open_amount > 0 and aged_from_on < %(as_of)s), 0) as overdue,
         coalesce(sum(open_base_amount) filter (where open_amount > 0 and aged_from_on < %(as_of)s), 0) as overdue_base,
         min(aged_from_on) filter (where open_amount > 0) as oldest_on,
         {buckets}
    from open_items o
    left join customers_customer m on m.id = o.customer_id and m.merged_into_id is not null
   where o.customer_id is not null
   group by 1, 2
   {stored}
), {held}, listed as (
  select c.id as customer_id, c.code, c.name, c.name_local, c.owner_id, c.terms_id, c.segment, c.is_active, c.root_id,
         h.customer_id is not null as is_held,
         coalesce(o.currency, c.currency) as currency, coalesce(o.balance, 0) as balance,
         coalesce(o.balance_base, 0) as balance_base, coalesce(o.unapplied, 0) as unapplied,
         coalesce(o.overdue, 0) as overdue, coalesce(o.overdue_base, 0) as overdue_base, o.oldest_on,
         coalesce(o.bucket_0, 0) as bucket_0, coalesce(o.bucket_1, 0) as bucket_1, coalesce(o.bucket_2, 0) as bucket_2,
         coalesce(o.bucket_3, 0) as bucket_3, coalesce(o.bucket_4, 0) as bucket_4
    from customers_customer c
    left join owed o on o.customer_id = c.id
    left join held h on h.customer_id = c.id
   where c.company_id = %(company)s and c.merged_into_id is null {only}
)
""".replace("{held}", HELD)
_MATCHING = """(
  select listed.*, {value} as sort_value from listed where {matching}) as matching where {keyset}
   order by {order} limit %(limit)s"""
# By an amount everything open is read, but only the amount in question is summed.
_RANKED = f"select customer_id from {_MATCHING}"  # noqa: S608
# By code the customers come from their index, and what they owe is read of these alone. The customer of the last row
# may have a row in another currency, so it is among them.
_CODED = """
select c.customer_id from (select x.*, x.id as customer_id from customers_customer x) as c
 where c.company_id = %(company)s and c.merged_into_id is null and {matching} and {beyond}
 order by c.code {direction} limit %(limit)s + 1
"""
BY_CUSTOMER_ALONE = ("all", "mine")
# Of these views few are: only what is open of them is read, and of the duplicates that stand under them.
FEW = {
    "credit": f"with {open_items_sql(where='and i.amount < 0')} select distinct customer_id from open_items",  # noqa: S608
    "held": "select customer_id from cases_hold where company_id = %(company)s and item_id is null",
}
_OF_FEW = """and i.customer_id = any(array(
  with chosen as (
    select distinct coalesce(k.merged_into_id, k.id) as id from ({few}) as few (id) join customers_customer k using (id)
  )
  select id from chosen union all select m.id from customers_customer m join chosen on m.merged_into_id = chosen.id))"""
_PAGE = """
, page as (
  select * from {rows}
)
select p.customer_id, p.code, p.name, p.name_local, coalesce(nullif(u.full_name, ''), u.username, ''),
       coalesce(t.rule, ''), p.currency, p.balance, p.overdue, p.overdue_base, p.balance_base, p.unapplied, p.oldest_on,
       p.is_held, p.is_active, p.bucket_0, p.bucket_1, p.bucket_2, p.bucket_3, p.bucket_4
  from page p
  left join core_user u on u.id = p.owner_id
  left join customers_paymentterms t on t.id = p.terms_id
 order by {order}
"""

# The five default buckets of aging, for the small bar of each row.
BUCKETS = ",\n         ".join(
    f"coalesce(sum(open_amount) filter (where open_amount > 0"
    f" and aged_from_on between %(first{at})s and %(last{at})s), 0) as bucket_{at}"
    for at in range(5)
)
# What a standing says of those of whom nothing was recorded since; the open items are those of the others, `ids`.
STORED = """union all
  select customer_id, currency, total, base_total, unapplied, buckets[2] + buckets[3] + buckets[4] + buckets[5],
         base_overdue, null, buckets[1], buckets[2], buckets[3], buckets[4], buckets[5]
    from aging_standingrow
   where standing_id = %(standing)s and customer_id is not null and customer_id <> all(%(ids)s)"""
LISTED = LIST_OF.format(buckets=BUCKETS, stored="", only="")
LISTED_STORED = LIST_OF.format(buckets=BUCKETS, stored=STORED, only="")
LISTED_ONLY = LIST_OF.format(buckets=BUCKETS, stored="", only="and c.id = any(%(ids)s)")
# Of some customers and the duplicates merged into them.
ITEMS_OF = """and i.customer_id = any(array(select unnest(%(ids)s::bigint[]) union all
  select m.id from customers_customer m where m.merged_into_id = any(%(ids)s::bigint[])))"""
VALUES = {"overdue": "overdue_base", "balance": "balance_base", "code": "0::numeric"}
# The largest amount first, then by code: the two directions of one order.
FORWARD = "sort_value desc, code, currency"
BACKWARD = "sort_value, code desc, currency desc"
AFTER = "(-sort_value, code, currency) > (-%(key_value)s::numeric, %(key_code)s, %(key_currency)s)"
BEFORE = "(-sort_value, code, currency) < (-%(key_value)s::numeric, %(key_code)s, %(key_currency)s)"


def balances(company: Company, query: BalanceQuery) -> BalancePage:
    """A page of customers and what they owe on `query.as_of`, known at `query.position`.

    First which customers stand on the page, then all about them: from a standing seven queries, else three at most.
    """
    key = list(query.after or query.before) or ["0", "", ""]
    backward = bool(query.before)
    matching, narrowed = condition(query.filters, "f_", company=company.pk, me=query.owner_id)
    parts = {
        "matching": matching,
        "value": VALUES[query.sort],
        "keyset": BEFORE if backward else AFTER if query.after else "true",
        "order": BACKWARD if backward else FORWARD,
    }
    params: dict[str, Any] = {
        **clocks(company, query.as_of, query.position),
        **narrowed,
        "key_value": key[0],
        "key_code": key[1],
        "key_currency": key[2],
        "limit": query.limit + 1,
    }
    found = found_ids(company, query.filters.q, limit=FOUND_MAX + 1) if query.filters.q else []
    with connection.cursor() as cursor:
        if query.filters.q and len(found) <= FEW_FOUND_MAX:  # they need no order to be all read
            ids: list[int] | None = found
        else:
            standing = _standing(company, query)
            ids = _from_standing(company, query, params, standing, found) if standing else None
        if ids is None:
            cursor.execute(_first_step(query, parts, standing), {**params, **_known(standing)})
            ids = [pk for (pk,) in cursor.fetchall()]
        params["ids"] = ids
        if query.filters.q:  # these few are asked one by one
            otherwise, _values = condition(replace(query.filters, q=""), "f_", company=company.pk, me=query.owner_id)
            parts["matching"] = f"{otherwise} and {of_text('f_', of='customer_id')}"
        sql = open_items_sql(base=True, where=ITEMS_OF) + LISTED_ONLY
        sql += _PAGE.format(rows=_MATCHING.format(**parts), order=parts["order"])
        cursor.execute(f"with {sql}", params)
        rows = [_row(row) for row in cursor.fetchall()]
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    if backward:
        rows.reverse()
    return BalancePage(
        rows=rows,
        has_previous=more if backward else bool(query.after),
        has_next=True if backward else more,
    )


# By an amount from a standing, whose index is read until the page is full. Those of whom something was recorded since
# are added in any case: the second step puts everybody in their place.
_STANDING = """
select s.customer_id
  from (select standing_id, customer_id, currency, base_overdue, base_total from aging_standingrow) as s
  join (select k.*, k.id as customer_id from customers_customer k) as c on c.id = s.customer_id
 where s.standing_id = %(standing)s and s.{value} > 0 and s.customer_id <> all(%(ids)s) and {matching} {beyond}
 order by {order} limit %(limit)s
"""
STANDING_FORWARD = "s.{value} desc, c.code, s.currency"
STANDING_BACKWARD = "s.{value}, c.code desc, s.currency desc"
# So few that are found are read whole; of more than the other the index of the standing meets a pageful soon.
FEW_FOUND_MAX, FOUND_MAX = 200, 1_000
STANDING_VALUES: dict[str, str] = {"overdue": "base_overdue", "balance": "base_total"}
STANDING_VIEWS: dict[str, str] = {"all": "true", "overdue": "s.base_overdue > 0", "mine": "c.owner_id = %(f_me)s"}


def _standing(company: Company, query: BalanceQuery) -> Standing | None:
    """What is kept of the day, where the question is about more than a few customers."""
    filters = query.filters
    if filters.view in FEW or _is_by_code(query):
        return None
    return standing_at(company, as_of=query.as_of, position=query.position)


def _known(standing: Standing | None) -> dict[str, Any]:
    return {"standing": standing.id, "ids": list(standing.touched)} if standing else {}


def _from_standing(
    company: Company, query: BalanceQuery, params: dict[str, Any], standing: Standing, found: list[int]
) -> list[int] | None:
    """The customers of a page by an amount, and some more; None where the index of the standing cannot tell. `found`
    are those the text is found in, all of them or more than `FOUND_MAX`."""
    value = STANDING_VALUES.get(query.sort)
    if value is None or query.filters.view not in STANDING_VIEWS:
        return None
    if query.before and Decimal(params["key_value"]) <= 0:
        return None
    narrowed = replace(query.filters, view="all", currency="", q="")
    matching, _values = condition(narrowed, "f_", company=company.pk, me=query.owner_id)
    matching += f" and {STANDING_VIEWS[query.filters.view]}"
    if query.filters.currency:
        matching += " and s.currency = %(f_currency)s"
    if query.filters.q:
        params = {**params, "found": as_array(found)}
        is_common = len(found) > FOUND_MAX
        matching += f" and {of_text('f_', of='c.id')}" if is_common else " and s.customer_id = any(%(found)s::bigint[])"
    order = (STANDING_BACKWARD if query.before else STANDING_FORWARD).format(value=value)
    beyond = _beyond(value, query) if query.after or query.before else ""
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING.format(value=value, matching=matching, beyond=beyond, order=order),
            {**params, **_known(standing)},
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    # Where the page is not full, those follow with whom nothing is open: the standing does not know them. Going back
    # from one who owes nobody of them is met.
    is_whole = len(ids) == query.limit + 1 or bool(query.before)
    return [*dict.fromkeys(ids), *standing.touched] if is_whole else None


def _beyond(value: str, query: BalanceQuery) -> str:
    """After the key of a row, or before it, in the order of the list: from there on the index is read."""
    towards, beyond = ("<=", ">") if query.after else (">=", "<")
    return (
        f"and s.{value} {towards} %(key_value)s::numeric and"
        f" (-s.{value}, c.code, s.currency) {beyond} (-%(key_value)s::numeric, %(key_code)s, %(key_currency)s)"
    )


def _is_by_code(query: BalanceQuery) -> bool:
    return query.sort == "code" and query.filters.view in BY_CUSTOMER_ALONE and not query.filters.currency


def _first_step(query: BalanceQuery, parts: dict[str, str], standing: Standing | None) -> str:
    """SQL of the customers that stand on the page."""
    filters = query.filters
    if standing and not filters.q:
        return f"with {open_items_sql(base=True, where=ITEMS_OF)} {LISTED_STORED} {_RANKED.format(**parts)}"
    if _is_by_code(query):
        beyond = "c.code <= %(key_code)s" if query.before else "c.code >= %(key_code)s" if query.after else "true"
        return _CODED.format(matching=parts["matching"], beyond=beyond, direction="desc" if query.before else "asc")
    where = ""
    if filters.view in FEW:
        where = _OF_FEW.format(few=FEW[filters.view])
    if filters.q:  # what is open of the others need not be read
        found = found_sql(filters.q, "f_")
        merged = f"select id from customers_customer where merged_into_id in ({found})"  # noqa: S608
        where = f"and i.customer_id = any(array({found} union all {merged}))"
    return f"with {open_items_sql(base=True, where=where)} {LISTED} {_RANKED.format(**parts)}"


def found_ids(company: Company, text: str, *, limit: int | None = None) -> list[int]:
    """The customers found by a text, at most `limit` of them: counted first, the server knows whether they are few or
    many. One query."""
    sql = found_sql(text, "") + (" limit %(most)s" if limit else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"company": company.pk, "most": limit, **values_of(text)})
        return list(dict.fromkeys(pk for (pk,) in cursor.fetchall()))


def as_array(ids: Sequence[int]) -> str:
    """As one constant: many ids in an array constructor are slow."""
    return f"{{{','.join(map(str, ids))}}}"


def clocks(company: Company, as_of: date, position: int) -> dict[str, Any]:
    params: dict[str, Any] = {"company": company.pk, "as_of": as_of, "position": position}
    for at, bucket in enumerate(buckets_at(as_of, basis="due")):
        params |= {f"first{at}": bucket.first_on, f"last{at}": bucket.last_on}
    return params


def _row(values: tuple[Any, ...]) -> BalanceRow:
    names = list(BalanceRow.__dataclass_fields__)
    buckets = list(values[len(names) - 1 :])
    return BalanceRow(**dict(zip(names, [*values[: len(names) - 1], buckets], strict=True)))
