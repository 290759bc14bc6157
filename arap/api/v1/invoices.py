"""Invoices and credit notes as they are read: lists, one with its lines, and the paper."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Many, Record
from arap.api.shapes import Choice, Day, Figure, Id, Shape, Text, Whole
from arap.core.money import ZERO, format_amount
from arap.ledger.models import Item
from invoices.actions.drafts import LINES_MAX
from invoices.actions.sending import PAPERS, number_of, stored_paper
from invoices.models import PAPER_LANGUAGES, Invoice, InvoiceInstalment, InvoiceLine
from invoices.papers import file_name, invoice_pdf, paper_language

PAPER_CODES = [code for code, _name in PAPER_LANGUAGES]

SUMMARY: dict[str, Shape] = {
    "id": Id(),
    "kind": Choice(Invoice.Kind.values),
    "state": Choice(Invoice.State.values),
    "number": Text(60, null=True, about=_("Drafts have none.")),
    "document_id": Id(null=True, about=_("Of the document in the book.")),
    "customer_id": Id(),
    "customer": Text(60, about=_("The customer's code.")),
    "currency": Text(3),
    "issued_on": Day(),
    "posted_on": Day(null=True),
    "due_on": Day(null=True, about=_("When the last of it falls due.")),
    "reference": Text(140),
    "order_number": Text(60),
    "net_total": Figure(),
    "tax_total": Figure(),
    "total": Figure(),
    "open_amount": Figure(about=_("What the book says is open; below zero for a credit.")),
    "credits_id": Id(null=True, about=_("The invoice that a credit note credits.")),
}
LISTED = Record("InvoiceSummary", SUMMARY)
LINE = Record(
    "InvoiceLine",
    {
        "id": Id(),
        "line": Whole(1, LINES_MAX),
        "description": Text(300),
        "quantity": Figure(),
        "unit": Text(20),
        "unit_price": Figure(),
        "discount_percent": Figure(),
        "tax_code": Text(20, null=True),
        "tax_rate": Figure(about=_("In per cent.")),
        "entry": Choice(InvoiceLine.Entry.values, about=_("Whether the price was entered without or with tax.")),
        "net": Figure(),
        "tax": Figure(),
    },
)
INSTALMENT = Record("Instalment", {"due_on": Day(), "amount": Figure()})
INVOICE = Record(
    "Invoice",
    {
        **SUMMARY,
        "rate": Figure(null=True, about=_("Base units for one unit of the currency.")),
        "terms": Text(30, null=True),
        "memo": Text(10_000),
        "version": Whole(1, 2**31 - 1),
        "lines": Many(LINE, LINES_MAX),
        "instalments": Many(INSTALMENT, LINES_MAX),
    },
)
FILTERS: dict[str, Shape] = {
    **PAGING,
    "customer": Text(60, default="", about=_("The customer's code.")),
    "state": Choice(Invoice.State.values, default=""),
    "number": Text(60, default="", about=_("Exactly this number.")),
    "reference": Text(140, default="", about=_("Exactly this reference.")),
    "issued_from": Day(default=None),
    "issued_to": Day(default=None),
}
LANGUAGE: dict[str, Shape] = {"language": Choice(PAPER_CODES, default="", about=_("Else the customer's own."))}


@operation(
    "GET",
    "invoices/",
    "invoice.view",
    summary=_("Invoices, last entered first"),
    query=Record("InvoiceFilters", FILTERS),
    answer=page_of(LISTED),
)
def invoices_list(call: Call) -> Answer:
    return page(call, matching(call, Invoice.objects.invoices()), listed)


@operation("GET", "invoices/{id}/", "invoice.view", summary=_("One invoice with its lines"), answer=INVOICE)
def invoices_read(call: Call) -> Answer:
    return answer(call.row(Invoice.objects.invoices()))


@operation(
    "GET",
    "invoices/{id}/pdf/",
    "invoice.view",
    summary=_("The paper of an invoice"),
    about=_("As it was sent, else as it would be made now."),
    query=Record("PaperLanguage", LANGUAGE),
    is_paper=True,
)
def invoices_paper(call: Call) -> Answer:
    return paper(call, call.row(PAPERS.filter(kind=Invoice.Kind.INVOICE)))


def matching(call: Call, found: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of `found` that the query asks for."""
    query = call.query
    found = found.filter(company=call.company)
    for name, lookup in (
        ("customer", "customer__code"),
        ("state", "state"),
        ("number", "document__number"),
        ("reference", "reference"),
        ("issued_from", "issued_on__gte"),
        ("issued_to", "issued_on__lte"),
    ):
        if query[name]:
            found = found.filter(**{lookup: query[name]})
    return found.select_related("customer", "document")


def listed(invoices: Sequence[Invoice]) -> list[dict[str, Any]]:
    """The invoices of a page, each with what is open of it. One query."""
    documents = [invoice.document_id for invoice in invoices if invoice.document_id]
    rows = Item.objects.filter(document__in=documents).values("document_id").order_by()
    sums: dict[int, Any] = {
        row["document_id"]: row for row in rows.annotate(open_sum=Sum("open_amount"), due=Max("due_on"))
    }
    nothing: dict[str, Any] = {"open_sum": ZERO, "due": None}
    return [
        summary(invoice, number_of(invoice), found["open_sum"], found["due"])
        for invoice in invoices
        for found in [sums.get(invoice.document_id or 0, nothing)]
    ]


def summary(invoice: Invoice, number: str, open_amount: Decimal, due_on: date | None) -> dict[str, Any]:
    """What a list says of an invoice."""
    currency = invoice.currency
    return {
        "id": invoice.pk,
        "kind": invoice.kind,
        "state": invoice.state,
        "number": number or None,
        "document_id": invoice.document_id,
        "customer_id": invoice.customer_id,
        "customer": invoice.customer.code,
        "currency": currency,
        "issued_on": invoice.issued_on,
        "posted_on": invoice.posted_on,
        "due_on": due_on,
        "reference": invoice.reference,
        "order_number": invoice.order_number,
        "net_total": format_amount(Decimal(invoice.net_total), currency),
        "tax_total": format_amount(Decimal(invoice.tax_total), currency),
        "total": format_amount(Decimal(invoice.total), currency),
        "open_amount": format_amount(open_amount, currency),
        "credits_id": invoice.credits_id,
    }


def answer(invoice: Invoice, *, status: int = 200, location: str = "") -> Answer:
    """One invoice or credit note as a whole. A draft has an ETag: its version."""
    whole = Invoice.objects.select_related("customer", "document", "terms").get(pk=invoice.pk)
    parts = list(InvoiceInstalment.objects.filter(invoice=whole).order_by("line"))
    data = {
        **listed([whole])[0],
        "rate": _plain(whole.rate) if whole.rate is not None else None,
        "terms": whole.terms.code if whole.terms else None,
        "memo": whole.memo,
        "version": whole.version,
        "lines": [_line(line, whole.currency) for line in whole.lines.select_related("tax_code").order_by("line")],
        "instalments": [
            {"due_on": part.due_on, "amount": format_amount(part.amount, whole.currency)} for part in parts
        ],
    }
    if not whole.document_id and parts:
        data["due_on"] = max(part.due_on for part in parts)
    return Answer(data, status, location, draft_etag(whole) if whole.state == Invoice.State.DRAFT else "")


def draft_etag(invoice: Invoice) -> str:
    """The ETag of a draft: its version."""
    return f'"{invoice.pk}-{invoice.version}"'


def paper(call: Call, invoice: Invoice) -> Answer:
    """The PDF: as it was sent, else as it would be made now, which keeps nothing."""
    language = call.query["language"] or paper_language(invoice.customer, call.company)
    kept = stored_paper(invoice, language)
    if kept:
        return Answer(file=(kept.name, bytes(kept.content)))
    name = file_name(number_of(invoice), str(_("Draft %(number)s")) % {"number": invoice.pk}, language)
    return Answer(file=(name, invoice_pdf(invoice, language)))


def _line(line: InvoiceLine, currency: str) -> dict[str, Any]:
    return {
        "id": line.pk,
        "line": line.line,
        "description": line.description,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "unit_price": _plain(line.unit_price),
        "discount_percent": _plain(line.discount_percent),
        "tax_code": line.tax_code.code if line.tax_code else None,
        "tax_rate": _plain(line.tax_rate),
        "entry": line.entry,
        "net": format_amount(line.net, currency),
        "tax": format_amount(line.tax, currency),
    }


def _plain(number: Decimal) -> str:
    """A number without zeros that say nothing: 1.000000 is 1."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
