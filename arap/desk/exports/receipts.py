"""Receipts as a file, with what each is applied to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import QuerySet

from arap.core.models import Company
from arap.core.money import format_amount, quantize
from arap.core.tables import Cell, Table, in_batches
from arap.desk.intake.targets import RECEIPTS
from receipts.models import Receipt

BATCH = 1000
HEADS = [*RECEIPTS.fields, "state"]

# Undone entries and what undid them sum to nothing.
APPLIED = """
select i.document_id, d.number, sum(e.amount)
  from ledger_item i join ledger_entry e on e.item_id = i.id
  join ledger_item o on o.id = e.counter_item_id join ledger_document d on d.id = o.document_id
 where i.company_id = %s and i.document_id = any(%s)
 group by 1, 2 having sum(e.amount) <> 0 order by 1, 2
"""


def receipt_table(company: Company, found: QuerySet[Receipt]) -> Table:
    """The receipts found, the latest first."""
    ordered = found.order_by("-received_on", "-pk")
    return Table(name=f"receipts-{company.code}", heads=HEADS, rows=lambda: _rows(company, ordered), count=found.count)


def _rows(company: Company, ordered: QuerySet[Receipt]) -> Iterator[list[Cell]]:
    for some in in_batches(ordered.values_list("pk", flat=True).iterator(chunk_size=BATCH), BATCH):
        by_id = Receipt.objects.select_related("customer", "document", "bank_account").in_bulk(some)
        texts = applied_texts(company, list(by_id.values()))
        for pk in some:
            yield receipt_cells(by_id[pk], texts.get(by_id[pk].document_id or 0, ""))


def receipt_cells(receipt: Receipt, applied_to: str) -> list[Cell]:
    """The cells of one receipt, in the order of HEADS."""
    return [
        receipt.document.number if receipt.document else "",
        receipt.customer.code if receipt.customer else "",
        quantize(receipt.amount, receipt.currency),
        receipt.currency,
        receipt.received_on,
        receipt.method,
        receipt.bank_account.account_no if receipt.bank_account else "",
        receipt.payer_name,
        receipt.payer_account,
        receipt.remittance,
        receipt.rate.normalize(),
        applied_to,
        receipt.state,
    ]


def applied_texts(company: Company, receipts: Sequence[Receipt]) -> dict[int, str]:
    """Document id -> what it is applied to now, as an import reads it: "INV-1=100.00; INV-2=50.00". One query."""
    currencies = {receipt.document_id: receipt.currency for receipt in receipts if receipt.document_id}
    parts: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(APPLIED, [company.pk, list(currencies)])
        for document_id, number, amount in cursor.fetchall():
            parts[document_id].append(f"{number}={format_amount(amount, currencies[document_id])}")
    return {document_id: "; ".join(texts) for document_id, texts in parts.items()}
