"""What pages show of the book below its totals: what became of an item, and what happened to a document."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Abs

from arap.core.models import Company
from arap.ledger.models import Document, DocumentText, Entry, Item, JournalLine


@dataclass(frozen=True, slots=True)
class Since:
    """What an item is today: still open, signed as the item; `settled_on` far in the future while it is open."""

    open_amount: Decimal
    settled_on: date


def since(company: Company, item_ids: Collection[int]) -> dict[int, Since]:
    """What became of the items, as known now: so that a past report can say "since paid". One query."""
    rows = Item.objects.filter(company=company, pk__in=item_ids).values_list("pk", "open_amount", "settled_on")
    return {pk: Since(open_amount, settled_on) for pk, open_amount, settled_on in rows}


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
    applied = JournalLine.objects.filter(application__in=acts).select_related("account")
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


def numbered(company: Company, beginning: str) -> QuerySet[Document]:
    """Documents whose number begins with `beginning`, by the index of numbers. Too short a one finds none."""
    ours = Document.objects.filter(company=company)
    if len(beginning) < PREFIX_LENGTH_MIN or "\x00" in beginning:
        return ours.none()
    return ours.filter(number__gte=beginning, number__lt=beginning + LAST_CHARACTER)


def find_documents(company: Company, text: str, *, limit: int) -> list[Document]:
    """Documents whose number or reference is `text`, else those where one begins with it; the latest first.

    Small letters stand for capitals, too. Two queries at most, each by the indexes of numbers and references.
    """
    wanted = text.strip()
    if not wanted or "\x00" in wanted:
        return []
    spellings = sorted({wanted, wanted.upper()})
    by_number = Document.objects.filter(company=company, number__in=spellings).order_by().values_list("pk")
    by_text = DocumentText.objects.filter(company=company, reference__in=spellings).values_list("pk")
    exact = _newest(company, by_number[:limit].union(by_text[:limit]), limit)
    if exact or len(wanted) < PREFIX_LENGTH_MIN:
        return exact
    begun = [numbered(company, each).order_by("number").values_list("pk")[:limit] for each in spellings]
    texts = [_referring(company, each).order_by("reference").values_list("pk")[:limit] for each in spellings]
    return _newest(company, begun[0].union(*begun[1:], *texts), limit)


def find_amount(company: Company, amount: Decimal, *, limit: int) -> list[Document]:
    """Documents of exactly that total, or of which exactly that is left, either sign; the latest first. One query."""
    size = abs(amount)
    of_total = Document.objects.filter(company=company).alias(size=Abs("total")).filter(size=size)
    left = Item.objects.filter(company=company).exclude(open_amount=0).alias(size=Abs("open_amount")).filter(size=size)
    ids = (
        of_total.order_by("-pk")
        .values_list("pk")[:limit]
        .union(left.order_by("-document_id").values_list("document_id")[:limit])
    )
    return _newest(company, ids, limit)


def _referring(company: Company, beginning: str) -> QuerySet[DocumentText]:
    """The texts whose reference begins with `beginning`, by the index of references."""
    ours = DocumentText.objects.filter(company=company)
    return ours.filter(reference__gte=beginning, reference__lt=beginning + LAST_CHARACTER)


def _newest(company: Company, ids: QuerySet[Any, Any], limit: int) -> list[Document]:
    found = Document.objects.filter(company=company, pk__in=ids).select_related("customer", "text")
    return list(found.order_by("-posted_on", "-id")[:limit])


# Fewer letters would begin half the numbers of a company.
PREFIX_LENGTH_MIN = 3
LAST_CHARACTER = "\U0010ffff"
