"""Reads from a standing: today's report without adding up everything that is open.

A standing is the report as known at some position. Only customers of whom something was recorded since then differ from
it; they are added up anew at the position asked for, so that every answer is what `aging` would say, to the cent. Where
that is not certain (another day, duplicates merged since, too much booked since) there is none, and `aging` is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from aging.pages import rank
from aging.queries import ZERO, AgingRow, Proof, aging
from arap.core.models import Company

# Of so many customers something may have been recorded since: adding them up costs about what a page may.
TOUCHED_MAX = 1_000

MERGES = """md5(coalesce((select string_agg(id || '>' || merged_into_id, ',' order by id) from customers_customer
  where company_id = %(company)s and merged_into_id is not null), ''))"""
_LATEST = f"""
select s.id, s.position, s.customers from aging_standing s
 where s.company_id = %(company)s and s.as_of = %(as_of)s and s.with_rows and s.position <= %(position)s
   and s.merges = {MERGES}
 order by s.position desc, s.id desc limit 1
"""  # noqa: S608
# Those of whom an item was made or moved since, and the duplicates that stand under them.
_TOUCHED = """
with moved as (
  select distinct customer_id from ledger_item
   where company_id = %(company)s and last_position > %(since)s and customer_id is not null limit %(most)s + 1
), shown as (
  select distinct coalesce(c.merged_into_id, c.id) as id
    from moved join customers_customer c on c.id = moved.customer_id
)
select id, true from shown
union all
select m.id, false from customers_customer m join shown on m.merged_into_id = shown.id
"""
_FIGURES = "currency, buckets, unapplied, total, base_buckets, base_unapplied, base_total, items"
_STORED = f"""
select customer_id, {_FIGURES} from aging_standingrow
 where standing_id = %(standing)s and customer_id = any(%(touched)s)
union all
select customer_id, {_FIGURES} from aging_standingrow where standing_id = %(standing)s and customer_id is null
"""  # noqa: S608
_RANKED = f"""
select customer_id, {_FIGURES} from aging_standingrow
 where standing_id = %(standing)s and customer_id is not null and customer_id <> all(%(touched)s) {{beyond}} {{holding}}
 order by base_total desc, customer_id::text collate "C", currency collate "C" limit %(limit)s
"""  # noqa: S608
_BEYOND = """and base_total <= %(floor)s::numeric and (-base_total, customer_id::text collate "C", currency collate "C")
  > (-%(floor)s::numeric, %(key)s, %(currency)s)"""
_CONTROLS = """
select currency, sum(amount) from (
  select currency, amount from aging_standingcontrol where standing_id = %(standing)s
  union all
  select l.currency, l.amount
    from ledger_document d join ledger_journalline l on l.document_id = d.id
    join ledger_account a on a.id = l.account_id and a.is_control
   where d.company_id = %(company)s and d.position > %(since)s and d.position <= %(position)s
     and l.posted_on <= %(as_of)s
  union all
  select l.currency, l.amount
    from ledger_application p join ledger_journalline l on l.application_id = p.id
    join ledger_account a on a.id = l.account_id and a.is_control
   where p.company_id = %(company)s and p.position > %(since)s and p.position <= %(position)s
     and l.posted_on <= %(as_of)s) as lines
 group by currency
"""
# The totals kept of days, where nothing that counts by that day was recorded since.
_KEPT = f"""
with kept as (
  select distinct on (s.as_of) s.id, s.as_of, s.position from aging_standing s
   where s.company_id = %(company)s and s.as_of = any(%(days)s) and not s.with_rows and s.position <= %(position)s
   order by s.as_of, s.position desc, s.id desc
)
select k.as_of, null, t.{_FIGURES.replace(", ", ", t.")}
  from kept k left join aging_standingtotal t on t.standing_id = k.id
 where not exists (
   select from ledger_item i
    where i.company_id = %(company)s and i.last_position > k.position
      and (i.position > k.position and i.posted_on <= k.as_of
           or exists (select from ledger_entry e
                       where e.item_id = i.id and e.position > k.position and e.effective_on <= k.as_of)))
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A standing, and what differs from it at `position`: `stored` is what it says of the customers `touched` and of
    unknown payers, `fresh` what is true of them."""

    id: int
    company: Company
    as_of: date
    since: int
    position: int
    customers: int
    touched: tuple[int, ...]
    stored: tuple[AgingRow, ...]
    fresh: tuple[AgingRow, ...]


def standing_at(company: Company, *, as_of: date, position: int) -> Standing | None:
    """The report of `as_of` by customer, as known at `position`; None where it has to be added up. Four queries."""
    asked: dict[str, Any] = {"company": company.pk, "as_of": as_of, "position": position, "most": TOUCHED_MAX}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, asked)
        found = cursor.fetchone()
        if found is None:
            return None
        pk, since, customers = found
        cursor.execute(_TOUCHED, {**asked, "since": since})
        moved = cursor.fetchall()
        touched = [customer for customer, is_shown in moved if is_shown]
        if len(touched) > TOUCHED_MAX:
            return None
        cursor.execute(_STORED, {"standing": pk, "touched": touched})
        stored = [_row(values) for values in cursor.fetchall()]
    everybody = [customer for customer, _is_shown in moved]
    fresh = aging(company, as_of=as_of, position=position, base=True, customer_ids=everybody).rows
    return Standing(
        id=pk, company=company, as_of=as_of, since=since, position=position, customers=customers,
        touched=tuple(touched), stored=tuple(stored), fresh=fresh,
    )  # fmt: skip


def totals(standing: Standing) -> list[AgingRow]:
    """The sums in each currency, as the report has them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select null, {_FIGURES} from aging_standingtotal where standing_id = %s",  # noqa: S608
            [standing.id],
        )
        sums = {row.currency: row for row in map(_row, cursor.fetchall())}
    for rows, sign in ((standing.stored, -1), (standing.fresh, 1)):
        for row in rows:
            sums[row.currency] = _plus(sums.get(row.currency), row, sign)
    return [row for _currency, row in sorted(sums.items()) if row.items]


def proofs(standing: Standing, reported: Sequence[AgingRow]) -> list[Proof]:
    """Each currency's total beside the journal's balance of the control accounts. One query."""
    control: dict[str, Decimal] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CONTROLS, _clocks(standing))
        control.update(cursor.fetchall())
    amounts = {row.currency: row.total for row in reported}
    return [
        Proof(currency, amounts.get(currency, ZERO), control.get(currency, ZERO))
        for currency in sorted(control.keys() | amounts.keys())
    ]


def counted(standing: Standing) -> int:
    """With how many customers something is open. No query."""
    return (
        standing.customers
        - len({row.key for row in standing.stored} - {None})
        + len({row.key for row in standing.fresh} - {None})
    )


def ranked(standing: Standing, *, bucket: int | None, after: Sequence[str], limit: int) -> tuple[list[AgingRow], bool]:
    """A page of the report's rows in its order, and whether more follow. One query.

    `after` is the rank of the last row of the page before. With `bucket` only rows that hold something in it.
    """
    floor = (-Decimal(after[0]), after[1], after[2]) if after else None
    holding = f"and buckets[{bucket + 1}] <> 0" if bucket is not None else ""
    fresh = [row for row in standing.fresh if bucket is None or row.buckets[bucket]]
    with connection.cursor() as cursor:
        cursor.execute(
            _RANKED.format(beyond=_BEYOND if after else "", holding=holding),
            {
                "standing": standing.id, "touched": list(standing.touched), "limit": limit + 1,
                "floor": after[0] if after else None, "key": after[1] if after else None,
                "currency": after[2] if after else None,
            },
        )  # fmt: skip
        rows = [_row(values) for values in cursor.fetchall()]
    rows += [row for row in fresh if floor is None or rank(row) > floor]
    rows.sort(key=rank)
    return rows[:limit], len(rows) > limit


def row_count(standing: Standing, *, bucket: int | None) -> int:
    """How many rows the report has; with `bucket`, how many hold something in it. One query."""
    sql = "select coalesce(sum(rows), 0) from aging_standingtotal where standing_id = %(standing)s"
    if bucket is not None:
        sql = (
            "select count(*) from aging_standingrow"  # noqa: S608
            f" where standing_id = %(standing)s and buckets[{int(bucket) + 1}] <> 0"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"standing": standing.id})
        kept = int(cursor.fetchone()[0])
    less, more = (
        sum(1 for row in rows if bucket is None or row.buckets[bucket]) for rows in (standing.stored, standing.fresh)
    )
    return kept - less + more


def kept_totals(company: Company, days: Sequence[date], *, position: int) -> dict[date, list[AgingRow]]:
    """Totals by currency of those of the days that are kept and still true at `position`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"company": company.pk, "days": list(days), "position": position})
        fetched = cursor.fetchall()
    found: dict[date, list[AgingRow]] = {}
    for on, *values in fetched:
        rows = found.setdefault(on, [])
        if values[1] is not None:  # a day on which nothing was open has no total
            rows.append(_row(values))
    return found


def _clocks(standing: Standing) -> dict[str, Any]:
    return {
        "standing": standing.id, "company": standing.company.pk, "as_of": standing.as_of,
        "since": standing.since, "position": standing.position,
    }  # fmt: skip


def _row(values: Sequence[Any]) -> AgingRow:
    key, currency, buckets, unapplied, total, base_buckets, base_unapplied, base_total, items = values
    return AgingRow(
        key, currency, tuple(buckets), unapplied, total, tuple(base_buckets), base_unapplied, base_total, items
    )


def _plus(total: AgingRow | None, row: AgingRow, sign: int) -> AgingRow:
    """The total with a row added to it, or taken from it."""
    if total is None:
        none = (ZERO,) * len(row.buckets)
        total = AgingRow(None, row.currency, none, ZERO, ZERO, none, ZERO, ZERO, 0)
    return AgingRow(
        None,
        row.currency,
        tuple(one + sign * other for one, other in zip(total.buckets, row.buckets, strict=True)),
        total.unapplied + sign * row.unapplied,
        total.total + sign * row.total,
        tuple(one + sign * other for one, other in zip(total.base_buckets, row.base_buckets, strict=True)),
        total.base_unapplied + sign * row.base_unapplied,
        total.base_total + sign * row.base_total,
        total.items + sign * row.items,
    )
