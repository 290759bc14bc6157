"""Reads around write-offs: what waits, and what undoing one would change, told before it is done."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from arap.core.models import Company
from arap.core.money import ZERO
from arap.ledger.models import Account, Document, JournalLine
from receipts.models import Recovery, WriteOff
from receipts.queries.effects import Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an act would do: the journal lines by account, and what is open of the item before and after."""

    postings: list[Posting]
    number: str
    document_id: int
    open_now: Decimal
    open_after: Decimal


def write_offs(company: Company) -> QuerySet[WriteOff]:
    """All of the company with what their rows show, the last asked for first."""
    rows = WriteOff.objects.filter(company=company)
    shown = ("item__document", "item__customer", "item__account", "document", "requested_by", "decided_by", "evidence")
    return rows.select_related("company", *shown)


def recoveries_of(made: WriteOff) -> list[Recovery]:
    """Its recoveries, each with whether it was undone (`is_undone`). One query."""
    reversed_by = Document.objects.filter(reverses=OuterRef("document"))
    return list(made.recoveries.select_related("document", "recovered_by").annotate(is_undone=Exists(reversed_by)))


def undoing_write_off(made: WriteOff) -> Change:
    """What it changes to undo the write-off: its lines are mirrored, and the item is owed again."""
    item = made.item
    return Change(
        postings=_mirrored(made.document_id),
        number=item.document.number,
        document_id=item.document_id,
        open_now=item.open_amount,
        open_after=item.open_amount + made.amount,
    )


def undoing_recovery(recovery: Recovery) -> Change:
    """What it changes to undo the recovery: its lines are mirrored, and the debt is written off again."""
    return Change(
        postings=_mirrored(recovery.document_id),
        number=recovery.document.number,
        document_id=recovery.document_id,
        open_now=recovery.amount,
        open_after=ZERO,
    )


def _mirrored(document_id: int | None) -> list[Posting]:
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for line in JournalLine.objects.filter(document=document_id):
        had = sums.get(line.account_id, (ZERO, ZERO))
        sums[line.account_id] = (had[0] - line.amount, had[1] - line.base_amount)
    known = Account.objects.in_bulk(list(sums))
    return [Posting(known[pk], *amounts) for pk, amounts in sums.items()]
