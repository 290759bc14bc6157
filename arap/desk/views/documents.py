"""A document of the book, whatever its kind; and finding one, or a customer, or an amount."""

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from arap.core.fields import read_amount
from arap.core.http import CompanyRequest
from arap.core.money import AmountError
from arap.core.permissions import get_for, requires
from arap.ledger.history import document_history, find_amount, find_documents
from arap.ledger.models import Document
from arap.ledger.revaluation import REASON as REVALUATION
from customers.queries import search

FOUND_MAX = 20


@requires("ledger.view")
@require_safe
def document(request: CompanyRequest, pk: int) -> HttpResponse:
    """The ledger face of a document. Invoices, receipts and revaluations have pages of their own, which show it too."""
    queryset = Document.objects.select_related("customer", "text", "invoice", "receipt", "reverses")
    found = get_for(request.user, "ledger.view", queryset, pk, request.company)
    if hasattr(found, "invoice"):
        return redirect("invoices:detail", found.invoice.pk)
    if hasattr(found, "receipt"):
        return redirect("receipts:detail", found.receipt.pk)
    if found.reason_code == REVALUATION:
        # It has a line for each open item of its currency, and a page that has them in pages.
        month = (found.reverses or found).posted_on
        return redirect(f"{reverse('desk:revaluation')}?month={month:%Y-%m}")
    return render(request, "desk/document.html", {"history": document_history(found), "document": found})


@requires("search.use")
@require_safe
def find(request: CompanyRequest) -> HttpResponse:
    """Customers, documents and open amounts that match what was typed; a single exact match opens at once."""
    text = request.GET.get("q", "").strip()[:100]
    customers = list(search(request.company, text)[:FOUND_MAX]) if text else []
    documents = find_documents(request.company, text, limit=FOUND_MAX)
    amount = _amount(text)
    of_amount = find_amount(request.company, amount, limit=FOUND_MAX) if amount else []
    exact = [each for each in customers if each.code.lower() == text.lower()]
    if len(exact) == 1 and not documents:
        return redirect("desk:customer", exact[0].pk)
    if len(documents) == 1 and documents[0].number == text and not exact:
        return redirect("desk:document", documents[0].pk)
    context = {
        "find_text": text,
        "customers": customers,
        "documents": documents,
        "of_amount": of_amount,
        "amount": amount,
        "is_cut": FOUND_MAX in (len(customers), len(documents), len(of_amount)),
        "found_max": FOUND_MAX,
        "nothing": not (customers or documents or of_amount),
    }
    return render(request, "desk/find.html", context)


def _amount(text: str) -> Decimal | None:
    """The amount typed, in three decimals, so that it fits every currency."""
    try:
        return read_amount(text, "KWD")
    except AmountError:
        return None
