"""Which receipts wait for somebody: to be applied, for their payer to be found, for a second person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from arap.core.models import Company, User
from arap.ledger.models import Item
from receipts.models import Receipt, ReceiptIdentification

# Only what is open is read (an index of open items), however many receipts there have been. `known` tells whose money
# has a payer; money that identification moved counts for the receipt it came with.
WAITING = """
with money as materialized (
  select i.document_id, i.customer_id is not null as known from ledger_item i
   where i.company_id = %(company)s and i.amount < 0 and i.open_amount <> 0
), waiting as (
  select r.id, r.received_on, m.known from money m join receipts_receipt r on r.document_id = m.document_id
  union
  select r.id, r.received_on, m.known
    from money m
    join receipts_receiptidentification n on n.document_id = m.document_id
    join receipts_receipt r on r.id = n.receipt_id
)
"""

COUNTS = f"""
{WAITING}
select count(distinct id) filter (where known), count(distinct id) filter (where not known) from waiting
"""  # noqa: S608

PLACE = f"""
{WAITING}
, each_once as (select distinct id, received_on from waiting)
select (select count(*) from each_once where id <> %(id)s),
       (select count(*) from each_once where (received_on, id) < (%(on)s, %(id)s)),
       (select id from each_once where (received_on, id) < (%(on)s, %(id)s) order by received_on desc, id desc limit 1),
       (select id from each_once where (received_on, id) > (%(on)s, %(id)s) order by received_on, id limit 1),
       (select id from each_once where id <> %(id)s order by received_on, id limit 1)
"""  # noqa: S608 - constants are put together, no value


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait: with a known payer, with none, and for a second person; `mine_to_confirm` without one's own."""

    open: int
    unidentified: int
    to_confirm: int
    mine_to_confirm: int


@dataclass(frozen=True, slots=True)
class Place:
    """A receipt among those that wait, by day received: how many wait with it, its place from 1, and the ids before
    and after it; `upcoming` is the one after it, or else the first of all.
    """

    count: int
    place: int
    previous: int | None
    following: int | None
    upcoming: int | None


def counts(company: Company, user: User) -> Counts:
    """How many receipts wait for what. Two queries."""
    known, unknown = _one_row(COUNTS, {"company": company.pk})
    confirm = to_confirm(company).aggregate(all=Count("pk"), mine=Count("pk", filter=~Q(recorded_by=user)))
    return Counts(known, unknown, confirm["all"], confirm["mine"])


def place(company: Company, receipt: Receipt) -> Place:
    """Where a receipt stands among those that wait. One query."""
    parameters: dict[str, Any] = {"company": company.pk, "id": receipt.pk, "on": receipt.received_on}
    others, before, previous, following, first = _one_row(PLACE, parameters)
    return Place(others + 1, before + 1, previous, following, following or first)


def next_to_confirm(company: Company, user: User, *, after: tuple[date, int]) -> int | None:
    """The id of the next receipt after (day received, id) that this person may confirm, or else the first one."""
    mine = to_confirm(company).exclude(recorded_by=user).order_by("received_on", "pk")
    day, pk = after
    later = mine.filter(Q(received_on__gt=day) | Q(received_on=day, pk__gt=pk))
    return later.values_list("pk", flat=True).first() or mine.exclude(pk=pk).values_list("pk", flat=True).first()


def to_apply(company: Company) -> QuerySet[Receipt]:
    """Receipts of known payers of which something is not applied."""
    return _with_money(company, Q(customer__isnull=False))


def unidentified(company: Company) -> QuerySet[Receipt]:
    """Receipts of which something has no payer yet."""
    return _with_money(company, Q(customer__isnull=True))


def to_confirm(company: Company) -> QuerySet[Receipt]:
    """Receipts that a second person has yet to confirm."""
    return Receipt.objects.to_confirm().filter(company=company)


def _with_money(company: Company, whose: Q) -> QuerySet[Receipt]:
    """The receipts whose open money stands in their own document, or in that of an identification."""
    open_credits = Item.objects.filter(whose, company=company, amount__lt=0).exclude(open_amount=0)
    documents = open_credits.values("document_id")
    moved = ReceiptIdentification.objects.filter(company=company, document__in=documents).values("receipt_id")
    return Receipt.objects.filter(Q(document__in=documents) | Q(pk__in=moved), company=company)


def _one_row(sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
