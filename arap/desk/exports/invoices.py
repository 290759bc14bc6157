"""Invoices and credit notes as a file: a row for each line, what they share repeated."""

from collections.abc import Iterator

from django.db.models import QuerySet

from arap.core.models import Company
from arap.core.money import format_amount, quantize
from arap.core.tables import Cell, Table, in_batches
from arap.desk.intake.targets import CREDIT_NOTES, INVOICES
from invoices.models import Invoice, InvoiceLine

BATCH = 1000
# What a reader wants to see and an import works out itself.
FIGURES = ("net", "tax", "total")
SHARED = (
    "reference", "order_number", "buyer_reference", "contract_number", "delivered_on", "period_from", "period_to",
    "memo",
)  # fmt: skip


def invoice_table(company: Company, found: QuerySet[Invoice], *, name: str, kind: str = "") -> Table:
    """The invoices found, the latest first. Without a `kind` all kinds, with a column that says which."""
    fields = list((CREDIT_NOTES if kind != Invoice.Kind.INVOICE else INVOICES).fields)
    heads = [*fields, *FIGURES] if kind else ["kind", *fields, *FIGURES]
    ordered = found.order_by("-issued_on", "-pk")
    lines = InvoiceLine.objects.filter(company=company, invoice__in=found.order_by().values("pk"))
    return Table(
        name=f"{name}-{company.code}",
        heads=heads,
        rows=lambda: _rows(ordered, heads),
        count=lambda: found.count() + lines.count(),
    )


def _rows(ordered: QuerySet[Invoice], heads: list[str]) -> Iterator[list[Cell]]:
    related = ("customer", "document", "terms", "credits__document")
    for some in in_batches(ordered.values_list("pk", flat=True).iterator(chunk_size=BATCH), BATCH):
        rows = Invoice.objects.select_related(*related).prefetch_related("lines__tax_code", "instalments")
        by_id = rows.in_bulk(some)
        for pk in some:
            for cells in invoice_cells(by_id[pk]):
                yield [cells.get(head) for head in heads]


def invoice_cells(invoice: Invoice) -> Iterator[dict[str, Cell]]:
    """The rows of one invoice; one without lines has a single row without what belongs to a line."""
    parts = list(invoice.instalments.all())
    shared: dict[str, Cell] = {
        "kind": invoice.kind,
        "number": invoice.document.number if invoice.document else "",
        "customer_code": invoice.customer.code,
        "currency": invoice.currency,
        "rate": invoice.rate.normalize() if invoice.rate else None,
        "issued_on": invoice.issued_on,
        "due_on": parts[0].due_on if len(parts) == 1 else None,
        "terms": invoice.terms.code if invoice.terms else "",
        "instalments": instalments_text(invoice) if len(parts) > 1 else "",
        "credits": invoice.credits.document.number if invoice.credits and invoice.credits.document else "",
        "total": quantize(invoice.total, invoice.currency),
        **{name: getattr(invoice, name) for name in SHARED},
    }
    lines = list(invoice.lines.all())
    for line in lines:
        yield shared | {
            "description": line.description,
            "description_local": line.description_local,
            "quantity": line.quantity.normalize(),
            "unit": line.unit,
            "unit_price": line.unit_price.normalize(),
            "discount_percent": line.discount_percent.normalize(),
            "tax_code": line.tax_code.code if line.tax_code else "",
            "tax_rate": line.tax_rate.normalize(),
            "price_is": line.entry,
            "net": quantize(line.net, invoice.currency),
            "tax": quantize(line.tax, invoice.currency),
        }
    if not lines:
        yield shared


def instalments_text(invoice: Invoice) -> str:
    """The instalments as an import reads them: "2026-01-31 100.00; 2026-02-28 50.00"."""
    parts = [
        f"{part.due_on.isoformat()} {format_amount(part.amount, invoice.currency)}"
        for part in invoice.instalments.all()
    ]
    return "; ".join(parts)
