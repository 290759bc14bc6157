"""What pages show of the book below its totals: open items one by one, and what happened to a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.ledger.models import Document, Entry, Item, JournalLine
from arap.ledger.queries import OPEN_ITEMS


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """An item open at a date, with what it was then (`open_amount`) and what it is now (`now_amount`)."""

    item_id: int
    document_id: int
    kind: str
    number: str
    line: int
    item_count: int
    reference: str
    account: str
    customer_id: int | None
    currency: str
    amount: Decimal
    open_amount: Decimal
    document_on: date
    due_on: date
    posted_on: date
    aged_from_on: date
    now_amount: Decimal
    settled_on: date

    @property
    def is_credit(self) -> bool:
        """A receipt, a credit note: money the customer has with us."""
        return self.amount < 0

    @property
    def settled_since(self) -> Decimal:
        """What was settled after the date asked for, as known today; signed as the item."""
        return self.open_amount - self.now_amount


OPEN_LINES = (
    "with "
    + OPEN_ITEMS
    + """
select o.id as item_id, d.id as document_id, d.kind, d.number, i.line, d.item_count, coalesce(t.reference, '') as reference,
       a.role as account, i.customer_id, i.currency, i.amount, o.open_amount, i.document_on, i.due_on, i.posted_on,
       i.aged_from_on, i.open_amount as now_amount, i.settled_on
  from open_items o
  join ledger_item i on i.id = o.id
  join ledger_document d on d.id = i.document_id
  join ledger_account a on a.id = i.account_id
  left join ledger_documenttext t on t.document_id = d.id
 order by i.aged_from_on, d.number, i.line
 limit %(limit)s
"""
)


def open_lines(
    company: Company,
    *,
    as_of: date,
    position: int,
    customer_ids: Sequence[int] | None = None,
    currency: str | None = None,
    limit: int | None = None,
) -> list[OpenLine]:
    """The items of the customers open on `as_of` as known at `position`, the oldest first.

    `customer_ids` None asks for money of unknown payers. One query.
    """
    where = "and i.customer_id = any(%(customers)s)" if customer_ids is not None else "and i.customer_id is null"
    if currency:
        where += " and i.currency = %(currency)s"
    params = {
        "company": company.pk,
        "as_of": as_of,
        "position": position,
        "customers": list(customer_ids or ()),
        "currency": currency,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN_LINES.format(where=where, base="p.open_base_amount"), params)
        names = [column.name for column in cursor.description]
        return [OpenLine(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One entry of an item, from the item's side: what it met, when it counts and when we learned it."""

    entry_id: int
    amount: Decimal
    effective_on: date
    recorded_at: datetime
    counter_number: str
    counter_document_id: int | None
    policy: str
    undoes: bool
    is_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHistory:
    """An item of a document and all its movements in the order they were recorded."""

    item: Item
    movements: list[Movement]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHistory:
    """A document, its items with their movements, and every journal line that it caused."""

    document: Document
    reference: str
    memo: str
    items: list[ItemHistory]
    lines: list[JournalLine]
    recorded_at: datetime
    recorded_by: str
    reversed_by: Document | None


def document_history(document: Document) -> DocumentHistory:
    """Everything the book knows of `document`, as known now. A constant number of queries."""
    items = list(Item.objects.filter(document=document).select_related("account").order_by("line"))
    movements = _movements(items)
    text = getattr(document, "text", None)
    recorded_at, recorded_by = _posting(document.company_id, document.position)
    return DocumentHistory(
        document=document,
        reference=text.reference if text else "",
        memo=text.memo if text else "",
        items=[ItemHistory(item=item, movements=movements.get(item.pk, [])) for item in items],
        lines=_journal(document, items),
        recorded_at=recorded_at,
        recorded_by=recorded_by,
        reversed_by=Document.objects.filter(reverses=document).first(),
    )


def _movements(items: list[Item]) -> dict[int, list[Movement]]:
    """The movements of the items by item id: applications, and replacements that took them over."""
    entries = (
        Entry.objects.filter(item__in=items)
        .select_related("counter_item__document", "document", "application")
        .order_by("position", "id")
    )
    rows = list(entries)
    undone = {entry.reverses_id for entry in rows if entry.reverses_id}
    times = _times(items, rows)
    found: dict[int, list[Movement]] = {}
    for entry in rows:
        met = entry.counter_item.document if entry.counter_item else entry.document
        found.setdefault(entry.item_id, []).append(
            Movement(
                entry_id=entry.pk,
                amount=entry.amount,
                effective_on=entry.effective_on,
                recorded_at=times[entry.position],
                counter_number=met.number if met else "",
                counter_document_id=met.pk if met else None,
                policy=entry.application.policy if entry.application else "",
                undoes=entry.reverses_id is not None,
                is_undone=entry.pk in undone,
            )
        )
    return found


def _times(items: list[Item], entries: list[Entry]) -> dict[int, datetime]:
    positions = sorted({entry.position for entry in entries})
    if not positions:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select position, recorded_at from ledger_posting where company_id = %s and position = any(%s)",
            [items[0].company_id, positions],
        )
        return dict(cursor.fetchall())


def _journal(document: Document, items: list[Item]) -> list[JournalLine]:
    """The lines of the document itself, then those of the applications its items took part in."""
    own = JournalLine.objects.filter(document=document).select_related("account").order_by("line")
    acts = Entry.objects.filter(item__in=items, application__isnull=False).values("application_id")
    applied = JournalLine.objects.filter(application__in=acts, item__in=items).select_related("account")
    return [*own, *applied.order_by("position", "line")]


def _posting(company_id: int, position: int) -> tuple[datetime, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select p.recorded_at, coalesce(nullif(u.full_name, ''), u.username, '')
              from ledger_posting p left join core_user u on u.id = p.actor_id
             where p.company_id = %s and p.position = %s
            """,
            [company_id, position],
        )
        row: Any = cursor.fetchone()
        return row[0], row[1]


def find_documents(company: Company, text: str, *, limit: int) -> list[Document]:
    """Documents whose number or reference is `text`, else whose number begins with it; newest first."""
    wanted = text.strip()
    if not wanted or "\x00" in wanted:
        return []
    ours = Document.objects.filter(company=company).select_related("customer")
    exact = ours.filter(number=wanted) | ours.filter(text__company=company, text__reference=wanted)
    found = list(exact.distinct().order_by("-posted_on", "-id")[:limit])
    if found or len(wanted) < PREFIX_LENGTH_MIN:
        return found
    return list(ours.filter(number__gte=wanted, number__lt=wanted + "\uffff").order_by("number")[:limit])


def find_amount(company: Company, amount: Decimal, *, limit: int) -> list[Document]:
    """Documents of exactly that total, either sign, that still have something open; newest first."""
    open_items = Item.objects.filter(company=company, amount__in=[amount, -amount]).exclude(open_amount=0)
    found = Document.objects.filter(company=company, pk__in=open_items.values("document_id"))
    return list(found.select_related("customer").order_by("-posted_on", "-id")[:limit])


# Fewer letters would begin half the numbers of a company.
PREFIX_LENGTH_MIN = 3
