"""Reads from a standing: the report without adding up everything that is open.

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
from aging.rules import DEFAULT_EDGES
from arap.core.models import Company

# Of so many customers something may have been recorded since: adding them up costs about what a page may.
TOUCHED_MAX = 1_000

MERGES = """md5(coalesce((select string_agg(id || '>' || merged_into_id, ',' order by id) from customers_customer
  where company_id = %(company)s and merged_into_id is not null), ''))"""
# The database by whose transactions `horizon` counts: a copy that was restored elsewhere counts its own.
CLUSTER = """(select c.system_identifier || '/' || d.oid
  from pg_control_system() c, pg_database d where d.datname = current_database())"""
_LATEST = f"""
select s.id, s.position, s.customers, s.horizon from aging_standing s
 where s.company_id = %(company)s and s.as_of = %(as_of)s and s.basis = %(basis)s and s.edges = %(edges)s
   and s.with_rows and s.position <= %(position)s and s.merges = {MERGES}
   and (not %(grouped)s or s.cluster = {CLUSTER})
 order by s.position desc, s.id desc limit 1
"""  # noqa: S608
# Those of whom something was recorded since that counts by the day, those who moved to another owner, segment or group
# where that matters, and the duplicates that stand under them.
_TOUCHED = """
with booked as (
  select distinct customer_id from ledger_item i
   where i.company_id = %(company)s and i.last_position > %(since)s and i.customer_id is not null
     and (i.position > %(since)s and i.posted_on <= %(as_of)s
          or exists (select from ledger_entry e
                      where e.item_id = i.id and e.position > %(since)s and e.effective_on <= %(as_of)s))
   limit %(most)s + 1
), moved as (
  select id from customers_customer
   where company_id = %(company)s and moved_in > 0 and moved_in >= %(horizon)s and %(grouped)s limit %(most)s + 1
), shown as (
  select distinct coalesce(c.merged_into_id, c.id) as id
    from customers_customer c where c.id in (select customer_id from booked union select id from moved)
)
select id, true from shown
union all
select m.id, false from customers_customer m join shown on m.merged_into_id = shown.id
"""
_FIGURES = "currency, buckets, unapplied, total, base_buckets, base_unapplied, base_total, items"
_STORED = f"""
select customer_id, {_FIGURES}, owner_id, segment, root_id from aging_standingrow
 where standing_id = %(standing)s and customer_id = any(%(touched)s)
union all
select customer_id, {_FIGURES}, owner_id, segment, root_id from aging_standingrow
 where standing_id = %(standing)s and customer_id is null
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
    unknown payers, `fresh` what is true of them. `stored_under` is owner, segment and group of each stored row."""

    id: int
    company: Company
    as_of: date
    basis: str
    edges: tuple[int, ...]
    since: int
    position: int
    customers: int
    touched: tuple[int, ...]
    stored: tuple[AgingRow, ...]
    fresh: tuple[AgingRow, ...]
    stored_under: tuple[tuple[int | None, str | None, int | None], ...]


def standing_at(
    company: Company,
    *,
    as_of: date,
    position: int,
    basis: str = "due",
    edges: Sequence[int] = DEFAULT_EDGES,
    grouped: bool = False,
) -> Standing | None:
    """The report of `as_of` as known at `position`; None where it has to be added up. Four queries.

    With `grouped` it can be read by owner, segment and group, too (standing_groups.py).
    """
    asked: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "position": position, "basis": basis, "edges": list(edges),
        "grouped": grouped, "most": TOUCHED_MAX,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, asked)
        found = cursor.fetchone()
        if found is None:
            return None
        pk, since, customers, horizon = found
        cursor.execute(_TOUCHED, {**asked, "since": since, "horizon": horizon})
        moved = cursor.fetchall()
        touched = [customer for customer, is_shown in moved if is_shown]
        if len(touched) > TOUCHED_MAX:
            return None
        cursor.execute(_STORED, {"standing": pk, "touched": touched})
        stored = cursor.fetchall()
    everybody = [customer for customer, _is_shown in moved]
    fresh = aging(
        company, as_of=as_of, position=position, basis=basis, edges=edges, base=True, customer_ids=everybody
    ).rows
    return Standing(
        id=pk, company=company, as_of=as_of, basis=basis, edges=tuple(edges), since=since, position=position,
        customers=customers, touched=tuple(touched), stored=tuple(row_of(values[:-3]) for values in stored),
        fresh=fresh, stored_under=tuple(tuple(values[-3:]) for values in stored),
    )  # fmt: skip


def totals(standing: Standing) -> list[AgingRow]:
    """The sums in each currency, as the report has them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select null, {_FIGURES} from aging_standingtotal where standing_id = %s",  # noqa: S608
            [standing.id],
        )
        sums = {row.currency: row for row in map(row_of, cursor.fetchall())}
    for rows, sign in ((standing.stored, -1), (standing.fresh, 1)):
        for row in rows:
            sums[row.currency] = plus(sums.get(row.currency), row, sign)
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


def ranked(
    standing: Standing, *, bucket: int | None, after: Sequence[str], limit: int, only: str = ""
) -> tuple[list[AgingRow], bool]:
    """A page of the report's rows in its order, and whether more follow. One query.

    `after` is the rank of the last row of the page before. With `bucket` only rows that hold something in it, with
    `only` those in that currency.
    """
    floor = (-Decimal(after[0]), after[1], after[2]) if after else None
    fresh = [row for row in standing.fresh if is_shown(row, bucket, only)]
    with connection.cursor() as cursor:
        cursor.execute(
            _RANKED.format(beyond=_BEYOND if after else "", holding=holding(bucket, only)),
            {
                "standing": standing.id, "touched": list(standing.touched), "limit": limit + 1, "only": only,
                "floor": after[0] if after else None, "key": after[1] if after else None,
                "currency": after[2] if after else None,
            },
        )  # fmt: skip
        rows = [row_of(values) for values in cursor.fetchall()]
    rows += [row for row in fresh if floor is None or rank(row) > floor]
    rows.sort(key=rank)
    return rows[:limit], len(rows) > limit


def row_count(standing: Standing, *, bucket: int | None, only: str = "") -> int:
    """How many rows the report has; with `bucket`, how many hold something in it. One query."""
    sql = "select coalesce(sum(rows), 0) from aging_standingtotal where standing_id = %(standing)s"
    sql += " and currency = %(only)s" if only else ""
    if bucket is not None:
        sql = f"select count(*) from aging_standingrow where standing_id = %(standing)s {holding(bucket, only)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, {"standing": standing.id, "only": only})
        kept = int(cursor.fetchone()[0])
    less, more = (sum(1 for row in rows if is_shown(row, bucket, only)) for rows in (standing.stored, standing.fresh))
    return kept - less + more


def holding(bucket: int | None, only: str) -> str:
    """The rows with something in a bucket, or in the currency %(only)s, as SQL beginning with "and"."""
    return (f"and buckets[{bucket + 1}] <> 0 " if bucket is not None else "") + (
        "and currency = %(only)s" if only else ""
    )


def is_shown(row: AgingRow, bucket: int | None, only: str) -> bool:
    """The same of a row."""
    return (bucket is None or bool(row.buckets[bucket])) and only in ("", row.currency)


def kept_totals(company: Company, days: Sequence[date], *, position: int) -> dict[date, list[AgingRow]]:
    """Totals by currency of those of the days that are kept and still true at `position`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"company": company.pk, "days": list(days), "position": position})
        fetched = cursor.fetchall()
    found: dict[date, list[AgingRow]] = {}
    for on, *values in fetched:
        rows = found.setdefault(on, [])
        if values[1] is not None:  # a day on which nothing was open has no total
            rows.append(row_of(values))
    return found


def _clocks(standing: Standing) -> dict[str, Any]:
    return {
        "standing": standing.id, "company": standing.company.pk, "as_of": standing.as_of,
        "since": standing.since, "position": standing.position,
    }  # fmt: skip


def row_of(values: Sequence[Any]) -> AgingRow:
    """A row of key and the figures as they are stored."""
    key, currency, buckets, unapplied, total, base_buckets, base_unapplied, base_total, items = values
    return AgingRow(
        key, currency, tuple(buckets), unapplied, total, tuple(base_buckets), base_unapplied, base_total, items
    )


def plus(total: AgingRow | None, row: AgingRow, sign: int) -> AgingRow:
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
