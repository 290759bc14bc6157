"""How many rows each view of the list of customers has: by what is kept of the day, where that can tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from aging.standings import Standing, row_count, standing_at
from arap.core.models import Company
from arap.desk.queries.balances import BUCKETS, HELD, ITEMS_OF, LIST_OF, STORED, as_array, clocks, found_ids
from arap.desk.queries.filters import Filters, condition
from arap.ledger.queries import open_items_sql

# The customers of whom nothing was recorded since the standing, with what a condition may ask of them. Beside a
# condition only the tables that it asks are read: a customer without a row owes nothing, and null is not above zero.
_KEPT = """
select c.id as customer_id, c.owner_id, c.terms_id, c.segment, c.is_active, c.root_id,
       coalesce(s.currency, c.currency) as currency, s.unapplied,
       s.buckets[2] + s.buckets[3] + s.buckets[4] + s.buckets[5] as overdue, h.customer_id is not null as is_held
  from customers_customer c
  left join aging_standingrow s on s.standing_id = %(standing)s and s.customer_id = c.id
  left join held h on h.customer_id = c.id
 where c.company_id = %(company)s and c.merged_into_id is null and c.id <> all(%(ids)s)
"""
# Of these two the standing alone knows: each of its customers is one of the company that is not merged.
_KEPT_ROWS = """
select count(*) from aging_standingrow s
 where s.standing_id = %(standing)s and s.customer_id is not null and s.customer_id <> all(%(ids)s) and {holding}
"""
_OVERDUE = "s.buckets[2] + s.buckets[3] + s.buckets[4] + s.buckets[5] > 0"
_ALONE = {"overdue": _OVERDUE, "credit": "s.unapplied < 0"}
# All customers but the merged ones and those touched, who are none of these: two indexes and no table.
_CUSTOMERS = """
(select count(*) from customers_customer where company_id = %(company)s)
- (select count(*) from customers_customer where company_id = %(company)s and merged_into_id is not null)
- cardinality(%(ids)s::bigint[])
"""


def counts(
    company: Company, views: Sequence[Filters], *, as_of: date, position: int, owner_id: int | None
) -> list[int]:
    """How many rows each of the views has. Beside the standing two queries, three with what all are searched for."""
    standing = standing_at(company, as_of=as_of, position=position)
    shared = views[0].q if all(filters.q == views[0].q for filters in views) else ""
    if standing is None or any(filters.q for filters in views):
        return _listed(company, views, standing, shared, as_of=as_of, position=position, owner_id=owner_id)
    fresh = [0] * len(views)
    if standing.touched:
        fresh = _listed(company, views, standing, "", as_of=as_of, position=position, owner_id=owner_id, kept=False)
    kept = _kept(company, views, standing, as_of=as_of, position=position, owner_id=owner_id)
    return [one + other for one, other in zip(kept, fresh, strict=True)]


def _kept(
    company: Company, views: Sequence[Filters], standing: Standing, *, as_of: date, position: int, owner_id: int | None
) -> list[int]:
    """The rows of those of whom nothing was recorded since. One query, one more for the rows of all."""
    params = {**clocks(company, as_of, position), "standing": standing.id, "ids": list(standing.touched)}
    columns, together = [], {}
    for at, filters in enumerate(views):
        sql, values = condition(filters, f"v{at}_", company=company.pk, me=owner_id)
        params |= values
        if filters == Filters(view="all"):
            columns.append(f"{_CUSTOMERS} + %(rows)s")
            params["rows"] = _rows_beyond_customers(standing)
        elif filters.narrowing:
            together[at] = sql
            columns.append(f"narrowed.count_{at}")
        elif filters.view in _ALONE:
            columns.append(f"({_KEPT_ROWS.format(holding=_ALONE[filters.view])})")
        else:
            columns.append(f"(select count(*) from ({_KEPT}) as kept where {sql})")  # noqa: S608
    # What is narrowed is read once for all views; what is common to them is seen by the planner in their "or".
    narrowed = ", ".join(f"count(*) filter (where {sql}) as count_{at}" for at, sql in together.items())
    either = " or ".join(f"({sql})" for sql in together.values())
    source = f"from (select {narrowed} from ({_KEPT}) as kept where {either}) as narrowed" if together else ""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"with {HELD} select {', '.join(columns)} {source}", params)
        return list(cursor.fetchone())


def _rows_beyond_customers(standing: Standing) -> int:
    """How many rows those of whom nothing was recorded since have beside one for each with whom something is open: they
    have several currencies. One query."""
    rows = row_count(standing, bucket=None) - len(standing.fresh)
    return rows - (standing.customers - len({row.key for row in standing.stored} - {None}))


def _listed(
    company: Company,
    views: Sequence[Filters],
    standing: Standing | None,
    shared: str,
    *,
    as_of: date,
    position: int,
    owner_id: int | None,
    kept: bool = True,
) -> list[int]:
    """By the list itself, made once for all views: of everybody, of those found by the text `shared`, or without `kept`
    only of those of whom something was recorded since. What all are searched for is looked for once."""
    columns, params = [], clocks(company, as_of, position)
    for at, filters in enumerate(views):
        asked = replace(filters, q="") if shared else filters
        sql, values = condition(asked, f"v{at}_", company=company.pk, me=owner_id)
        columns.append(f"count(*) filter (where {sql})")
        params |= values
    stored, only, where = STORED if standing and kept else "", "", ITEMS_OF if standing else ""
    if standing:
        params |= {"standing": standing.id, "ids": list(standing.touched)}
    if not kept:
        only = "and c.id = any(%(ids)s::bigint[])"
    elif shared:  # nobody else need be listed
        params["found"] = as_array(found_ids(company, shared))
        only = "and c.id = any(%(found)s::bigint[])"
        stored += " and customer_id = any(%(found)s::bigint[])" if standing else ""
        where = where or ITEMS_OF.replace("%(ids)s", "%(found)s")
    made = LIST_OF.format(buckets=BUCKETS, stored=stored, only=only)
    sql = f"with {open_items_sql(base=True, where=where)} {made} select {', '.join(columns)} from listed"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchone())
