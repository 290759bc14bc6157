"""The aging report: what is open at a date, by age, as known at a position."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from aging.rules import DEFAULT_EDGES, Bucket, buckets_at
from arap.core.models import Company
from arap.ledger.queries import STANDING_FOR, ControlTotal, control_totals, open_items_sql

ZERO = Decimal(0)
# What a merged duplicate owes stands under the customer it is merged into.
_MERGED = "left join customers_customer m on m.id = o.customer_id and m.merged_into_id is not null"
_CUSTOMER = f"{_MERGED} left join customers_customer c on c.id = coalesce(m.merged_into_id, o.customer_id)"
# what a row stands for: the key column, and what must be joined for it
GROUPS = {
    "customer": ("coalesce(m.merged_into_id, o.customer_id)", _MERGED),
    "currency": ("null::bigint", ""),
    "owner": ("c.owner_id", _CUSTOMER),
    "segment": ("c.segment", _CUSTOMER),
    "parent": ("c.root_id", _CUSTOMER),
}


class AgingRow(NamedTuple):
    """Amounts in `currency`: debit items by bucket, credits not applied (negative), and their sum.

    `key` is the customer, owner, group root (ids) or segment; None for unidentified money or no owner.
    """

    key: Any
    currency: str
    buckets: tuple[Decimal, ...]
    unapplied: Decimal
    total: Decimal
    base_buckets: tuple[Decimal, ...] = ()
    base_unapplied: Decimal = ZERO
    base_total: Decimal = ZERO
    items: int = 0

    @property
    def overdue(self) -> Decimal:
        """All debits but those of the first bucket."""
        return sum(self.buckets[1:], ZERO)


@dataclass(frozen=True, slots=True)
class Proof:
    """One currency's report total beside its control accounts."""

    currency: str
    report: Decimal
    control: Decimal

    @property
    def difference(self) -> Decimal:
        return self.report - self.control


@dataclass(frozen=True, slots=True, kw_only=True)
class AgingReport:
    as_of: date
    position: int
    basis: str
    by: str
    buckets: tuple[Bucket, ...]
    rows: tuple[AgingRow, ...]
    totals: tuple[AgingRow, ...]


def aging(
    company: Company,
    *,
    as_of: date,
    position: int,
    basis: str = "due",
    edges: Sequence[int] = DEFAULT_EDGES,
    by: str = "customer",
    currency: str | None = None,
    customer_id: int | None = None,
    customer_ids: Sequence[int] | None = None,
    base: bool = False,
) -> AgingReport:
    """Age what is open at `as_of` as known at `position`; rows that are zero throughout are left out.

    `customer_ids` narrows it to these customers, as the book knows them, and to what has none.
    Owner, segment and parent are today's master data. With `base` each row also carries amounts in base currency.
    Rows are ordered by key, then currency; those without a key come last.
    """
    buckets = buckets_at(as_of, basis=basis, edges=edges)
    where = " and i.currency = %(currency)s" if currency else ""
    where += f" and i.customer_id = any({STANDING_FOR})" if customer_id is not None else ""
    where += " and (i.customer_id is null or i.customer_id = any(%(customers)s))" if customer_ids is not None else ""
    parameters: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "position": position, "currency": currency, "customer": customer_id,
        "customers": list(customer_ids or ()), **bucket_parameters(buckets),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(aging_sql(buckets, basis=basis, by=by, where=where, base=base), parameters)
        fetched = cursor.fetchall()
    rows = _rows(fetched, len(buckets), base=base)
    totals = _rows(_totals(fetched), len(buckets), base=base)
    return AgingReport(
        as_of=as_of, position=position, basis=basis, by=by, buckets=tuple(buckets), rows=rows, totals=totals
    )


def bucket_parameters(buckets: Sequence[Bucket]) -> dict[str, date]:
    """The first and last days of the buckets, as `aging_sql` names them."""
    days: dict[str, date] = {}
    for number, bucket in enumerate(buckets):
        days |= {f"first{number}": bucket.first_on, f"last{number}": bucket.last_on}
    return days


def aging_sql(buckets: Sequence[Bucket], *, basis: str, by: str, where: str, base: bool) -> str:
    """The report as a query: key, currency, then buckets, not applied and total, in currency and with `base` in base;
    last the number of items. Parameters: company, as_of, position, `bucket_parameters`."""
    key, join = GROUPS[by]
    dated = "o.aged_from_on" if basis == "due" else "o.document_on"
    columns = []
    for value in ("o.open_amount", *(("o.open_base_amount",) if base else ())):
        columns += [
            f"coalesce(sum({value}) filter (where o.amount > 0 and {dated} between %(first{n})s and %(last{n})s), 0)"
            for n in range(len(buckets))
        ]
        columns += [f"coalesce(sum({value}) filter (where o.amount < 0), 0)", f"sum({value})"]
    return f"""
      with {open_items_sql(where=where, base=base)}
      select {key}, o.currency, {", ".join(columns)}, count(*) from open_items o {join} group by 1, 2 order by 1, 2
    """  # noqa: S608


def _totals(fetched: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """One row for each currency, whose figures are the sums of its rows: summed here, a large book is read once."""
    figures: dict[str, list[tuple[Decimal, ...]]] = {}
    for values in fetched:
        figures.setdefault(values[1], []).append(values[2:])
    return [
        (None, currency, *(sum(column[1:], column[0]) for column in zip(*rows, strict=True)))
        for currency, rows in sorted(figures.items())
    ]


def _rows(fetched: Iterable[tuple[Any, ...]], width: int, *, base: bool) -> tuple[AgingRow, ...]:
    """Rows of key, currency, then figures in currency and perhaps in base, and the items. There may be many."""
    end = 2 + width
    make = AgingRow._make
    if not base:
        return tuple(make((v[0], v[1], v[2:end], v[end], v[end + 1], (), ZERO, ZERO, v[-1])) for v in fetched)
    return tuple(
        make((v[0], v[1], v[2:end], v[end], v[end + 1], v[end + 2 : -3], v[-3], v[-2], v[-1])) for v in fetched
    )


def proofs(company: Company, report: AgingReport) -> list[Proof]:
    """Each currency's report total beside the journal balance of the control accounts at the same date and position."""
    control: dict[str, Decimal] = {}
    for total in controls(company, report):
        control[total.currency] = control.get(total.currency, ZERO) + total.amount
    reported = {row.currency: row.total for row in report.totals}
    return [
        Proof(currency, reported.get(currency, ZERO), control.get(currency, ZERO))
        for currency in sorted(control.keys() | reported.keys())
    ]


def controls(company: Company, report: AgingReport) -> list[ControlTotal]:
    return control_totals(company, as_of=report.as_of, position=report.position)


def ties(company: Company, report: AgingReport) -> bool:
    """Whether the rows sum to the totals,
    and the totals equal the control accounts. Only for a report without filters."""
    for row in report.rows:
        if sum(row.buckets, row.unapplied) != row.total:
            return False
    return all(proof.difference == 0 for proof in proofs(company, report))


@dataclass(frozen=True, slots=True)
class Later:
    """What was recorded after a position with a date on or before a day.

    `documents` with `amounts`, (currency, signed sum of them), and `applications`: these move nothing between customer
    and company, so they add no amount, although they change buckets. With `is_more` at least so many of one or both,
    and no amounts: it is a history taken on rather than a late paper, and nobody waits until it is added up.
    """

    documents: int
    applications: int
    amounts: tuple[tuple[str, Decimal], ...]
    is_more: bool = False

    @property
    def at_least(self) -> int:
        """The larger of the two numbers."""
        return max(self.documents, self.applications)


LATER_MAX = 1_000
_LATER = """
with documents as (
  select currency, total from ledger_document
   where company_id = %(company)s and position > %(after)s and position <= %(until)s and posted_on <= %(as_of)s
   order by position limit %(most)s + 1
), applications as (
  select from ledger_application
   where company_id = %(company)s and position > %(after)s and position <= %(until)s and effective_on <= %(as_of)s
   order by position limit %(most)s + 1
)
(select currency, count(*), sum(total) from documents group by currency order by currency)
union all
select null, count(*), null from applications
"""


def booked_later(company: Company, *, as_of: date, after: int, until: int) -> Later:
    """What the positions above `after`, up to `until`, changed about `as_of`, up to `LATER_MAX` of each. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LATER,
            {"company": company.pk, "as_of": as_of, "after": after, "until": until, "most": LATER_MAX},
        )
        *by_currency, (_none, applications, _nothing) = cursor.fetchall()
    documents = sum(count for _currency, count, _total in by_currency)
    if max(documents, applications) > LATER_MAX:
        return Later(min(documents, LATER_MAX), min(applications, LATER_MAX), amounts=(), is_more=True)
    return Later(documents, applications, tuple((currency, total) for currency, _count, total in by_currency))
