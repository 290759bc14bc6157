"""Invoices and credit notes: the list, and the page of one with its lines, items and journal."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Max, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.paging import Row, read_row
from arap.core.permissions import get_for, requires
from arap.ledger.history import document_history, numbered
from arap.ledger.models import Item
from arap.outbox.about import messages_about
from customers.queries import search
from invoices.models import Invoice

PAGE = 20
VIEWS = ("all", "open", "drafts", "credit_notes")


@dataclass(frozen=True, slots=True)
class _Listed:
    """An invoice in the list, with what the book says is open of it and when the last of that falls due."""

    invoice: Invoice
    open_amount: Decimal
    due_on: date | None


@requires("invoice.view")
@require_safe
def invoice_list(request: CompanyRequest) -> HttpResponse:
    """Invoices, newest first, in pages; filtered by view, and by number, reference or customer."""
    view = request.GET.get("view", "all") if request.GET.get("view") in VIEWS else "all"
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    after = read_row(request.GET.get("after"))
    found = _matching(request, view, text)
    if after:
        found = found.filter(Q(issued_on__lt=after.on) | Q(issued_on=after.on, pk__lt=after.id))
    page = list(found.select_related("customer", "document").order_by("-issued_on", "-id")[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    filters = {"view": view, "q": text}
    next_row = str(Row(page[-1].issued_on, page[-1].pk)) if more else ""
    context = {
        "rows": _listed(page),
        "view": view,
        "text": text,
        "is_first": after is None,
        "first_query": urlencode(filters),
        "next_query": urlencode({**filters, "after": next_row}) if more else "",
    }
    return render(request, "invoices/invoice_list.html", context)


@requires("invoice.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One invoice or credit note: lines, instalments or open items, what was applied, journal."""
    queryset = Invoice.objects.select_related("customer", "document", "terms", "credits__document", "created_by")
    invoice = get_for(request.user, "invoice.view", queryset, pk, request.company)
    lines = list(invoice.lines.select_related("tax_code"))
    context = {
        "invoice": invoice,
        "lines": lines,
        "instalments": [] if invoice.document else list(invoice.instalments.all()),
        "facts": list(invoice.facts.all()),
        "credit_notes": list(invoice.credit_notes.select_related("document").order_by("id")),
        "sent": messages_about(request.company, invoice),
        "history": document_history(invoice.document) if invoice.document else None,
    }
    return render(request, "invoices/invoice.html", context)


def _matching(request: CompanyRequest, view: str, text: str) -> QuerySet[Invoice]:
    found = Invoice.objects.filter(company=request.company)
    if view == "drafts":
        found = found.drafts()
    elif view == "credit_notes":
        found = found.credit_notes()
    elif view == "open":
        open_items = Item.objects.filter(company=request.company).exclude(open_amount=0)
        found = found.filter(document__in=open_items.values("document_id"))
    if not text:
        return found
    customers = search(request.company, text).values("pk")
    return found.filter(
        Q(document__in=numbered(request.company, text).values("pk"))
        | Q(reference=text)
        | Q(order_number=text)
        | Q(customer__in=customers)
    )


def _listed(page: list[Invoice]) -> list[_Listed]:
    """The invoices with their open amounts. One query."""
    documents = [invoice.document_id for invoice in page if invoice.document_id]
    sums = Item.objects.filter(document__in=documents).values("document_id")
    rows = sums.annotate(open_sum=Sum("open_amount"), last_due=Max("due_on")).order_by()
    found = {row["document_id"]: (row["open_sum"], row["last_due"]) for row in rows}
    return [_Listed(invoice, *found.get(invoice.document_id or 0, (Decimal(0), None))) for invoice in page]
