"""What a month-end revaluation of monetary items comes to: per currency and account, and item by item.

Sources: IAS 21.23(a) and 21.28, CAS 19 art. 11(1): monetary items in foreign currency stand at the closing rate, the
difference is a gain or loss of the period. The base of an item is never touched; the difference stands beside it, on an
adjustment account, and is taken back on the first of the next month.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from arap.core.dates import ONE_DAY, end_of_month
from arap.core.models import Company, Period
from arap.core.money import ZERO, minor_unit
from arap.ledger.chart import ADJUSTMENTS, accounts
from arap.ledger.queries import open_items_sql

REASON = "revaluation"  # the reason code of its documents

# Of each monetary item in foreign currency that was open at the end of the month, or was revalued for that day
# before: what is open, the closing rate (null when none is known), what the item is worth at it, and what the
# adjustment account holds of it already. Earlier months have left nothing there: each was taken back a day later.
DIFFERENCES = f"""
adjustment as (
  select * from unnest(%(controls)s::bigint[], %(adjustments)s::bigint[]) as a (account_id, adjustment_id)
), closing as (
  select distinct on (currency) currency, rate, valid_from, is_provisional from core_exchangerate
   where company_id = %(company)s and valid_from <= %(as_of)s order by currency, valid_from desc
), {open_items_sql(where=" and i.account_id = any(%(controls)s) and i.currency <> %(base)s", base=True)},
standing as (
  -- one pass instead of a join: a planner that does not know yet how much was booked would compare each with each
  select item_id, customer_id, account_id, currency, sum(open_amount) as open_amount,
         sum(open_base_amount) as open_base_amount, sum(booked) as booked
    from (
      select id as item_id, customer_id, account_id, currency, open_amount, open_base_amount, 0 as booked
        from open_items
      union all
      select l.item_id, l.customer_id, a.account_id, l.currency, 0, 0, l.base_amount
        from ledger_journalline l join adjustment a on a.adjustment_id = l.account_id
       where l.company_id = %(company)s and l.account_id = any(%(adjustments)s) and l.posted_on = %(as_of)s
         and l.position <= %(position)s and l.item_id is not null) x
   group by item_id, customer_id, account_id, currency
), differences as (
  select s.*, a.adjustment_id, c.rate, c.valid_from, c.is_provisional,
         round(s.open_amount * c.rate, %(unit)s) as revalued
    from standing s
    join adjustment a using (account_id)
    left join closing c using (currency)
)
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalued:
    """A sum of open items, or one of them: `balance` in its currency, all else in base currency.

    `revalued` is the balance at the closing rate, None while none is known; `booked` what the adjustment account holds.
    """

    balance: Decimal
    base: Decimal
    revalued: Decimal | None
    booked: Decimal

    @property
    def difference(self) -> Decimal | None:
        """What the adjustment account has to hold: a gain above zero."""
        return None if self.revalued is None else self.revalued - self.base

    @property
    def to_post(self) -> Decimal | None:
        """What is still to be posted."""
        return None if self.difference is None else self.difference - self.booked


@dataclass(frozen=True, slots=True, kw_only=True)
class RevaluedAccount(Revalued):
    """The items of one control account in one currency. `rate` is base units for one unit, valid from `rate_from`."""

    currency: str
    account_id: int
    code: str
    name: str
    name_local: str
    items: int
    items_to_post: int
    rate: Decimal | None
    rate_from: date | None
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevaluedItem(Revalued):
    """One open item of it."""

    item_id: int
    document_id: int
    number: str
    customer_id: int | None
    customer_code: str
    customer_name: str
    customer_name_local: str
    due_on: date


def parameters(company: Company, *, month_end: date, position: int) -> dict[str, Any]:
    """What DIFFERENCES asks for."""
    roles = accounts(company)
    return {
        "company": company.pk,
        "base": company.base_currency,
        "unit": minor_unit(company.base_currency),
        "controls": [roles[control] for control in ADJUSTMENTS],
        "adjustments": [roles[adjustment] for adjustment in ADJUSTMENTS.values()],
        "as_of": month_end,
        "position": position,
    }


def revaluation(company: Company, *, month_end: date, position: int) -> list[RevaluedAccount]:
    """What revaluing at `month_end` comes to, per currency and control account, as known at `position`. One query."""
    sql = f"""
      with {DIFFERENCES}
      select d.currency, a.id, a.code, a.name, a.name_local, count(*) filter (where d.open_amount <> 0),
             count(*) filter (where d.revalued - d.open_base_amount <> d.booked), min(d.rate), min(d.valid_from),
             coalesce(bool_or(d.is_provisional), false), sum(d.open_amount), sum(d.open_base_amount),
             case when count(*) = count(d.revalued) then sum(d.revalued) end, sum(d.booked)
        from differences d join ledger_account a on a.id = d.account_id
       group by d.currency, a.id order by d.currency, a.code
    """  # noqa: S608
    names = (
        "currency", "account_id", "code", "name", "name_local", "items", "items_to_post", "rate", "rate_from",
        "is_provisional", "balance", "base", "revalued", "booked",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters(company, month_end=month_end, position=position))
        return [RevaluedAccount(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def revalued_items(
    company: Company,
    *,
    month_end: date,
    position: int,
    currency: str,
    account_id: int,
    after: int | None = None,
    limit: int,
) -> tuple[list[RevaluedItem], bool]:
    """The items behind one line of `revaluation`, the latest posted first, in pages. One query."""
    sql = f"""
      with {DIFFERENCES}
      select i.id, i.document_id, t.number, i.customer_id, coalesce(c.code, ''), coalesce(c.name, ''),
             coalesce(c.name_local, ''), i.due_on, d.open_amount, d.open_base_amount, d.revalued, d.booked
        from differences d
        join ledger_item i on i.id = d.item_id
        join ledger_document t on t.id = i.document_id
        left join customers_customer c on c.id = i.customer_id
       where d.currency = %(currency)s and d.account_id = %(account)s
         and (%(after)s::bigint is null or d.item_id < %(after)s)
       order by d.item_id desc limit %(limit)s
    """  # noqa: S608
    names = (
        "item_id", "document_id", "number", "customer_id", "customer_code", "customer_name", "customer_name_local",
        "due_on", "balance", "base", "revalued", "booked",
    )  # fmt: skip
    asked = parameters(company, month_end=month_end, position=position)
    asked |= {"currency": currency, "account": account_id, "after": after, "limit": limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        rows = [RevaluedItem(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return rows[:limit], len(rows) > limit


def is_due(rows: Sequence[RevaluedAccount]) -> bool:
    """Whether something is to be posted, or cannot be for want of a rate."""
    return any(row.revalued is None or row.items_to_post for row in rows)


def lacking(rows: Sequence[RevaluedAccount]) -> list[str]:
    """The currencies without a closing rate."""
    return sorted({row.currency for row in rows if row.revalued is None})


def total(rows: Sequence[RevaluedAccount]) -> Revalued:
    """All of it in base currency; `balance`, of several currencies, is zero. Without every rate there is no sum."""
    known = [row.revalued for row in rows if row.revalued is not None]
    return Revalued(
        balance=ZERO,
        base=sum((row.base for row in rows), ZERO),
        revalued=sum(known, ZERO) if len(known) == len(rows) else None,
        booked=sum((row.booked for row in rows), ZERO),
    )


def open_month_ends(
    company: Company, *, before: date, from_on: date | None = None, roles: Collection[str] = ()
) -> list[date]:
    """The month ends before the day `before`, newest first, that take a revaluation: they and the day after lie in
    periods that are open, or soft closed but not to these roles. Of months that end before `from_on` none.
    """
    takes = Q(state=Period.State.OPEN) | Q(state=Period.State.SOFT, open_to__overlap=[str(role) for role in roles])
    spans = list(Period.objects.filter(takes, company=company).values_list("starts_on", "ends_on"))

    def is_open(on: date) -> bool:
        return any(starts_on <= on <= ends_on for starts_on, ends_on in spans)

    months = {end_of_month(day) for span in spans for day in span}
    return sorted(
        (
            month
            for month in months
            if month < before and (from_on is None or month >= from_on) and is_open(month) and is_open(month + ONE_DAY)
        ),
        reverse=True,
    )
